"""What may be written into a certificate."""

from collections.abc import Callable

import pytest

from pfwizard.pki.names import (
    NameProblem,
    check_challenge_password,
    check_common_name,
    check_company_name,
    check_country,
    check_dns_name,
    check_email,
    check_ip,
    check_locality,
    check_organization,
    check_organizational_unit,
    check_server_name,
    check_state,
)

Check = Callable[[str], str]

FREE_TEXTS: list[Check] = [
    check_state,
    check_locality,
    check_organization,
    check_organizational_unit,
    check_common_name,
    check_company_name,
]
OPTIONAL: list[Check] = [
    check_country,
    check_state,
    check_locality,
    check_organization,
    check_organizational_unit,
    check_email,
    check_challenge_password,
    check_company_name,
]


def problem(check: Check, text: str) -> NameProblem:
    with pytest.raises(NameProblem) as caught:
        check(text)
    return caught.value


# --- every field ---------------------------------------------------------------------------------


@pytest.mark.parametrize("check", OPTIONAL)
def test_an_optional_field_may_be_left_out(check: Check) -> None:
    assert check("") == ""


@pytest.mark.parametrize("check", [check_common_name, check_dns_name, check_ip, check_server_name])
def test_a_field_that_is_needed_may_not_be_left_out(check: Check) -> None:
    problem(check, "")


@pytest.mark.parametrize("check", FREE_TEXTS)
@pytest.mark.parametrize(
    "text",
    [
        "Kernel Panic Inc.",
        "Società Ænima & Söhne",
        "株式会社",
        'it\'s 100% / (ok) + #1, "best" = <yes>;\\',
        "می\u200cخواهم",
    ],
)
def test_a_free_text_may_hold_whatever_can_be_seen(check: Check, text: str) -> None:
    assert check(text) == text


@pytest.mark.parametrize("check", [*FREE_TEXTS, check_email, check_challenge_password])
@pytest.mark.parametrize(
    "hidden",
    [
        pytest.param("\0", id="NUL"),
        pytest.param("\t", id="tab"),
        pytest.param("\n", id="line feed"),
        pytest.param("\x1b", id="ESC"),
        pytest.param("\x7f", id="DEL"),
        pytest.param("\x9b", id="C1 control"),
        pytest.param("\xa0", id="no-break space"),
        pytest.param("\xad", id="soft hyphen"),
        pytest.param("\u200b", id="zero-width space"),
        pytest.param("\u2028", id="line separator"),
        pytest.param("\u202e", id="right-to-left override"),
        pytest.param("\u2066", id="left-to-right isolate"),
        pytest.param("\ufeff", id="byte order mark"),
        pytest.param("\ud800", id="lone surrogate"),
        pytest.param("\ue000", id="private use"),
        pytest.param("\uffff", id="noncharacter"),
    ],
)
def test_characters_that_cannot_be_seen_are_refused(check: Check, hidden: str) -> None:
    assert hidden not in problem(check, f"ab{hidden}cd").message


@pytest.mark.parametrize("check", FREE_TEXTS)
@pytest.mark.parametrize("text", [" Milan", "Milan ", "  ", "\u3000Milan"])
def test_blanks_around_a_text_are_refused(check: Check, text: str) -> None:
    problem(check, text)


@pytest.mark.parametrize("check", FREE_TEXTS)
def test_texts_are_composed_to_nfc(check: Check) -> None:
    assert check("Città") == "Città" == check("Citta\u0300")


def test_a_problem_shows_control_characters_as_escapes() -> None:
    assert "Mi\\x1b[2Jlan" in problem(check_locality, "Mi\x1b[2Jlan").message


def test_a_problem_names_the_field_the_fault_and_the_cure() -> None:
    found = problem(check_organization, "x" * 65)
    assert "the organization" in found.message
    assert "65 characters" in found.message
    assert found.remedy == "Give 1 to 64 characters."


# --- lengths -------------------------------------------------------------------------------------

LONGEST = [
    (check_state, 128),
    (check_locality, 128),
    (check_organization, 64),
    (check_organizational_unit, 64),
    (check_common_name, 64),
    (check_challenge_password, 20),
    (check_company_name, 255),
]


@pytest.mark.parametrize(("check", "longest"), LONGEST)
def test_the_longest_text_is_accepted(check: Check, longest: int) -> None:
    assert check("x" * longest) == "x" * longest


@pytest.mark.parametrize(("check", "longest"), LONGEST)
def test_one_character_more_is_refused(check: Check, longest: int) -> None:
    problem(check, "x" * (longest + 1))


@pytest.mark.parametrize("check", [check_organization, check_organizational_unit])
def test_lengths_count_characters_not_octets(check: Check) -> None:
    assert check("é" * 64) == "é" * 64


def test_lengths_are_counted_after_composing() -> None:
    assert check_organization("e\u0301" * 64) == "é" * 64


def test_a_common_name_of_64_octets_is_accepted() -> None:
    assert check_common_name("é" * 32) == "é" * 32


def test_a_common_name_with_few_characters_but_many_octets_says_so() -> None:
    found = problem(check_common_name, "é" * 33)
    assert "33 characters" in found.message
    assert "66 octets" in found.message


def test_a_common_name_with_too_many_characters_speaks_of_characters() -> None:
    assert "65 characters" in problem(check_common_name, "x" * 65).message


@pytest.mark.parametrize("text", ["a", "abc"])
def test_a_challenge_password_has_at_least_four_characters(text: str) -> None:
    assert "4 to 20" in problem(check_challenge_password, text).remedy


