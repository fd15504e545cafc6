"""Database servers: PostgreSQL, and MariaDB where the machine has it."""

from tests.machines.machine import Machine
from tests.real.sasl.login_server import PasswordServer
from tests.real.sasl.stores import TABLE, of_sql

DATABASE, USER = "mail", "mail"
PASSWORD = """db # "geheim' %u \\x"""
"""With all that means something in one file or another."""

PASSWORD_FILE = "/root/database-password"

# The cluster of the package is made again where the root of the machine came without it.
START_POSTGRESQL = """\
exec >/dev/null 2>&1
version=$(ls /usr/lib/postgresql)
test -e "/etc/postgresql/$version/main" || pg_createcluster "$version" main
pg_ctlcluster "$version" main start
"""

ROLE = f"""\
CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD.replace("'", "''")}';
CREATE DATABASE {DATABASE} OWNER {USER};
"""

# It comes back when the server is in the background; Debian's settings let root in by its socket.
START_MARIADB = """\
exec >/dev/null 2>&1
install -d -o mysql -g mysql /run/mysqld
mariadbd-safe --user=mysql --skip-syslog &
until mariadb-admin ping; do sleep 0.05; done
"""

ACCOUNT = f"""\
CREATE DATABASE {DATABASE};
SET sql_mode = 'NO_BACKSLASH_ESCAPES';
CREATE USER '{USER}'@'localhost' IDENTIFIED BY '{PASSWORD.replace("'", "''")}';
GRANT SELECT ON {DATABASE}.* TO '{USER}'@'localhost';
USE {DATABASE};
"""


def postgresql(machine: Machine) -> PasswordServer:
    machine.run(["sh", "-ec", START_POSTGRESQL])
    machine.run(["su", "postgres", "-c", "psql -v ON_ERROR_STOP=1"], input=ROLE)
    machine.run(
        ["psql", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", USER, DATABASE],
        input=TABLE,
        env={"PGPASSWORD": PASSWORD},
    )
    return _known(machine, "pgsql", "127.0.0.1")


def mariadb_over_tcp(machine: Machine) -> PasswordServer:
    return _mariadb(machine, "127.0.0.1")


def mariadb_by_its_socket(machine: Machine) -> PasswordServer:
    """To its library, "localhost" is no address but the socket of this machine."""
    return _mariadb(machine, "localhost")


def _mariadb(machine: Machine, host: str) -> PasswordServer:
    machine.run(["timeout", "90", "sh", "-ec", START_MARIADB])
    machine.run(["mariadb"], input=f"{ACCOUNT}{TABLE}")
    return _known(machine, "mysql", host)


def _known(machine: Machine, engine: str, host: str) -> PasswordServer:
    machine.write(PASSWORD_FILE, f"{PASSWORD}\n", 0o600)
    return of_sql(
        machine,
        f'engine = "{engine}"\nhosts = ["{host}"]\ndatabase = "{DATABASE}"\n'
        f'user = "{USER}"\npassword_file = "{PASSWORD_FILE}"\n',
    )
