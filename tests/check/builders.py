"""Machines in memory that are looked at, and what is found on them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from pfwizard.check.checking import check
from pfwizard.check.inspection import Inspection
from pfwizard.check.rule import PlacedFinding
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from tests.plan.builders import BARE_MASTER, NOW, STOCK_MAIN, directory, file, machine
from tests.plan.others import CHAIN, ROOTS, RSA, secret

CERTIFICATE = PurePosixPath("/etc/postfix/mail.pem")
KEY = PurePosixPath("/etc/postfix/mail.key")

OFFERED = "smtpd_tls_security_level = may\n"
PAIR = OFFERED + f"smtpd_tls_cert_file = {CERTIFICATE}\nsmtpd_tls_key_file = {KEY}\n"

SUBMISSION = "submission inet n - n - - smtpd\n  -o smtpd_tls_security_level=encrypt\n"
SUBMISSIONS = "submissions inet n - n - - smtpd\n  -o smtpd_tls_wrappermode=yes\n"
LOGINS = "  -o smtpd_sasl_auth_enable=yes\n"


@dataclass(frozen=True)
class Case:
    """A machine on which something is found, and one beside it where all is well."""

    wrong: Facts
    right: Facts


def main_cf(text: str) -> Facts:
    """A machine with these lines in main.cf, in place of those of the same name."""
    own = {line.partition("=")[0].strip() for line in text.splitlines()}
    kept = [line for line in STOCK_MAIN.splitlines() if line.partition("=")[0].strip() not in own]
    return machine("\n".join([*kept, text]), BARE_MASTER)


def master_cf(text: str, main: str = "") -> Facts:
    """A machine with these entries in master.cf, below the one for port 25."""
    return machine(STOCK_MAIN + main, BARE_MASTER + text)


def certified(
    main: str = "",
    *files: FileState,
    chain: bytes = CHAIN,
    key: bytes = secret(RSA),
    key_mode: int = 0o600,
    master: str = BARE_MASTER,
    pair: str = PAIR,
    roots: FileState = ROOTS,
) -> Facts:
    """A machine with a certificate of a public CA, and its key."""
    return machine(
        STOCK_MAIN + pair + main,
        master,
        directory("/etc/ssl/certs"),
        roots,
        file(CERTIFICATE, chain),
        file(KEY, key, key_mode),
        *files,
    )


def found(facts: Facts, identifier: str, now: datetime = NOW) -> list[PlacedFinding]:
    """What one rule has to say."""
    checked = check(Inspection(facts, now))
    return [each for each in checked.findings if each.identifier == identifier]


def identifiers(facts: Facts, now: datetime = NOW) -> set[str]:
    """What all of them have to say, in short."""
    return {each.identifier for each in check(Inspection(facts, now)).findings}
