"""``pfwizard verify`` on the command line: its options, and how it ends without a server."""

import json
import os
import socket
from pathlib import Path

import pytest

from pfwizard.cli.arguments import parse_arguments
from pfwizard.cli.main import main
from pfwizard.cli.verification import lines_of
from pfwizard.errors import Failed, UsageError
from pfwizard.prove import live_proof
from pfwizard.prove.verdict import Statements
from tests.cli.program import ANSWERS
from tests.plan.builders import machine
from tests.prove.probing import STARTTLS, authority, tls
from tests.prove.smtp_server import USER, Manners, serving


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_an_ipv6_address_may_be_in_brackets(host: str) -> None:
    assert parse_arguments(["verify", "--host", host]).verification.host == "::1"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("mail.example.org.", "mail.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("localhost", "localhost"),
    ],
)
def test_a_host_is_looked_for_by_the_name_that_certificates_have(given: str, meant: str) -> None:
    assert parse_arguments(["verify", "--host", given]).verification.host == meant


def test_several_ports_can_be_named() -> None:
    given = parse_arguments(
        ["verify", "--host", "mail.example.org", "--port", "25", "--port", "465"]
    )

    assert (given.verification.host, given.verification.ports) == ("mail.example.org", (25, 465))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["verify", "--port", "0"], "not a port"),
        (["verify", "--password-fd", "3"], "nobody's without --user"),
        (["verify", "--client-key", "/k"], "--client-certificate"),
        (["verify", "--user", "u", "--password-fd", "3", "--password-file", "/p"], "at once"),
        (["status", "--user", "u"], "takes no --user"),
        (["verify", "--host", ""], "--host: is empty"),
        (["verify", "--user", ""], "--user: is empty"),
        (["verify", "--host", "\udcff"], "--host: is not in UTF-8"),
        (["verify", "--user", " "], "--user: is empty"),
        (["verify", "--user", "m\udcfcller"], "--user: is not in UTF-8"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: list[str], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_arguments(options)

    assert words in refused.value.message


@pytest.mark.parametrize("host", ["a" * 64, "mail..example.org", "/nonexistent"])
def test_what_is_no_name_of_a_host_has_no_address(
    host: str, capfd: pytest.CaptureFixture[str]
) -> None:
    status = main(["verify", "--host", host])

    assert status == 3
    told = capfd.readouterr().err
    assert "has no address" in told
    assert "internal error" not in told


def test_a_password_file_that_others_can_read_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "password"
    file.write_text("secret\n")
    file.chmod(0o644)

    status = main(["verify", "--user", "u", "--password-file", str(file), "--host", "localhost"])

    assert status == 2
    assert "there is a password in it" in capfd.readouterr().err


def test_in_a_tree_nothing_can_be_verified(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    postfix = tmp_path / "etc/postfix"
    postfix.mkdir(parents=True)
    (postfix / "main.cf").write_text("")
    (postfix / "master.cf").write_text("")

    status = main(["verify", "--root", str(tmp_path), "--json"])

    document = json.loads(capfd.readouterr().out)
    assert (status, document["result"], document["verification"]) == (3, "failed", [])


def test_a_look_that_fails_does_not_speak_of_changes(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    main(["verify", "--root", str(tmp_path)])

    words = capfd.readouterr().err
    assert words.startswith("pfwizard: ")
    assert "Nothing was changed" not in words


def test_a_host_that_has_no_address_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    status = main(["verify", "--host", "no-such-host.invalid"])

    assert status == 3
    assert "no-such-host.invalid: the name has no address" in capfd.readouterr().err


def test_a_port_that_was_named_and_does_not_answer_is_critical(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        status = main(["verify", "--host", "127.0.0.1", "--port", str(port), "--json"])

    document = json.loads(capfd.readouterr().out)
    (outcome,) = document["verification"]
    assert (status, outcome["probe"], outcome["verdict"]) == (2, "answers", "fail")
    assert set(outcome) == {"probe", "target", "verdict", "detail", "remedy"}
    assert "Connection refused" in outcome["detail"]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (b"535 5.7.8 Error: authentication failed: authentication failure\r\n", "right password"),
        (b"535 5.7.8 Error: authentication failed: no mechanism available\r\n", ""),
    ],
)
def test_what_a_refused_password_means_is_told_of_another_host_too(
    reply: bytes, words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    password = tmp_path / "password"
    password.touch(0o600)
    password.write_text("xinad\n")
    manners = Manners(tls(), in_clear=STARTTLS, over_tls=("AUTH PLAIN",), wrong_password=reply)
    login = ["--user", USER, "--password-file", str(password)]

    with serving(manners) as server:
        main(["verify", "--host", "127.0.0.1", "--port", str(server.port), *login, "--json"])

    outcomes = json.loads(capfd.readouterr().out)["verification"]
    (told,) = (each for each in outcomes if each["probe"] == "login")
    assert words in told["remedy"]
    assert bool(told["remedy"]) == bool(words)


@pytest.mark.parametrize(("user", "words"), [(0, "Postfix does not run"), (33, "only root can")])
def test_who_cannot_see_whether_postfix_runs_does_not_say_that_it_does_not(
    user: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_proof, "master_process", lambda file: None)
    monkeypatch.setattr(os, "geteuid", lambda: user)

    with pytest.raises(Failed, match=words):
        live_proof.running_servers(machine())


def test_each_server_has_a_heading_and_a_remedy_stands_below_its_failure() -> None:
    first, second = Statements("tls", "192.0.2.1:25"), Statements("login", "192.0.2.1:465 PLAIN")

    outcomes = (first.passed("it works"), second.failed("it does not", "Mend it."))
    lines = list(lines_of(outcomes, None))

    assert lines == [
        "192.0.2.1:25",
        "  ok       tls          it works",
        "192.0.2.1:465",
        "  FAILED   login PLAIN  it does not",
        "                        Mend it.",
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "ca.crt: No such file or directory"),
        (b"rubbish\n", "ca.crt: the CA certificate is not in PEM form"),
        ("Für alle:\n".encode() + authority().pem(), "ok       tls"),
    ],
    ids=["missing", "rubbish", "with a remark"],
)
def test_the_ca_that_answers_name_is_one_of_the_roots_for_another_host_or_it_is_told_why_not(
    content: bytes | None, words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ca, answers = tmp_path / "ca.crt", tmp_path / "answers.toml"
    answers.write_text(ANSWERS.replace("/etc/ssl/ca.crt", str(ca)))
    if content is not None:
        ca.write_bytes(content)

    with serving(Manners(tls(), in_clear=STARTTLS)) as met:
        port = ("--port", str(met.port))
        main(["verify", "--host", met.address, *port, "--answers", str(answers)])

    assert words in "".join(capfd.readouterr())
