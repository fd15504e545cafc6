"""From any password checker to any other: what the answers ask for is there after one run."""

from itertools import product
from pathlib import PurePosixPath

import pytest

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileKind, FileState
from tests.plan.builders import applied, directory, file, socket
from tests.plan.sasl.logins import POSTFIX_GROUP, QUEUE, logins, message_of, refused, wanting

AUTH = QUEUE / "private/auth"
SASLDB = PurePosixPath("/etc/sasldb2")
USERS = b"frank\0mail.kernel-panic.it\0userPassword"


def all_of_them() -> Facts:
    """A machine on which every password checker runs, and authdaemond is asked."""
    facts = logins(
        directory("/run/courier"),
        directory("/run/courier/authdaemon"),
        socket(PurePosixPath("/run/courier/authdaemon/socket")),
        directory("/var/run/saslauthd"),
        socket(PurePosixPath("/var/run/saslauthd/mux")),
        file(PurePosixPath("/etc/default/saslauthd"), b'MECHANISMS="pam"\nOPTIONS="-c"\n'),
        file(PurePosixPath("/etc/dovecot/dovecot.conf"), b"!include conf.d/*.conf\n"),
        FileState(AUTH, AUTH, FileKind.SOCKET, 0o660, 101, POSTFIX_GROUP),
        FileState(SASLDB, SASLDB, FileKind.REGULAR, 0o640, 0, POSTFIX_GROUP, USERS),
    )
    return applied(facts, wanting(SaslBackend.AUTHDAEMOND, facts))


@pytest.mark.parametrize(
    ("former", "later"),
    list(product(SaslBackend, repeat=2)),
    ids=lambda each: each.value,
)
def test_after_a_change_of_the_checker_a_second_run_finds_nothing_to_do(
    former: SaslBackend, later: SaslBackend
) -> None:
    facts = all_of_them()
    for backend in (former, later):
        found = wanting(backend, facts, tls__auth_only=True)
        assert refused(found) == []
        facts = applied(facts, found)

    assert wanting(later, facts, tls__auth_only=True).is_empty


def test_what_was_closed_to_passwords_in_clear_stays_closed_for_another_checker() -> None:
    facts = all_of_them()
    facts = applied(facts, wanting(SaslBackend.SQL, facts))  # SCRAM before TLS, PLAIN after it

    in_clear = wanting(SaslBackend.SASLAUTHD, facts)
    after_tls = wanting(SaslBackend.SASLAUTHD, facts, tls__auth_only=True)

    assert refused(in_clear) == ["no-mechanism-left"]
    assert "tls.auth_only = true" in message_of(in_clear, "no-mechanism-left")
    assert refused(after_tls) == []


@pytest.mark.parametrize("backend", SaslBackend, ids=lambda each: each.value)
def test_with_mechanisms_that_are_named_too(backend: SaslBackend) -> None:
    facts = all_of_them()
    for mechanisms in (["PLAIN"], ["LOGIN", "PLAIN"]):
        facts = applied(facts, wanting(backend, facts, sasl__mechanisms=mechanisms))

    assert wanting(backend, facts, sasl__mechanisms=["LOGIN", "PLAIN"]).is_empty
