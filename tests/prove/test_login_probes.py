"""What the probes of AUTH find: where it is offered, and whom it lets in."""

import base64
from dataclasses import replace
from pathlib import PurePosixPath
from threading import Barrier
from typing import Any

import pytest

from pfwizard.prove import login_probes
from pfwizard.prove.login_probes import refused_logins, where_to_misspell
from pfwizard.prove.means import RefusedLogin
from pfwizard.prove.mechanisms import Login
from pfwizard.prove.server import Expectation, Obstacle, PasswordChecker, Security, Server
from pfwizard.prove.verdict import Excuse, Limited, Outcome
from pfwizard.secret import Secret
from tests.prove.probing import AUTH, LOGIN, STARTTLS, found, means, outcomes, tls
from tests.prove.smtp_server import GREETING, NAME, PASSWORD, USER, Manners, serving

BOTH = frozenset({"PLAIN", "LOGIN"})
PLAIN = ("AUTH PLAIN",)

ONLY_OVER_TLS = Manners(tls(), in_clear=STARTTLS, over_tls=PLAIN)
BEFORE_TLS_TOO = replace(ONLY_OVER_TLS, in_clear=(*STARTTLS, *PLAIN))
IN_CLEAR = Manners(in_clear=AUTH)

CHECKER = PasswordChecker("authdaemond", PurePosixPath("/run/courier/authdaemon/socket"))


def said(manners: Manners, login: Login = LOGIN, **more: object) -> list[Outcome]:
    """What is found of logins."""
    with serving(manners) as server:
        expected = Expectation(server, **more)  # type: ignore[arg-type]
        return outcomes("login", expected, means(login=login))


def verdicts(told: list[Outcome]) -> list[str]:
    return [f"{each.verdict.value} {each.probe}" for each in told]


TOO_OFTEN = b"450 4.7.1 Error: too many AUTH commands from ::1\r\n"


def test_a_wrong_password_that_a_limit_keeps_from_us_does_not_touch_the_right_one() -> None:
    one = Manners(in_clear=PLAIN, wrong_password=TOO_OFTEN)
    assert verdicts(said(one)) == ["pass login", "skipped login-refused"]


def test_a_refused_login_stays_refused_where_other_names_cannot_be_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replies = iter([(535, "535 5.7.8 No")])

    def attempt(*_: object) -> tuple[int, str]:
        for reply in replies:
            return reply
        raise Limited("it answers AUTH with 450")

    monkeypatch.setattr(login_probes, "attempt", attempt)
    told = said(Manners(in_clear=PLAIN), domains=("kernel-panic.it",))
    assert verdicts(told) == ["fail login", "skipped login-refused"]


# --- what failed before the change ----------------------------------------------------------------

ANOTHER = Login(USER, Secret("another password"))


@pytest.mark.parametrize(
    ("manners", "login", "is_refused"),
    [
        (IN_CLEAR, LOGIN, False),
        (IN_CLEAR, ANOTHER, True),
        (replace(IN_CLEAR, wrong_password=b"454 4.7.0 Temporary failure\r\n"), ANOTHER, True),
        (replace(IN_CLEAR, wrong_password=TOO_OFTEN), ANOTHER, False),
        (Manners(), ANOTHER, False),
        (replace(IN_CLEAR, instead={GREETING: b"421 4.3.2 Not now\r\n"}), ANOTHER, False),
    ],
    ids=["right", "wrong", "no checker", "limited", "no logins", "no server"],
)
def test_a_login_is_refused_where_the_server_says_so(
    manners: Manners, login: Login, is_refused: bool
) -> None:
    with serving(manners) as server:
        expected = Expectation(server, public_port=587)
        known = refused_logins([expected], means(login=login))
    assert known == ({RefusedLogin.at(expected)} if is_refused else frozenset())


def test_what_was_refused_before_is_told_and_no_failure_of_the_change() -> None:
    with serving(IN_CLEAR) as server:
        expected = Expectation(server, public_port=587, checkers=(CHECKER,))
        given = replace(means(login=ANOTHER), refused_before=frozenset({RefusedLogin.at(expected)}))
        told = outcomes("login", expected, given)
        changed = replace(expected, checkers=(replace(CHECKER, name="another"),))
        assert verdicts(outcomes("login", changed, given)).count("fail login") == 2
        other_port = replace(expected, public_port=465)
        assert verdicts(outcomes("login", other_port, given)).count("fail login") == 2

    assert verdicts(told) == 2 * ["skipped login", "pass login-refused"]
    assert told[0].excuse is Excuse.AS_BEFORE
    assert told[0].detail.startswith(f"that was so before the change, too: {USER} cannot log in")
    assert told[0].remedy


