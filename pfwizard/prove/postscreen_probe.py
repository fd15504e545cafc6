"""What a client meets that postscreen(8) does not know yet (POSTSCREEN_README)."""

from collections.abc import Iterator
from dataclasses import replace

from pfwizard.plan.overrides import TLSPROXY_MISSING
from pfwizard.prove.conversation import anybody, in_clear
from pfwizard.prove.means import Means
from pfwizard.prove.server import Expectation, Security, Server
from pfwizard.prove.verdict import Excuse, Limited, Outcome, Statements, Unexpected


def encryption_for_newcomers(
    statements: Statements, expected: Expectation, means: Means
) -> Iterator[Outcome]:
    """postscreen talks to them itself, and tlsproxy(8) encrypts what it says.

    Those whom it knows come to smtpd at once, and never see that tlsproxy is missing.
    """
    if not expected.newcomer or expected.server.security is not Security.STARTTLS:
        return
    try:
        yield _encrypted(statements, replace(expected.server, comes_from=expected.newcomer))
    except Limited:
        raise
    except Unexpected as problem:
        if not expected.lacks_tlsproxy_today:
            raise
        yield statements.failed(str(problem), TLSPROXY_MISSING.remedy).excused(Excuse.AS_TODAY)


def _encrypted(statements: Statements, server: Server) -> Outcome:
    """Raises Unexpected."""
    with in_clear(server) as client:
        if not client.has_extn("starttls"):
            return statements.skipped("postscreen offers no TLS to clients that it does not know")
        client.starttls(context=anybody())
    return statements.passed("a client that postscreen does not know can begin TLS")