@pytest.mark.parametrize("text", ["hunter\x1b2", " hunter2", "hunter2 ", "hun", "h" * 21])
def test_no_problem_with_a_challenge_password_shows_it(text: str) -> None:
    assert "hun" not in str(problem(check_challenge_password, text))


# --- countries -----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["IT", "DE", "US", "XK"])
def test_a_country_code_is_accepted(code: str) -> None:
    assert check_country(code) == code


def test_a_country_code_in_lower_case_is_raised() -> None:
    assert check_country("it") == "IT"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("UK", "GB"),
        ("uk", "GB"),
        ("EL", "GR"),
        ("ITA", "IT"),
        ("deu", "DE"),
        ("Italy", "IT"),
        ("Italia", "IT"),
        ("DEUTSCHLAND", "DE"),
        ("Österreich", "AT"),
        ("USA", "US"),
        ("United States", "US"),
    ],
)
def test_a_usual_mistake_is_answered_with_the_code_that_was_meant(written: str, meant: str) -> None:
    assert problem(check_country, written).remedy == f"Write {meant}."


@pytest.mark.parametrize("text", ["ZZ", "I1", "I", "EU", "Freedonia", "ıt", "ﬁ", "I\x1b", " IT"])
def test_what_is_no_country_code_is_refused(text: str) -> None:
    problem(check_country, text)


# --- e-mail addresses ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("postmaster@example.org", "postmaster@example.org"),
        ("D.Mazzocchio+tls@Kernel-Panic.IT", "D.Mazzocchio+tls@kernel-panic.it"),
        ("info@bücher.example", "info@xn--bcher-kva.example"),
    ],
)
def test_an_email_address_keeps_its_local_part_and_lowers_its_domain(
    written: str, normal: str
) -> None:
    assert check_email(written) == normal


@pytest.mark.parametrize(
    "text",
    [
        "no-at",
        "@example.org",
        "a@",
        "a@b",
        "a@192.0.2.1",
        "a@[192.0.2.1]",
        "a..b@example.org",
        ".a@example.org",
        "a b@example.org",
        "Danilo <d@example.org>",
        '"d m"@example.org',
        "è@example.org",
        "a@b@example.org",
        "x" * 65 + "@example.org",
        "x@" + "a" * 60 + "." + "b" * 60 + ".example",
        "x@" + "ü" * 40 + "." + "ü" * 40 + ".example.org.example.org.example.org",
    ],
)
def test_what_is_no_plain_email_address_is_refused(text: str) -> None:
    problem(check_email, text)


# --- host names ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("mail.example.org", "mail.example.org"),
        ("Mail.Example.ORG", "mail.example.org"),
        ("mail.example.org.", "mail.example.org"),
        ("*.example.org", "*.example.org"),
        ("r3---a.example.org", "r3---a.example.org"),
        ("1.example.org", "1.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("*.bücher.example", "*.xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("faß.example", "xn--fa-hia.example"),  # IDNA 2003 would say fass.example
        ("mail.例え。example", "mail.xn--r8jz45g.example"),
        ("a" * 63 + ".example", "a" * 63 + ".example"),
        (".".join(["a" * 49] * 5) + ".ex", ".".join(["a" * 49] * 5) + ".ex"),
    ],
)
def test_a_host_name_becomes_lower_case_a_labels(written: str, normal: str) -> None:
    assert check_dns_name(written) == normal


@pytest.mark.parametrize(
    "text",
    [
        ".",
        " ",
        "mail",
        "localhost",
        "a..b",
        ".example.org",
        "mail.example.org..",
        "-x.example.org",
        "x-.example.org",
        "a_b.example.org",
        "mail example.org",
        "mail.example.org:465",
        "https://example.org",
        "user@example.org",
        "mail.example.org\n",
        "mail\0.example.org",
        "192.0.2.1",
        "192.0.2.1.",
        "2001:db8::1",
        "[192.0.2.1]",
        "host.123",
        "*",
        "*.",
        "*.org",
        "a.*.org",
        "*a.example.org",
        "a*.example.org",
        "*.*.example.org",
        "a" * 64 + ".example",
        "a." * 126 + "ab",
        "*." + ".".join(["a" * 49] * 5) + ".ex",
        "☃.example",
        "xn--a.example",
        "bü_cher.example",
        "bü\x1b[2J.example",
        "\u202ebü.example",
        "\xadbü.example",
        "mail\u200b.example.org",
    ],
)
def test_what_no_client_can_dial_is_refused(text: str) -> None:
    assert str(problem(check_dns_name, text)).replace("\n", "").isprintable()


def test_a_name_without_a_domain_is_accepted_where_the_caller_says_so() -> None:
    assert check_dns_name("mail", single_label=True) == "mail"


def test_a_wildcard_needs_two_more_labels_even_then() -> None:
    with pytest.raises(NameProblem):
        check_dns_name("*.lan", single_label=True)


# --- addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "shortest"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_an_ip_address_takes_its_shortest_form(written: str, shortest: str) -> None:
    assert check_ip(written) == shortest


@pytest.mark.parametrize(
    "text",
    [
        "192.0.2",
        "192.0.2.256",
        "192.0.2.01",
        "192.0.2.1/24",
        "[2001:db8::1]",
        "fe80::1%eth0",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1",
        "mail.example.org",
        " 192.0.2.1",
    ],
)
def test_what_is_no_address_of_a_host_is_refused(text: str) -> None:
    problem(check_ip, text)


@pytest.mark.parametrize(
    ("written", "normal"),
    [("MAIL.example.org", "mail.example.org"), ("2001:DB8::1", "2001:db8::1")],
)
def test_a_server_name_is_a_host_name_or_an_address(written: str, normal: str) -> None:
    assert check_server_name(written) == normal