def test_a_server_that_now_lets_everybody_in_is_a_failure_whatever_was_before() -> None:
    with serving(replace(IN_CLEAR, wrong_password=b"235 2.7.0 Ok\r\n")) as server:
        expected = Expectation(server)
        given = replace(means(login=ANOTHER), refused_before=frozenset({RefusedLogin.at(expected)}))
        assert "fail login-refused" in verdicts(outcomes("login", expected, given))


# --- what is offered ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offered", "meant", "verdict"),
    [
        (AUTH, BOTH, "pass"),
        ((), frozenset(), "pass"),
        (AUTH, frozenset({"PLAIN"}), "fail"),
        (PLAIN, BOTH, "fail"),
        ((), BOTH, "fail"),
        (PLAIN, frozenset(), "fail"),
    ],
)
def test_what_is_offered_in_clear_is_what_is_meant(
    offered: tuple[str, ...], meant: frozenset[str], verdict: str
) -> None:
    with serving(Manners(in_clear=offered)) as server:
        expected = Expectation(server, in_clear=meant, over_tls=meant)
        assert found("auth-before-tls", expected) == [f"{verdict} auth-before-tls"]
        assert found("auth", expected) == [f"{verdict} auth"]


def test_what_is_missing_and_what_is_too_much_is_named() -> None:
    with serving(Manners(in_clear=("AUTH CRAM-MD5 PLAIN",))) as server:
        (only,) = outcomes("auth", Expectation(server, over_tls=BOTH))
    assert only.detail == "over TLS it lacks LOGIN and offers CRAM-MD5, which is not planned"


def test_what_is_offered_over_tls_is_not_what_is_offered_before() -> None:
    with serving(ONLY_OVER_TLS) as server:
        expected = Expectation(server, in_clear=frozenset(), over_tls=frozenset({"PLAIN"}))
        assert found("auth-before-tls", expected) == ["pass auth-before-tls"]
        assert found("auth", expected) == ["pass auth"]


def test_where_nobody_knows_what_is_meant_passwords_in_clear_are_a_failure() -> None:
    with serving(BEFORE_TLS_TOO) as server:
        assert found("auth-before-tls", Expectation(server)) == ["fail auth-before-tls"]
    with serving(ONLY_OVER_TLS) as server:
        assert found("auth-before-tls", Expectation(server)) == ["pass auth-before-tls"]
    with serving(IN_CLEAR) as server:  # it has no TLS that could be waited for
        assert found("auth-before-tls", Expectation(server)) == ["pass auth-before-tls"]


def test_where_passwords_in_clear_are_asked_for_they_are_none() -> None:
    with serving(BEFORE_TLS_TOO) as server:
        (only,) = outcomes("auth-before-tls", Expectation(server, never_in_clear=frozenset()))
    assert (only.verdict.value, only.detail) == ("pass", "it offers PLAIN before TLS")


def test_a_mechanism_that_hides_the_password_may_be_offered_before_tls() -> None:
    with serving(replace(ONLY_OVER_TLS, in_clear=(*STARTTLS, "AUTH SCRAM-SHA-256"))) as server:
        assert found("auth-before-tls", Expectation(server)) == ["pass auth-before-tls"]


def test_with_tls_at_once_there_is_nothing_before_it() -> None:
    with serving(Manners(tls(), is_implicit=True, over_tls=AUTH)) as server:
        assert found("auth-before-tls", Expectation(server, in_clear=frozenset())) == []


# --- who is let in --------------------------------------------------------------------------------


@pytest.mark.parametrize("manners", [IN_CLEAR, Manners(tls(), is_implicit=True, over_tls=AUTH)])
def test_the_right_password_lets_in_and_a_wrong_one_does_not(manners: Manners) -> None:
    told = said(manners)
    assert [(each.verdict.value, each.probe, each.target.split()[1]) for each in told] == [
        ("pass", "login", "LOGIN"),
        ("pass", "login-refused", "LOGIN"),
        ("pass", "login", "PLAIN"),
        ("pass", "login-refused", "PLAIN"),
    ]


def test_a_wrong_password_is_a_failure_of_the_login() -> None:
    told = said(ONLY_OVER_TLS, Login(USER, Secret("xinad")))
    assert verdicts(told) == ["fail login", "pass login-refused"]
    assert "535 5.7.8" in told[0].detail


class Asked(dict[str, str]):
    """Passwords by name, and the names that are looked up, with wrong passwords too."""

    def __init__(self) -> None:
        super().__init__({USER: PASSWORD})
        self.names: list[str] = []

    def get(self, name: str, default: object = None) -> str | None:  # type: ignore[override]
        self.names.append(name)
        return super().get(name)


