"""The validators: what they accept, in which form, and what they refuse with which remedy."""

import pytest

from pfwizard.answers import checks
from pfwizard.errors import InputProblem, PfwizardError


def problem_with(check: object, text: str) -> InputProblem:
    assert callable(check)
    with pytest.raises(InputProblem) as caught:
        check(text)
    return caught.value


def test_an_input_problem_alone_does_not_end_a_run() -> None:
    assert not issubclass(InputProblem, PfwizardError)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("/etc/ssl/ca.crt", "/etc/ssl/ca.crt"),
        ("//etc//ssl/ca.crt", "/etc/ssl/ca.crt"),
        ("///etc////ssl/ca.crt", "/etc/ssl/ca.crt"),
        ("/etc/./ssl/ca.crt", "/etc/ssl/ca.crt"),
        ("/etc/ssl/Zürich.crt", "/etc/ssl/Zürich.crt"),
        ("/" + "n" * 255, "/" + "n" * 255),
    ],
)
def test_a_path_is_accepted_in_its_shortest_form(written: str, normal: str) -> None:
    assert checks.path(written) == normal


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("etc/ca.crt", "whole path"),
        ("~/ca.crt", "whole path"),
        ("/", "path of a file"),
        ("/etc/ssl/", "path of a file"),
        ("/etc/ssl/.", "path of a file"),
        ("/etc/../ca.crt", "without detours"),
        ("/etc/..", "without detours"),
        ("/etc/ca crt", "letters, digits"),
        ("/etc/$mydomain.crt", "letters, digits"),
        ("/etc/a,b", "letters, digits"),
        ("/etc/{a}", "letters, digits"),
        ("/etc/a#b", "letters, digits"),
        ("/etc/\x1b[31m", "letters, digits"),
        ("/etc/\x9b31m", "letters, digits"),
        ("/etc/\u202egpj.crt", "letters, digits"),
        ("/etc/\x00", "letters, digits"),
        ("/" + "n" * 256, "255 bytes"),
        ("/" + "ü" * 128, "255 bytes"),
        ("/" + "n/" * 2048 + "n", "4095 bytes"),
    ],
)
def test_a_path_that_postfix_or_the_kernel_would_misread_is_refused(text: str, remedy: str) -> None:
    problem = problem_with(checks.path, text)
    assert remedy in problem.remedy
    assert problem.message.isprintable()


def test_a_socket_has_room_for_107_bytes() -> None:
    assert checks.socket_path("/" + "s" * 106) == "/" + "s" * 106
    assert "107 bytes" in problem_with(checks.socket_path, "/" + "s" * 107).remedy


@pytest.mark.parametrize("text", ["$mydomain", "example.org", "Zürich"])
def test_one_line_is_accepted_as_it_is(text: str) -> None:
    assert checks.one_line(text) == text


@pytest.mark.parametrize("text", ["a\nb", "a\r", "\x1b[0m", " a", "a ", "a\tb", "\u2028"])
def test_what_is_not_one_line_is_refused(text: str) -> None:
    assert "one line" in problem_with(checks.one_line, text).remedy


@pytest.mark.parametrize(
    "text",
    [
        "permit_mynetworks",
        "reject_unauth_destination",
        "reject_rbl_client zen.spamhaus.org",
        "check_policy_service unix:private/policy",
        "check_client_access hash:/etc/postfix/access",
        "check_policy_service { inet:127.0.0.1:10023, timeout=10s }",
        "reject_rhsbl_sender dbl.spamhaus.org",
        "permit_dnswl_client list.dnswl.org",
        "warn_if_reject reject_unknown_client_hostname",
        "warn_if_reject reject_rbl_client zen.spamhaus.org",
        "sleep 1",
        "greylist",
    ],
)
def test_one_restriction_is_accepted_as_it_is(text: str) -> None:
    assert checks.restriction(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "permit_mynetworks permit_sasl_authenticated",
        "check_client_access",
        "sleep",
        "reject_rbl_client",
        "",
        "a, b",
        "permit_mynetworks permit_sasl_authenticated reject",
        "#a",
        "-o a",
        "a{",
    ],
)
def test_what_is_not_one_restriction_is_refused(text: str) -> None:
    assert "text of its own" in problem_with(checks.restriction, text).remedy


@pytest.mark.parametrize(
    "text", ["dev:/dev/urandom", "egd:/var/run/egd-pool", "/var/lib/random-seed"]
)
def test_a_source_of_randomness_is_a_device_a_daemon_or_a_file(text: str) -> None:
    assert checks.random_source(text) == text


@pytest.mark.parametrize("text", ["dev:", "dev:urandom", "foo:/dev/urandom", "urandom"])
def test_any_other_source_of_randomness_is_refused(text: str) -> None:
    assert problem_with(checks.random_source, text).remedy.endswith(".")


@pytest.mark.parametrize(
    "name", [f"{'a' * 60}@example.org", f"{'a' * 60}.example.org"], ids=["address", "host"]
)
def test_a_client_whose_name_does_not_fit_is_not_told_of_a_common_name(name: str) -> None:
    with pytest.raises(InputProblem, match="72 characters, and a certificate has room for 64"):
        checks.client_name(name)
