"""The AUTH command and its challenges (RFC 4954)."""

import base64
import re
import secrets
import smtplib

from pfwizard.apply.live.limits import is_limited
from pfwizard.prove.conversation import said
from pfwizard.prove.mechanisms import MECHANISMS, Login
from pfwizard.prove.verdict import Limited, Unexpected

AUTHENTICATED, CHALLENGE = 235, 334
REFUSED = frozenset({535, 435})
"""RFC 4954 section 6; the last is what Postfix makes of 535 with soft_bounce (postconf(5))."""

OF_CYRUS_UNASKED = "generic failure|remote authentication server unavailable"
"""What Cyrus SASL calls SASL_FAIL and SASL_UNAVAIL (sasl.h): a wrong password is SASL_BADAUTH."""

OF_DOVECOT_UNASKED = "Connection lost to authentication server"
"""What Postfix says where Dovecot hangs up (src/xsasl/xsasl_dovecot_server.c)."""

UNASKED = re.compile(f"{OF_CYRUS_UNASKED}|{OF_DOVECOT_UNASKED}")
"""No password checker has said anything; the code is 454, or 535 of a Postfix that knows no
temporary failures of it."""

MOST_CHALLENGES = 10
"""Of one login; SCRAM, the longest, has two."""


def authenticated(client: smtplib.SMTP, mechanism: str, login: Login) -> tuple[int, str]:
    """Log in; returns the code of the reply, and the reply in one line.

    Raises Unexpected for a server that does not speak the mechanism, or could not prove itself,
    and Limited for one that takes no more logins for now.
    """
    chosen = MECHANISMS[mechanism]
    answering = chosen.begin(login, secrets.token_urlsafe(18))
    command = f"AUTH {mechanism}"
    if chosen.speaks_first:
        command = f"{command} {_encoded(answering(b'')) or '='}"
    code, words = client.docmd(command)
    for _ in range(MOST_CHALLENGES):
        if code != CHALLENGE:
            reply = said(code, words)
            if is_limited(reply):
                raise Limited(f"it answers AUTH with {reply}")
            return code, reply
        code, words = client.docmd(_encoded(answering(_decoded(words))))
    raise Unexpected(f"its challenges for {mechanism} do not end")


def is_refusal(code: int, reply: str) -> bool:
    """Whether a password checker has been asked, and has said no."""
    return code in REFUSED and UNASKED.search(reply) is None


def _encoded(answer: bytes) -> str:
    return base64.b64encode(answer).decode("ascii")


def _decoded(challenge: bytes) -> bytes:
    try:
        return base64.b64decode(challenge, validate=True)
    except ValueError as error:
        raise Unexpected("its challenge is not in base64 (RFC 4954 section 4)") from error
