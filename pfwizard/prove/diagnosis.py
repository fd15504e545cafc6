"""Why a probe failed, in the operator's words: from what is in the log."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pfwizard.prove.authentication import REFUSED
from pfwizard.prove.signs import (
    OF_A_RIGHT_PASSWORD,
    OF_A_WRONG_PASSWORD,
    OF_ALL,
    OF_AN_UNASKED_CHECKER,
    OF_LOGINS,
    OF_MAIL,
    OF_THE_START,
    OF_TLS,
    Sign,
)
from pfwizard.prove.verdict import LOGIN, Outcome, Verdict, is_login_proven

SIGNS: Mapping[str, Sequence[Sign]] = {
    "answers": OF_TLS,
    "tls": OF_TLS,
    "postscreen-tls": OF_TLS,
    LOGIN: (*OF_LOGINS, *OF_AN_UNASKED_CHECKER),
    "login-refused": OF_LOGINS,
    "relay-stranger": OF_MAIL,
    "relay-certificate": OF_MAIL,
    "relay-login": OF_MAIL,
    "delivery-stranger": OF_MAIL,
    "strange-certificate": OF_MAIL,
}
"""What explains the failures of a probe, besides what may end any conversation."""


REFUSAL = re.compile(f": (?:{'|'.join(map(str, sorted(REFUSED)))}) ")
"""The reply to a login, where it stands in an outcome."""


def diagnosed(outcomes: Iterable[Outcome], log: Sequence[str]) -> tuple[Outcome, ...]:
    """The outcomes, with the cause and the remedy of each failure where the log tells them."""
    found, text = tuple(outcomes), "\n".join(log)
    refusal = OF_A_RIGHT_PASSWORD if is_login_proven(found) else OF_A_WRONG_PASSWORD
    return tuple(_explained(outcome, text, refusal) for outcome in found)


def _explained(outcome: Outcome, log: str, refusal: Sequence[Sign]) -> Outcome:
    if outcome.verdict is not Verdict.FAIL or outcome.remedy:
        return outcome  # the probe knows better
    for sign in _signs_for(outcome, refusal):
        found = sign.pattern.search(log) if sign.fits(outcome.detail) else None
        if found:
            words = {name: text or "" for name, text in found.groupdict().items()}
            return replace(
                outcome,
                detail=f"{outcome.detail}: {sign.cause.format(**words)}",
                remedy=sign.remedy.format(**words),
            )
    return outcome


def _signs_for(outcome: Outcome, refusal: Sequence[Sign]) -> Iterator[Sign]:
    """The first that fits decides: what is more telling comes first."""
    if outcome.probe == LOGIN and REFUSAL.search(outcome.detail):
        yield from OF_LOGINS  # whatever else has ended, this server has not
        yield from refusal
        return
    yield from OF_THE_START
    yield from SIGNS.get(outcome.probe, ())
    yield from OF_ALL
