"""Stores of passwords that Postfix opens itself: the file of saslpasswd2, and SQLite's."""

from tests.machines.machine import Machine
from tests.real.sasl.login_server import ADDRESS, DOMAIN, NAME, PASSWORD, PasswordServer

DATABASE = "/var/lib/mailusers/users.db"

SELECT = "SELECT password FROM users WHERE name = '%u' AND realm = '%r'"

TABLE = f"""\
CREATE TABLE users (name VARCHAR(64), realm VARCHAR(64), password VARCHAR(64));
INSERT INTO users VALUES ('{NAME}', '{DOMAIN}', '{PASSWORD}');
"""  # noqa: S608

CLOSED_FOR_OTHERS = 'chgrp postfix "$1" && chmod 640 "$1"'


def challenges(machine: Machine) -> tuple[str, ...]:
    """Of mechanisms that need the password itself; bullseye's package has no SCRAM."""
    scram = ("SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512")
    return ("CRAM-MD5",) if machine.suite.name == "bullseye" else ("CRAM-MD5", *scram)


def sasldb(machine: Machine) -> PasswordServer:
    offered = ("PLAIN", "LOGIN", *challenges(machine))
    machine.run(["saslpasswd2", "-p", "-c", "-u", DOMAIN, NAME], input=PASSWORD)
    names = ", ".join(f'"{each}"' for each in offered)
    return PasswordServer(f'backend = "sasldb"\nmechanisms = [{names}]\n', offered=offered)


def sqlite(machine: Machine) -> PasswordServer:
    machine.run(["mkdir", "-p", "/var/lib/mailusers"])
    machine.run(["sqlite3", DATABASE], input=TABLE)
    machine.run(["sh", "-c", CLOSED_FOR_OTHERS, "sh", DATABASE])
    return of_sql(machine, f'engine = "sqlite3"\ndatabase = "{DATABASE}"\n')


def of_sql(machine: Machine, answers: str) -> PasswordServer:
    """Any database with the table of users, as far as ``answers`` say where it is."""
    offered = ("PLAIN", "LOGIN", *challenges(machine))
    names = ", ".join(f'"{each}"' for each in offered)
    head = f'backend = "sql"\nmechanisms = [{names}]\n[sasl.sql]\nselect = "{SELECT}"\n'
    return PasswordServer(f"{head}{answers}", user=ADDRESS, offered=offered)
