"""Whether AUTH is offered where it should be, and whether it lets the right ones in."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial

from pfwizard.enumeration import listed
from pfwizard.prove.authentication import AUTHENTICATED, REFUSED, authenticated, is_refusal
from pfwizard.prove.checker_probe import obstacle_to
from pfwizard.prove.conversation import in_clear, mechanisms_of
from pfwizard.prove.means import Means, RefusedLogin
from pfwizard.prove.mechanisms import MECHANISMS, Login
from pfwizard.prove.server import Expectation, Mechanisms, Security, Server
from pfwizard.prove.verdict import (
    LOGIN,
    Excuse,
    Limited,
    Outcome,
    Statements,
    Unexpected,
    Verdict,
    concluded,
)
from pfwizard.secret import Secret

Trying = Callable[[Login], tuple[int, str]]
"""A login with one mechanism at one server: ``attempt`` with all but the name and the password."""


SHOWING_ONE = (
    "--client-certificate FILE shows one, with pfwizard --answers FILE as with pfwizard verify. A "
    "CA that this very change makes has issued none yet: once it is live, pfwizard client add NAME "
    "makes one, and pfwizard verify --client-certificate FILE proves the login."
)


ASKING = "pfwizard verify --user NAME tells more of it."


def auth_in_clear(statements: Statements, expected: Expectation, means: Means) -> Iterator[Outcome]:
    """No mechanism, or those that are meant, before TLS."""
    server = expected.server
    if server.security is Security.IMPLICIT:
        return
    with in_clear(server) as client:
        offered = mechanisms_of(client)
    readable = offered & expected.never_in_clear
    if expected.in_clear is not None:
        yield _compared(statements, offered, expected.in_clear, "before TLS")
    elif readable and server.security is not Security.NONE:
        yield statements.failed(
            f"it offers {listed(sorted(readable))} before TLS: passwords can be read on the way",
            "Set smtpd_tls_auth_only = yes.",
        )
    else:
        yield statements.passed(f"it offers {_words(offered)} before TLS")


def auth_over_tls(statements: Statements, expected: Expectation, means: Means) -> Iterator[Outcome]:
    """The mechanisms that are meant, once nobody can read them."""
    if expected.over_tls is None:
        return
    with means.admitted(expected) as client:
        offered = mechanisms_of(client)
    yield _compared(statements, offered, expected.over_tls, "over TLS")


_ABOUT_MECHANISMS = (
    "Look whether the plug-in of Cyrus SASL is installed for each of mech_list in smtpd.conf, and "
    "which of them smtpd_sasl_security_options forbids."
)


def _compared(statements: Statements, offered: Mechanisms, meant: Mechanisms, when: str) -> Outcome:
    if offered == meant:
        return statements.passed(f"it offers {_words(offered)} {when}")
    missing, extra = sorted(meant - offered), sorted(offered - meant)
    words = [f"lacks {listed(missing)}"] if missing else []
    words += [f"offers {listed(extra)}, which is not planned"] if extra else []
    return statements.failed(f"{when} it {' and '.join(words)}", _ABOUT_MECHANISMS)


def _words(offered: Mechanisms) -> str:
    return listed(sorted(offered)) if offered else "no AUTH"


def logins(statements: Statements, expected: Expectation, means: Means) -> Iterator[Outcome]:
    """The right password lets in and a wrong one does not, with every mechanism on offer."""
    with means.admitted(expected) as client:
        offered = sorted(mechanisms_of(client))
    if not offered:
        return
    if means.login is None:
        yield statements.skipped(
            "no user was given to log in with", "pfwizard verify --user NAME asks for the password."
        )
        return
    known = [name for name in offered if name in MECHANISMS]
    own = known[0] if known and means.misspells_at == expected.server else None
    login = means.login

    def tried(name: str) -> list[Outcome]:
        each = statements.about(name)
        if name not in MECHANISMS:
            return [each.skipped("pfwizard cannot log in with this mechanism")]
        wrong = _wrong(login.user if name == own else _nobody(login.user))
        trying = partial(attempt, means, expected, name)
        found = list(concluded(each, _with_mechanism(each, expected, trying, login, wrong)))
        return list(map(_as_before, found)) if means.is_as_before(expected) else found

    with ThreadPoolExecutor(means.logins_at_once) as pool:
        for found in pool.map(tried, offered):
            yield from found


def _as_before(outcome: Outcome) -> Outcome:
    """No fault of the change, which is not to be hidden either."""
    if outcome.verdict is not Verdict.FAIL or outcome.probe != LOGIN:
        return outcome
    return replace(outcome.excused(Excuse.AS_BEFORE), remedy=outcome.remedy or ASKING)


def refused_logins(servers: Iterable[Expectation], means: Means) -> frozenset[RefusedLogin]:
    """Where our user cannot log in, of the servers that offer it; each is asked once."""
    asked = {RefusedLogin.at(each): each for each in servers if each.may_offer_logins}
    return frozenset(key for key, each in asked.items() if _is_refused(each, means))


def _is_refused(expected: Expectation, means: Means) -> bool:
    """Not where that cannot be found out."""
    try:
        with means.admitted(expected) as client:
            usable = sorted(mechanisms_of(client) & MECHANISMS.keys())
        if means.login is None or not usable:
            return False
        code, _ = attempt(means, expected, usable[-1], means.login)
    except Unexpected:
        return False
    return code != AUTHENTICATED


def not_admitted(expected: Expectation, means: Means) -> Iterator[Outcome]:
    """Why nobody logs in to a server that sends us away for want of a certificate."""
    if means.login is not None and expected.may_offer_logins:
        yield Statements(LOGIN, str(expected.server)).skipped(
            f"it sends away whoever shows no certificate, and so {means.login.user} was not logged "
            "in",
            SHOWING_ONE,
        )


def where_to_misspell(servers: Iterable[Expectation]) -> Server | None:
    """The first where users are to log in, as far as anybody knows."""
    return next((each.server for each in servers if _has_logins(each)), None)


def _has_logins(expected: Expectation) -> bool:
    return expected.may_offer_logins and not expected.requires_certificate


def _wrong(user: str) -> Login:
    return Login(user, Secret(f"wrong-{secrets.token_hex(8)}"))


def _nobody(user: str) -> str:
    """A name that nobody has, in the domain of the user."""
    _, at, domain = user.rpartition("@")
    return f"nobody-{secrets.token_hex(4)}{at}{domain if at else ''}"


def _with_mechanism(
    statements: Statements, expected: Expectation, trying: Trying, login: Login, wrong: Login
) -> Iterator[Outcome]:
    code, words = trying(login)
    if code == AUTHENTICATED:
        yield statements.passed(f"{login.user} can log in")
    elif not is_refusal(code, words):
        yield _unable(statements, expected, f"{login.user} cannot log in: {words}")
        return  # and nobody else can, whatever the password
    else:
        yield _refused(statements, expected, words, login, _other_name(expected, trying, login))
    refused = statements.of("login-refused")
    yield from concluded(refused, _kept_out(refused, trying, wrong, login))


def _unable(statements: Statements, expected: Expectation, seen: str) -> Outcome:
    obstacles = map(obstacle_to, expected.checkers)
    obstacle = next((each for each in obstacles if each is not None), None)
    if obstacle is None:
        return statements.failed(seen)
    return statements.failed(f"{seen}: {obstacle.cause}", obstacle.remedy)


def _refused(
    statements: Statements, expected: Expectation, words: str, login: Login, other: str | None
) -> Outcome:
    if other is None:
        return _unable(statements, expected, f"{login.user} cannot log in: {words}")
    return statements.failed(
        f"{login.user} cannot log in: {words}: the password checker knows this user as {other}",
        f"Let users log in with names like {other}, or correct smtpd_sasl_local_domain, the domain "
        "of those who give none.",
    )


def _other_name(expected: Expectation, trying: Trying, login: Login) -> str | None:
    """The name with which the same password is right, as far as we may try."""
    with suppress(Limited):  # the password was refused nevertheless
        for name in _other_names(login.user, expected.domains):
            code, _ = trying(replace(login, user=name))
            if code == AUTHENTICATED:
                return name
    return None


def _other_names(user: str, domains: Iterable[str]) -> Iterator[str]:
    """The same user with no domain, and with each of these."""
    local, at, _ = user.rpartition("@")
    if at:
        yield local
    names = (f"{local or user}@{domain}" for domain in domains)
    yield from (name for name in names if name != user)


def _kept_out(
    statements: Statements, trying: Trying, wrong: Login, login: Login
) -> Iterator[Outcome]:
    code, words = trying(wrong)
    if code == AUTHENTICATED:
        who = login.user if wrong.user == login.user else "a user whom nobody knows"
        yield statements.failed(
            f"{who} can log in with a wrong password too",
            "Look at pwcheck_method in smtpd.conf, or at the passdb of Dovecot: nothing checks "
            "passwords.",
        )
    elif code not in REFUSED:
        yield statements.failed(f"a wrong password is answered with {words}, and not with 535")
    elif not is_refusal(code, words):
        yield statements.skipped(f"no password checker has seen the wrong password: {words}")
    else:
        yield statements.passed("a wrong password is refused")


def attempt(means: Means, expected: Expectation, mechanism: str, login: Login) -> tuple[int, str]:
    """Log in over a new connection; returns the code of the reply, and the reply in one line.

    Raises Unexpected.
    """
    with means.admitted(expected) as client:
        return authenticated(client, mechanism, login)
