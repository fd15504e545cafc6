"""Every mistake names the line in which its key stands."""

import pytest

from tests.answers.builders import answers_file, message_about, mistakes_in, the_mistake_in

GOOD = answers_file().decode()
NEXT = GOOD.count("\n") + 1
"""The line behind a file without mistakes."""

TABLES = """\
format = 1
[ca.subject]
common_name = "Example CA"
[server]
names = ["mail.example.org"]
[server.subject]
common_name = "mail.example.org"
"""


@pytest.mark.parametrize(
    ("added", "line"),
    [
        pytest.param("ca.days = 0\n", 0, id="a dotted key"),
        pytest.param("ca . days = 0\n", 0, id="a dotted key with blanks"),
        pytest.param("ca.'days' = 0\n", 0, id="a quoted key"),
        pytest.param("# ca.days = 1 [\n\nca.days = 0\n", 2, id="behind a comment with a bracket"),
        pytest.param("tls.random_source = '''\nca.days = 1\n'''\nca.days = 0\n", 3, id="quotes"),
        pytest.param('sasl.mechanisms = [ # ]\n"PLAIN", # ["\n]\nca.days = 0\n', 3, id="a list"),
        pytest.param('sasl.local_domain = "[#"\nca.days = 0\n', 1, id="a text with a bracket"),
        pytest.param("sasl.local_domain = '\"'\nca.days = 0\n", 1, id="a text with a quote"),
    ],
)
def test_a_mistake_has_the_line_of_its_key(added: str, line: int) -> None:
    by_key = {mistake.key: mistake.line for mistake in mistakes_in(GOOD + added)}
    assert by_key["ca.days"] == NEXT + line


@pytest.mark.parametrize(
    ("added", "line"),
    [
        pytest.param("[ca]\n\ndays = 0\n", 10, id="behind an empty line"),
        pytest.param("[ ca ]  # [x]\ndays = 0\n", 9, id="a table with blanks and a comment"),
        pytest.param('[ca]\ncertificate = \'/c\' # """\ndays = 0\n', 10, id="quotes in a comment"),
        pytest.param("['ca']\n  days = 0\n", 9, id="a table in quotes"),
    ],
)
def test_in_a_table_too(added: str, line: int) -> None:
    assert the_mistake_in(TABLES + added).line == line


def test_in_an_inline_table_too() -> None:
    text = GOOD + "services = { smtps = 1 }\n"
    assert the_mistake_in(text).line == NEXT


def test_in_an_inline_table_that_goes_on_in_other_lines() -> None:
    text = GOOD + "sasl = { mechanisms = [\n'PLAIN',\n], broken_clients = 1 }\n"
    assert the_mistake_in(text).line == NEXT + 2


def test_a_missing_answer_has_the_line_of_its_table() -> None:
    text = answers_file(without="server.subject.common_name").decode() + "[server.subject]\n"
    assert the_mistake_in(text).line == NEXT - 1


def test_a_missing_answer_has_the_line_of_the_table_above_where_its_own_is_missing() -> None:
    text = TABLES.partition("[server.subject]")[0]
    mistake = the_mistake_in(text)
    assert (mistake.key, mistake.line) == ("server.subject.common_name", 4)


def test_line_ends_of_another_system_do_not_matter() -> None:
    text = (GOOD + "tls.random_source = '''\n/dev'''\nca.days = 0\n").replace("\n", "\r\n")
    assert [m.line for m in mistakes_in(text) if m.key == "ca.days"] == [NEXT + 2]


def test_a_byte_order_mark_does_not_matter() -> None:
    assert the_mistake_in("\ufeffca.days = 0\n" + GOOD).line == 1


def test_a_key_that_is_given_twice_is_named_with_both_lines() -> None:
    mistake = the_mistake_in(GOOD + "ca.days = 1\nca.days = 2\n")
    assert (mistake.key, mistake.line) == ("ca.days", NEXT + 1)
    assert str(NEXT) in mistake.message


def test_a_table_that_is_given_twice_is_named_with_both_lines() -> None:
    mistake = the_mistake_in(GOOD + "[services]\n[sasl]\n[services]\n")
    assert (mistake.key, mistake.line) == ("services", NEXT + 2)
    assert str(NEXT) in mistake.message


@pytest.mark.parametrize("text", ["ca.days = \n", "ca.days\n", "[ca\n", 'ca.key = "x\n', "= 1\n"])
def test_what_is_not_toml_has_its_line(text: str) -> None:
    mistake = the_mistake_in("\n" + text + GOOD)
    assert mistake.line == 2
    assert mistake.message.startswith("is not TOML")


@pytest.mark.parametrize("text", ["ca.key = [", "ca.key = '''x"])
def test_what_the_end_of_the_file_cuts_off_is_found_where_it_begins(text: str) -> None:
    assert the_mistake_in(GOOD + text).line == NEXT


def test_what_is_not_utf_8_has_its_line() -> None:
    mistake = the_mistake_in(GOOD.encode() + b'ca.subject.state = "Lombard\xefa"\n')
    assert mistake.line == NEXT
    assert "UTF-8" in mistake.message


def test_a_message_begins_with_file_line_and_key_and_ends_with_the_remedy() -> None:
    first, second = message_about(GOOD + "ca.days = 0\n").split("\n")
    assert first == f"answers.toml:{NEXT}: ca.days: 0 is out of range"
    assert second == "  Use a number from 1 to 36500."
