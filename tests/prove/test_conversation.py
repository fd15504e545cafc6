"""What is said of a server that does not do what a conversation needs."""

import socket

import pytest

from pfwizard.prove import conversation
from pfwizard.prove.conversation import anybody, in_clear, mechanisms_of, over_tls, safest
from pfwizard.prove.server import Security, Server
from pfwizard.prove.verdict import Unexpected
from tests.prove.probing import AUTH, STARTTLS, certificate, means, tls
from tests.prove.smtp_server import GREETING, HANDSHAKE, Manners, serving


def problem(server: Server, *, is_encrypted: bool = False) -> str:
    with (
        pytest.raises(Unexpected) as raised,
        over_tls(server, anybody()) if is_encrypted else in_clear(server),
    ):
        pass
    return str(raised.value)


@pytest.mark.parametrize(
    ("instead", "words"),
    [
        ({GREETING: b"421 4.3.2 Try again later\r\n"}, "it greets with 421 4.3.2 Try again later"),
        ({GREETING: b"what do you want\r\n"}, "it greets with -1"),
        ({GREETING: b""}, "it closes the connection"),
        ({GREETING: b"220 " + b"x" * 9000 + b"\r\n"}, "it answers 500 Line too long."),
        ({"EHLO": b"421 4.7.0 Go away\r\n"}, "it answers EHLO with 421 4.7.0 Go away"),
        ({"EHLO": b"502 5.5.1 What\r\n"}, "it answers EHLO with 502 5.5.1 What"),
        ({"EHLO": b""}, "it closes the connection"),
    ],
)
def test_it_tells_what_the_server_has_done_instead(instead: dict[str, bytes], words: str) -> None:
    with serving(Manners(instead=instead)) as server:
        assert words in problem(server)


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "TIME_LIMIT", 0.1)
    with serving(Manners(instead={GREETING: b"220-it goes on\r\n"})) as server:
        assert problem(server) == "it does not answer: timed out"


@pytest.mark.parametrize(
    ("security", "words"),
    [
        (Security.STARTTLS, "it does not greet"),
        (Security.IMPLICIT, "it does not answer the TLS handshake"),
    ],
)
def test_a_server_that_is_known_to_have_died_is_not_waited_for(
    security: Security, words: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # the kernel takes the connection
        port = listener.getsockname()[1]
        server = Server("127.0.0.1", port, security, "mail", is_hopeless=lambda: True)

        assert problem(server, is_encrypted=True) == words


def test_where_nobody_listens_it_says_so() -> None:
    with serving(Manners()) as server:
        pass
    assert problem(server) == "it does not answer: Connection refused"


def test_a_greeting_of_several_lines_is_one() -> None:
    manners = Manners(in_clear=AUTH, instead={GREETING: b"220-mail\r\n220-\r\n220 ESMTP\r\n"})
    with serving(manners) as server, in_clear(server) as client:
        assert mechanisms_of(client) == {"PLAIN", "LOGIN"}


def test_mechanisms_are_those_of_one_line_in_capitals() -> None:
    with serving(Manners(in_clear=("auth plain Login",))) as server, in_clear(server) as client:
        assert mechanisms_of(client) == {"PLAIN", "LOGIN"}


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_over_tls_what_is_offered_is_asked_anew(address: str) -> None:
    manners = Manners(tls(), in_clear=STARTTLS, over_tls=AUTH)
    with serving(manners, address) as server, safest(server) as client:
        assert mechanisms_of(client) == {"PLAIN", "LOGIN"}


def test_a_server_without_starttls_is_not_spoken_to_in_clear_instead() -> None:
    with serving(Manners(tls(), over_tls=AUTH)) as server:
        assert problem(server, is_encrypted=True) == "it does not offer STARTTLS"


def test_a_key_that_cannot_be_used_shows_after_starttls() -> None:
    refusal = {"STARTTLS": b"454 4.7.0 TLS not available due to local problem\r\n"}
    with serving(Manners(tls(), in_clear=STARTTLS, instead=refusal)) as server:
        words = problem(server, is_encrypted=True)
    assert words == "it answers 454 4.7.0 TLS not available due to local problem"


def test_what_is_no_handshake_is_told() -> None:
    nonsense = {HANDSHAKE: b"500 What is this?\r\n"}
    with serving(Manners(tls(), in_clear=STARTTLS, instead=nonsense)) as server:
        assert "the TLS handshake fails" in problem(server, is_encrypted=True)


def test_after_tls_too_it_has_to_answer_ehlo() -> None:
    manners = Manners(tls(), is_implicit=True, instead={"EHLO": b"421 4.7.1 Not you\r\n"})
    with serving(manners) as server:
        assert problem(server, is_encrypted=True) == "it answers EHLO with 421 4.7.1 Not you"


def test_a_certificate_of_a_strange_ca_is_refused_with_what_to_do() -> None:
    with (
        serving(Manners(tls(), in_clear=STARTTLS)) as server,
        pytest.raises(Unexpected, match="its certificate is refused") as raised,
        over_tls(server, conversation.Trust().context()),
    ):
        pass
    assert raised.value.remedy


def test_a_certificate_of_a_trusted_ca_is_accepted_whatever_its_name() -> None:
    trust = means().trust
    with (
        serving(Manners(tls(), in_clear=STARTTLS)) as server,
        over_tls(Server(server.address, server.port, server.security, "other"), trust.context()),
    ):
        pass


def test_what_was_given_is_trusted_whether_it_is_a_root_or_not() -> None:
    trust = conversation.Trust(certificate().pem().decode())
    with serving(Manners(tls(), in_clear=STARTTLS)) as server, over_tls(server, trust.context()):
        pass


def test_a_certificate_of_ours_that_is_not_trusted_is_told_with_what_to_show() -> None:
    words = b"4.7.1 mail Error: Client certificate not trusted"
    assert "smtpd_tls_CAfile" in conversation.unexpected("it greets with", 421, words).remedy
    assert not conversation.unexpected("it greets with", 421, b"4.3.2 Not now").remedy
