"""Who may send where: strangers, and those who have logged in (RFC 5321)."""

from collections.abc import Iterator

from pfwizard.prove.authentication import AUTHENTICATED, authenticated
from pfwizard.prove.conversation import mechanisms_of, safest
from pfwizard.prove.means import Means
from pfwizard.prove.mechanisms import MECHANISMS
from pfwizard.prove.recipients import (
    FROM_ELSEWHERE,
    NO_STRANGER,
    STRANGERS,
    asked_about,
    asked_about_elsewhere,
    is_stranger,
    pose,
    undecided,
)
from pfwizard.prove.server import Expectation, Standing
from pfwizard.prove.verdict import Excuse, Outcome, Statements

PREFERRED = "PLAIN"
"""The mechanism that every password checker can do."""

PUBLIC = 25
"""The port on which everybody's mail is taken (RFC 5321 section 4.5.4.2)."""

FOR_USERS = frozenset({0, 465, 587})
"""Those for whoever logs in (RFC 6409, RFC 8314), and one that is not known."""

ACCESS_DENIED = 554
"""access_map_reject_code, reject_code and relay_domains_reject_code (postconf(5))."""

REFUSES_EVERYBODY = (
    "A list of restrictions lets in only those who log in; look whether options of a submission "
    "service stand below smtp in master.cf."
)

LETTING_IN = (
    "Let permit_sasl_authenticated stand in front of what refuses, in smtpd_relay_restrictions and "
    "smtpd_recipient_restrictions."
)

CLOSING = (
    "Set smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated "
    "reject_unauth_destination."
)

_OPEN = {
    Standing.NEIGHBOUR: "a stranger may send mail to everywhere: this is an open relay",
    Standing.STRANGER: "this host may send mail to everywhere: an open relay, unless it is in the "
    "server's mynetworks",
}


def stranger_to_foreign(
    statements: Statements, expected: Expectation, means: Means
) -> Iterator[Outcome]:
    """A stranger's mail to somebody else's domain is refused: no open relay.

    A neighbour proves that only where the server lets it pose as somebody else (XCLIENT_README).
    """
    for stranger in STRANGERS:
        with safest(expected.server) as client:
            if not is_stranger(client, expected.server, means.standing, stranger):
                if stranger != STRANGERS[0]:
                    break  # it has only one of the families (inet_protocols of postconf(5))
                yield statements.skipped(NO_STRANGER, FROM_ELSEWHERE)
                return
            reply = asked_about_elsewhere(client)
        if not reply.is_refused:
            break
    if reply.is_taken:
        yield statements.failed(_OPEN[means.standing], CLOSING)
    elif told := undecided(statements, reply):
        yield told
    else:
        yield statements.passed(f"a stranger's mail to elsewhere is refused: {reply}")


def stranger_to_us(
    statements: Statements, expected: Expectation, means: Means
) -> Iterator[Outcome]:
    """A stranger's mail to our own domain is taken on port 25."""
    if expected.public_port != PUBLIC:
        return
    postmaster = f"postmaster@{expected.server.name}"
    with safest(expected.server) as client:
        if not is_stranger(client, expected.server, means.standing):
            return  # the probe before has said so
        reply = asked_about(client, postmaster)
    refused = f"mail to {postmaster} is refused: {reply}"
    if reply.is_taken:
        yield statements.passed(f"mail to {postmaster} is taken")
    elif reply.is_about_us:
        yield statements.skipped(refused)
    elif reply.code == ACCESS_DENIED and not reply.denies_relaying:
        yield _refuses_everybody(statements, expected, refused)
    elif reply.tells_of_trouble:
        yield statements.failed(refused)
    else:
        yield statements.skipped(refused)


def _refuses_everybody(statements: Statements, expected: Expectation, refused: str) -> Outcome:
    """An internal relay is meant to: what the change has not brought about is no fault of it."""
    failure = statements.failed(refused, REFUSES_EVERYBODY)
    return failure.excused(Excuse.AS_TODAY) if expected.is_closed_today else failure


def with_login(statements: Statements, expected: Expectation, means: Means) -> Iterator[Outcome]:
    """Who has logged in may send to where he might not before."""
    if means.login is None:
        return
    with means.admitted(expected) as client:
        usable = mechanisms_of(client) & MECHANISMS.keys()
        if not usable:
            return
        mechanism = PREFERRED if PREFERRED in usable else min(usable)
        pose(client, expected.server)
        before = asked_about_elsewhere(client)
        code, _ = authenticated(client, mechanism, means.login)
        if code != AUTHENTICATED:
            return  # another probe says so
        reply = asked_about_elsewhere(client)
    refused = f"{means.login.user} has logged in, and may not send to elsewhere: {reply}"
    if told := undecided(statements, reply, LETTING_IN):
        yield told
    elif not reply.is_taken and expected.public_port not in FOR_USERS:
        yield statements.skipped(refused, LETTING_IN)  # many want that, and have other ports
    elif not reply.is_taken:
        yield statements.failed(refused, LETTING_IN)
    elif before.is_taken and expected.requires_certificate:
        yield statements.skipped("the certificate opens as much, so that nothing is proven")
    elif before.is_taken:
        yield statements.skipped(NO_STRANGER, FROM_ELSEWHERE)
    else:
        yield statements.passed(f"{means.login.user} may send to everywhere after the login")