def names_asked_for(user: str = USER, *, misspells: bool = False) -> list[str]:
    """By the attempts at a server with two mechanisms, in their order."""
    asked = Asked()
    with serving(replace(IN_CLEAR, users=asked)) as server:
        given = replace(
            means(login=Login(user, Secret(PASSWORD))), misspells_at=server if misspells else None
        )
        outcomes("login", Expectation(server), given)
    return asked.names


def test_a_wrong_password_goes_with_a_name_that_nobody_has() -> None:
    right, wrong, right_again, wrong_again = names_asked_for()
    assert right == right_again == USER
    assert wrong.startswith("nobody-")
    assert wrong_again.startswith("nobody-")


def test_nobody_is_of_the_same_domain_as_the_user() -> None:
    *_, wrong = names_asked_for(f"{USER}@kernel-panic.it")
    assert wrong.startswith("nobody-")
    assert wrong.endswith("@kernel-panic.it")


def test_where_it_is_wished_for_one_wrong_password_goes_with_the_name_of_the_user() -> None:
    assert names_asked_for(misspells=True).count(USER) == 3


def at_port(port: int, **more: Any) -> Expectation:
    return Expectation(Server("127.0.0.1", port, Security.IMPLICIT, NAME), **more)


@pytest.mark.parametrize("mechanisms", [None, BOTH])
def test_that_is_wished_for_where_users_may_log_in(mechanisms: frozenset[str] | None) -> None:
    assert where_to_misspell([at_port(465, over_tls=mechanisms)]) == at_port(465).server


def test_it_is_at_one_server_alone_the_first_that_has_logins_for_whoever_comes() -> None:
    servers = [
        at_port(25, over_tls=frozenset()),
        at_port(10465, over_tls=BOTH, requires_certificate=True),
        at_port(465, over_tls=BOTH),
        at_port(587, over_tls=BOTH),
    ]

    assert where_to_misspell(servers) == at_port(465).server
    assert where_to_misspell(servers[:2]) is None


def test_it_is_wished_for_in_a_rehearsal_alone() -> None:
    """Those who ask live servers name none, which may count wrong passwords."""
    assert means(login=LOGIN).misspells_at is None


def test_mechanisms_are_tried_at_the_same_time_where_that_is_wished_for() -> None:
    given = replace(means(login=LOGIN), logins_at_once=2)
    with serving(replace(IN_CLEAR, users=Together())) as server:
        assert (
            found("login", Expectation(server), given) == ["pass login", "pass login-refused"] * 2
        )


class Together(dict[str, str]):
    """The user's password is found when two ask for it."""

    def __init__(self) -> None:
        super().__init__({USER: PASSWORD})
        self.both = Barrier(2, timeout=20)

    def get(self, name: str, default: object = None) -> str | None:  # type: ignore[override]
        if name == USER:
            self.both.wait()
        return super().get(name)


def test_a_server_whose_refusals_are_all_for_now_refuses_too() -> None:
    softly = replace(ONLY_OVER_TLS, wrong_password=b"435 4.7.8 Error: authentication failed\r\n")
    assert verdicts(said(softly)) == ["pass login", "pass login-refused"]


def test_a_server_that_lets_everybody_in_is_told() -> None:
    anybody = replace(ONLY_OVER_TLS, instead={"AUTH": b"235 2.7.0 Ok\r\n"})
    told = said(anybody)
    assert verdicts(told) == ["pass login", "fail login-refused"]
    assert "a user whom nobody knows can log in with a wrong password too" in told[1].detail


def test_where_nobody_can_log_in_a_wrong_password_is_not_tried() -> None:
    broken = replace(ONLY_OVER_TLS, instead={"AUTH": b"454 4.7.0 Temporary failure\r\n"})
    told = said(broken)
    assert verdicts(told) == ["fail login"]
    assert told[0].detail == f"{USER} cannot log in: 454 4.7.0 Temporary failure"


UNASKED = pytest.mark.parametrize(
    "reply",
    [
        b"535 5.7.8 Error: authentication failed: generic failure\r\n",
        b"535 5.7.0 Error: authentication failed: Connection lost to authentication server\r\n",
    ],
)


@UNASKED
def test_where_no_checker_has_seen_a_password_a_wrong_one_is_not_tried(reply: bytes) -> None:
    told = said(replace(ONLY_OVER_TLS, instead={"AUTH": reply}))
    assert verdicts(told) == ["fail login"]
    assert told[0].detail == f"{USER} cannot log in: {reply.decode().strip()}"


