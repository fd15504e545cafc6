"""A server whose mail leaves through a relay host, with a login."""

from dataclasses import replace
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.plan.plan import Change, Plan
from tests.plan.builders import (
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    file,
    guide_pki,
    machine,
    plan_for,
    with_files,
)

RELAY, USER, PASSWORD = "[smtp.example.org]:587", "anna@example.org", "s3cret: word"
PASSWORD_FILE = PurePosixPath("/root/relay.password")
TABLE = PurePosixPath("/etc/postfix/sasl_passwd")
BUILT = PurePosixPath("/etc/postfix/sasl_passwd.db")
KEPT = file(PASSWORD_FILE, f"{PASSWORD}\n".encode(), 0o600)
LOGIN = {
    "outgoing__relay_host": RELAY,
    "outgoing__relay_user": USER,
    "outgoing__relay_password_file": str(PASSWORD_FILE),
}
ENTRY = f"{RELAY} {USER}:{PASSWORD}\n".encode()


def server(more: str = "", *files: FileState, **given: object) -> Facts:
    facts = machine(STOCK_MAIN + more, STOCK_MASTER, *guide_pki(), KEPT)
    return replace(with_files(facts, *files), **given)  # type: ignore[arg-type]


def plan(more: str = "", *files: FileState, **overrides: object) -> Plan:
    return plan_for(server(more, *files), answers(**{**LOGIN, **overrides}))


def change(of: Plan, path: PurePosixPath) -> Change:
    (found,) = [each for each in of.changes if each.path == path]
    return found


def refused(of: Plan) -> list[str]:
    return [each.identifier for each in of.refusals]
