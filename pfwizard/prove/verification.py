"""All probes of one server, in an order in which a failure explains what follows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from pfwizard.prove import (
    certificate_probes,
    checker_probe,
    login_probes,
    postscreen_probe,
    relay_probes,
    tls_probes,
)
from pfwizard.prove.means import Means
from pfwizard.prove.server import Expectation
from pfwizard.prove.verdict import LOGIN, Limited, Outcome, Statements, Verdict, concluded

Asking = Callable[[Statements, Expectation, Means], Iterator[Outcome]]
"""Raises Unexpected while its outcomes are taken, which is a failure of the probe."""


class Shown(Enum):
    """Which certificate of a client a probe shows."""

    NONE = "none"
    IF_REQUIRED = "the one that was given, where there is no answer without one"
    OURS = "the one that was given"
    STRANGE = "one of nobody"


@dataclass(frozen=True)
class Probe:
    """``identifier`` is the probe's own in the JSON output."""

    identifier: str
    ask: Asking
    shows: Shown = Shown.NONE

    def outcomes(self, expected: Expectation, means: Means) -> Iterator[Outcome]:
        statements = Statements(self.identifier, str(expected.server))
        return concluded(statements, self.ask(statements, expected, means))


ANSWERS = "answers"

CHECKER = Probe("password-checker", checker_probe.within_reach)
"""It talks to no server, and may say why one does not answer."""

PROBES: Sequence[Probe] = (
    Probe("customary", tls_probes.customary),
    Probe("tls", tls_probes.encryption, shows=Shown.OURS),
    Probe("old-tls", tls_probes.old_versions),
    Probe("new-tls", tls_probes.lost_versions),
    Probe("postscreen-tls", postscreen_probe.encryption_for_newcomers),
    Probe("auth-before-tls", login_probes.auth_in_clear),
    Probe("auth", login_probes.auth_over_tls, shows=Shown.IF_REQUIRED),
    Probe(LOGIN, login_probes.logins, shows=Shown.IF_REQUIRED),
    Probe("relay-stranger", relay_probes.stranger_to_foreign),
    Probe("relay-login", relay_probes.with_login, shows=Shown.IF_REQUIRED),
    Probe("delivery-stranger", relay_probes.stranger_to_us),
    Probe(certificate_probes.RELAY, certificate_probes.with_certificate, shows=Shown.OURS),
    Probe("strange-certificate", certificate_probes.with_strange_certificate, shows=Shown.STRANGE),
)


def all_verified(expected: Iterable[Expectation], means: Means) -> Iterator[Outcome]:
    """Every probe of each server; whoever is to log in must be able to at one of them."""
    asked: list[Outcome] = []
    for each in expected:
        for outcome in verified(each, means):
            asked.append(outcome)
            yield outcome
    answered = any(each.probe == ANSWERS and each.verdict is Verdict.PASS for each in asked)
    if means.login is not None and answered and all(each.probe != LOGIN for each in asked):
        yield Statements(LOGIN, means.login.user).failed(
            "no server that was asked offers a login",
            "Set smtpd_sasl_auth_enable = yes for the service that this user is to log in to.",
        )


def verified(expected: Expectation, means: Means) -> Iterator[Outcome]:
    """Every probe; of a server that does not answer only that, and how passwords are checked."""
    try:
        first = tls_probes.answers(expected, means.patience)
    except Limited as limit:
        yield from _unproven(limit, expected, means)
        return
    yield first
    yield from CHECKER.outcomes(expected, means)
    if first.verdict is not Verdict.PASS:
        return
    shown = _shown_to(expected, means)
    if Shown.OURS not in shown:
        yield Statements("tls", str(expected.server)).skipped(
            "it sends away whoever shows no certificate, and none was given to show",
            login_probes.SHOWING_ONE,
        )
        yield from login_probes.not_admitted(expected, means)
    for probe in PROBES:
        if probe.shows in shown:
            yield from probe.outcomes(expected, means)


def _unproven(limit: Limited, expected: Expectation, means: Means) -> Iterator[Outcome]:
    logins = (LOGIN,) if means.login is not None and expected.may_offer_logins else ()
    for probe in (ANSWERS, *logins):
        yield Statements(probe, str(expected.server)).undecided(limit)
    yield from CHECKER.outcomes(expected, means)


def _shown_to(expected: Expectation, means: Means) -> frozenset[Shown]:
    """A server that requires a certificate answers nobody who has none."""
    if not expected.requires_certificate:
        return frozenset(Shown)
    if means.trust.client_certificate is None:
        return frozenset({Shown.STRANGE})
    return frozenset({Shown.OURS, Shown.IF_REQUIRED, Shown.STRANGE})