@UNASKED
def test_a_wrong_password_that_no_checker_has_seen_proves_nothing(reply: bytes) -> None:
    told = said(replace(ONLY_OVER_TLS, wrong_password=reply))
    assert verdicts(told) == ["pass login", "skipped login-refused"]
    assert reply.decode().strip() in told[1].detail


def test_a_wrong_password_has_to_be_called_wrong() -> None:
    moody = InTurn("AUTH", b"235 2.7.0 Ok\r\n", b"454 4.7.0 Temporary failure\r\n")
    told = said(replace(ONLY_OVER_TLS, instead=moody))
    assert verdicts(told) == ["pass login", "fail login-refused"]
    assert "454 4.7.0" in told[1].detail


class InTurn(dict[str, bytes]):
    """One reply after the other to the same command."""

    def __init__(self, command: str, *replies: bytes) -> None:
        super().__init__({command: b""})
        self.replies = list(replies)

    def __getitem__(self, command: str) -> bytes:
        return self.replies.pop(0)


@pytest.mark.parametrize(
    ("known", "given", "domains"),
    [
        (f"{USER}@kernel-panic.it", USER, ("kernel-panic.it",)),
        (USER, f"{USER}@kernel-panic.it", ("kernel-panic.it",)),
        (f"{USER}@b.example", f"{USER}@a.example", ("a.example", "b.example")),
    ],
)
def test_a_user_who_is_known_by_another_name_is_told_it(
    known: str, given: str, domains: tuple[str, ...]
) -> None:
    manners = replace(ONLY_OVER_TLS, users={known: PASSWORD})
    told = said(manners, Login(given, Secret(PASSWORD)), domains=domains)
    assert verdicts(told) == ["fail login", "pass login-refused"]
    assert told[0].detail.endswith(f"the password checker knows this user as {known}")
    assert "smtpd_sasl_local_domain" in told[0].remedy


def test_a_password_that_is_wrong_under_every_name_is_simply_wrong() -> None:
    told = said(ONLY_OVER_TLS, Login(USER, Secret("xinad")), domains=("kernel-panic.it",))
    assert "knows this user as" not in told[0].detail


@pytest.mark.parametrize("reply", [b"454 4.7.0 Temporary failure\r\n", b"535 5.7.8 No\r\n"])
def test_what_is_in_the_way_to_the_password_checker_explains_it(reply: bytes) -> None:
    closed = PasswordChecker(
        "saslauthd", PurePosixPath("/mux"), obstacle=Obstacle("the way is closed", "Open it.")
    )
    told = said(replace(ONLY_OVER_TLS, instead={"AUTH": reply}), checkers=(closed,))
    assert told[0].detail.endswith(": the way is closed")
    assert told[0].remedy == "Open it."


def test_without_a_user_logins_are_skipped_once() -> None:
    with serving(IN_CLEAR) as server:
        assert found("login", Expectation(server)) == ["skipped login"]


def test_where_no_auth_is_offered_there_is_nothing_to_say() -> None:
    assert said(Manners()) == []
    with serving(Manners()) as server:
        assert found("login", Expectation(server)) == []


def test_a_mechanism_that_pfwizard_does_not_speak_is_skipped() -> None:
    told = said(Manners(in_clear=("AUTH GSSAPI PLAIN",)))
    assert verdicts(told) == ["skipped login", "pass login", "pass login-refused"]


def test_a_mechanism_that_breaks_off_does_not_end_the_others() -> None:
    told = said(Manners(in_clear=("AUTH CRAM-MD5 PLAIN",), instead={"AUTH": b""}))
    assert verdicts(told) == ["fail login", "fail login"]


@pytest.mark.parametrize(
    ("challenge", "words"),
    [
        (b"334 %%%\r\n", "its challenge is not in base64"),
        (b"334 " + base64.b64encode(b"again") + b"\r\n", "its challenges for CRAM-MD5 do not end"),
    ],
)
def test_a_challenge_that_is_none_is_told(challenge: bytes, words: str) -> None:
    told = said(Manners(in_clear=("AUTH CRAM-MD5",), instead=Always(challenge)))
    assert verdicts(told) == ["fail login"]
    assert words in told[0].detail


class Always(dict[str, bytes]):
    """The same reply to all but the greeting and EHLO."""

    def __init__(self, reply: bytes) -> None:
        self.reply = reply

    def __contains__(self, command: object) -> bool:
        return command not in ("GREETING", "EHLO")

    def __missing__(self, command: str) -> bytes:
        return self.reply
