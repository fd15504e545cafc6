"""The text of an answers file: fresh ones, and those that somebody began with."""

import tomllib
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
import tomlkit
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tomlkit.exceptions import TOMLKitError

from pfwizard.answers.assembly import assemble
from pfwizard.answers.consistency import contradictions
from pfwizard.answers.question import Kind, Question, Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.answers.reading import parse
from pfwizard.answers.writing import written
from tests import guide

BY_KEY = {question.key: question for question in QUESTIONS}
DEFAULTS: Mapping[str, Value] = {
    question.key: question.default for question in QUESTIONS if question.default is not None
}
REQUIRED: Mapping[str, Value] = {
    "ca.subject.common_name": "Example CA",
    "server.names": ("mail.example.org",),
    "server.subject.common_name": "mail.example.org",
}
OF_ONE_BACK_END: Mapping[str, Value] = {
    "sasl.saslauthd.ldap_search_base": "dc=example,dc=org",
    "sasl.saslauthd.rimap_host": "imap.example.org",
    "sasl.sql.database": "mail",
    "sasl.sql.select": "SELECT password FROM users WHERE name = '%u'",
    "sasl.ldapdb.uri": "ldap://ldap.example.org",
    "sasl.ldapdb.id": "postfix",
}
"""What has to be answered where this back end is chosen."""


def said(text: str, key: str) -> object:
    """What a text gives as the answer to a question, or None."""
    value: Any = tomllib.loads(text)
    for name in key.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def changed_lines(before: str, after: str) -> list[tuple[str, str]]:
    """The pairs of lines that differ, where no line came or went."""
    old, new = before.splitlines(), after.splitlines()
    return [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]


def answers_in(text: str) -> Mapping[str, Value]:
    """The answers of a text that is right, each in its normal form, defaults included."""
    answers = {**DEFAULTS}
    for question in QUESTIONS:
        value = said(text, question.key)
        if value is not None:
            answers[question.key] = question.validated(value)
    return answers


# --- a fresh file -------------------------------------------------------------------------------

EVERY_ANSWER: Mapping[str, Value] = {**DEFAULTS, **REQUIRED, **OF_ONE_BACK_END}


def test_a_fresh_file_says_in_its_first_line_what_it_is_for() -> None:
    first = written(REQUIRED).splitlines()[0]
    assert first.startswith("# ")
    assert "pfwizard --answers FILE" in first


def test_a_fresh_file_has_a_format() -> None:
    assert tomllib.loads(written({})) == {"format": 1}


def test_a_fresh_file_has_the_tables_in_the_order_of_the_questions() -> None:
    lines = written(dict(reversed(list(EVERY_ANSWER.items())))).splitlines()
    headers = [line for line in lines if line.startswith("[")]
    assert headers == list(dict.fromkeys(f"[{question.section}]" for question in QUESTIONS))


def test_a_fresh_file_holds_what_is_answered_and_nothing_else() -> None:
    document = tomllib.loads(written({"services.smtps": False}))
    assert document == {"format": 1, "services": {"smtps": False}}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_every_answer_of_a_fresh_file_stands_below_its_question(question: Question) -> None:
    above, _, _ = written({question.key: EVERY_ANSWER[question.key]}).partition(
        f"\n{question.name} = "
    )
    comment = above.rpartition("]\n")[2]
    assert all(line.startswith("# ") for line in comment.splitlines())
    words = comment.replace("\n# ", " ").removeprefix("# ")
    assert words == f"{question.label}. {question.help}"


def test_a_fresh_file_stays_below_a_hundred_columns() -> None:
    hosts = tuple(f"mail{number}.example.org" for number in range(20))
    text = written({**EVERY_ANSWER, "server.names": hosts})
    assert max(map(len, text.splitlines())) < 100
    assert said(text, "server.names") == list(hosts)


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("ca.days", "ten years"),
        ("sasl.enabled", "perhaps"),
        ("server.names", "mail, a b"),
        ("ca.subject.locality", "two\nlines and a tab\t\x1b[31m"),
    ],
)
def test_an_answer_of_the_wrong_form_is_kept_as_it_was_typed(key: str, typed: str) -> None:
    assert said(written({key: typed}), key) == typed


def test_a_character_that_is_none_is_spelled_out() -> None:
    assert said(written({"ca.subject.state": "a\udcffb"}), "ca.subject.state") == "a\\udcffb"


def test_a_secret_is_written_as_it_is() -> None:
    key = "server.request_attributes.challenge_password"
    assert said(written({key: 'pass"#\\word'}), key) == 'pass"#\\word'


# --- round trips --------------------------------------------------------------------------------

HOST_NAMES = st.sampled_from(["mail.example.org", "xn--bcher-kva.example", "192.0.2.1", "::1"])
DOMAINS = st.sampled_from(["example.org", "xn--bcher-kva.example", "lan"])
CLIENT_NAMES = st.sampled_from(["o'hara+#@example.org", "relay.example.org"])
RESTRICTIONS = st.sampled_from(
    ["permit_mynetworks", "reject", "check_client_access hash:/etc/postfix/a", "sleep 1"]
)
LDAP_URLS = st.sampled_from(["ldap://ldap.example.org", "ldaps://ldap.example.org:636"])
TEXTS = st.text("aB1 .,:;#=$[]{}'\"\\éß€漢😀", max_size=10).map(lambda text: f"xx{text}xx")
FILE_NAMES = st.text("aB1._-+@[]'\"\\é", max_size=10).map(lambda text: f"x{text}")

PARTICULAR: Mapping[str, st.SearchStrategy[Value]] = {
    "ca.subject.country": st.sampled_from(["", "IT", "DE"]),
    "ca.subject.email": st.sampled_from(["", "o'hara+#@example.org"]),
    "server.names": st.lists(HOST_NAMES, min_size=1, unique=True).map(tuple),
    "clients.names": st.lists(CLIENT_NAMES, unique=True).map(tuple),
    "ca.domains": st.lists(DOMAINS, unique=True).map(tuple),
    "server.subject.country": st.sampled_from(["", "IT", "DE"]),
    "server.subject.email": st.sampled_from(["", "postmaster@example.org"]),
    "tls.random_source": st.sampled_from(["", "dev:/dev/urandom", "/run/random"]),
    "sasl.local_domain": st.sampled_from(["", "$mydomain", "${a}# $$'\"\\"]),
    "sasl.saslauthd.ldap_servers": st.lists(LDAP_URLS, min_size=1, unique=True).map(tuple),
    "sasl.saslauthd.rimap_host": st.sampled_from(["imap.example.org", "imap.example.org/1143"]),
    "sasl.sql.hosts": st.sampled_from([("127.0.0.1",), ("sql.example.org:5432", "localhost")]),
    "sasl.sql.select": st.just("SELECT password FROM users WHERE name = '%u' AND realm = '%r'"),
    "sasl.ldapdb.uri": LDAP_URLS,
    "sasl.ldapdb.mechanism": st.sampled_from(["SCRAM-SHA-256", "EXTERNAL"]),
    "outgoing.relay_host": st.sampled_from(["", "[smtp.example.org]:587", "example.org"]),
    "outgoing.relay_user": st.sampled_from(["", "postfix@example.org"]),
    "sasl.mechanisms": st.sampled_from([("PLAIN",), ("LOGIN", "PLAIN")]),
    "sasl.recipient_restrictions": st.lists(RESTRICTIONS, unique=True).map(tuple),
}


def right_answers(question: Question) -> st.SearchStrategy[Value]:
    """Answers to a question in their normal form."""
    if question.key in PARTICULAR:
        return PARTICULAR[question.key]
    if question.kind is Kind.BOOLEAN:
        return st.booleans()
    if question.kind is Kind.CHOICE:
        return st.sampled_from(question.choices)
    if question.kind is Kind.INTEGER:
        return st.integers(question.minimum, question.maximum)
    if question.kind is Kind.PATH:
        return FILE_NAMES.map(lambda name: f"/etc/{question.key}/{name}")
    return TEXTS | st.just("") if question.may_be_empty else TEXTS


RIGHT_ANSWERS = st.fixed_dictionaries(
    {question.key: right_answers(question) for question in QUESTIONS}
)


@given(RIGHT_ANSWERS)
def test_a_fresh_file_gives_back_the_answers_it_was_made_of(answers: dict[str, Value]) -> None:
    assume(not list(contradictions(answers)))
    assert parse(written(answers).encode()) == assemble(answers)


@given(st.text())
def test_any_text_comes_back_as_it_was_typed(typed: str) -> None:
    key = "ca.subject.common_name"
    assert said(written({key: typed}), key) == typed
    assert said(written({key: typed}, "[ca.subject]\ncommon_name = 'x'\n"), key) == typed


WAYS_TO_WRITE_TABLES = {
    "headers": "# one\nformat = 1\n\n[ca] # two\ndays = 7 # three\n\n# four\n[ca.subject]\n",
    "headers in any order": "[ca.subject]\n# one\n[sasl]\n# two\n[ca]\n# three\ndays = 7\n",
    "no header for an outer table": "[ca.subject]\ncountry = 'IT' # one\n[server.subject]\n# two\n",
    "a header without answers": "format = 1\n[ca]\n[ca.subject]\n[services]\n# one\n",
    "dots": "ca.days = 7 # one\nca.subject.country = 'IT'\n# two\nformat = 1\nserver.days = 8\n",
    "dots and headers": "ca.days = 7\n[ca.subject]\n# one\n[server]\nsubject.state = 'x' # two\n",
    "braces": "# one\n[ca]\nsubject = { country = 'IT' } # two\n[server]\nsubject = {}\n",
    "braces without an inner table": "ca = { days = 7 } # one\nserver = {} # two\n",
    "quotes": "['ca']\n\"days\" = 7 # one\n['server' . \"subject\"]\n# two\n",
    "unknown keys": "x = 1 # one\n[ca]\ny = 2 # two\n[z]\n[z.services]\nsmtps = 3 # three\n",
    "no line end at the end": "# one\n[tls] # two\nlog_level = 3 # three",
    "line ends of Windows": "# one\r\n[tls]\r\nlog_level = 3 # two\r\n\r\n[services]\r\n",
    "a table that is none": "# one\nservices = 5\nca.subject = 'x'\n[server] # two\n[[sasl]]\n",
    "a table within braces that is none": "ca = { subject = 5, days = 7 }\n",
    "an answer that is a table": "# one\n[ca.days] # gone\nx = 1\n[tls] # two\nlog_level.x = 2\n",
}

EVERY_WAY = pytest.mark.parametrize(
    "start", WAYS_TO_WRITE_TABLES.values(), ids=WAYS_TO_WRITE_TABLES
)


@EVERY_WAY
@settings(max_examples=10)
@given(RIGHT_ANSWERS)
def test_a_file_begun_with_gives_back_the_answers_and_keeps_its_comments(
    start: str, answers: dict[str, Value]
) -> None:
    text = written(answers, start)
    assert answers_in(text) == answers
    comments = [f"# {word}" for word in ("one", "two", "three", "four")]
    assert [word for word in comments if word in text] == [
        word for word in comments if word in start
    ]


@EVERY_WAY
def test_saving_the_same_again_changes_nothing(start: str) -> None:
    text = written(EVERY_ANSWER, start)
    assert text != start
    assert written(EVERY_ANSWER, text) == text


# --- a file that somebody began with ------------------------------------------------------------


def guide_with(key: str, value: Value) -> list[tuple[str, str]]:
    """The lines of the guide's answers, before and after, that another answer changes."""
    return changed_lines(guide.ANSWERS, written({key: value}, guide.ANSWERS))


def test_where_nothing_has_changed_the_text_is_the_same() -> None:
    assert written(answers_in(guide.ANSWERS), guide.ANSWERS) == guide.ANSWERS


def test_the_default_is_written_where_something_else_is_usual_on_the_machine() -> None:
    start, default = "format = 1\n", {"sasl.backend": "authdaemond"}

    assert written(default, start) == start
    assert said(written(default, start, {"sasl.backend": "saslauthd"}), "sasl.backend") == (
        "authdaemond"
    )


def test_what_is_usual_on_the_machine_is_not_written() -> None:
    usual: Mapping[str, Value] = {"sasl.backend": "saslauthd"}

    assert written(usual, "format = 1\n", usual) == "format = 1\n"


def test_where_nothing_has_changed_not_even_a_line_end_is_added() -> None:
    start = "format = 1\n[ca]\ndays = 5"
    assert written({"ca.days": 5}, start) == start


def test_one_change_changes_one_line_and_no_comment() -> None:
    ((before, after),) = guide_with("services.submission", True)
    assert after == before.replace("false", "true")
    assert "# STARTTLS" in after


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_an_answer_with_another_value_takes_its_own_line_only(question: Question) -> None:
    new: Value = ("x.example.org",) if question.kind is Kind.TEXTS else "another"
    text = written({question.key: new}, guide.ANSWERS)
    before, after = Counter(guide.ANSWERS.splitlines()), Counter(text.splitlines())
    assert (before - after).total() == (said(guide.ANSWERS, question.key) is not None)
    is_there = f"[{question.section}]" in before
    added = [question.name] if is_there else ["", f"[{question.section}]", question.name]
    assert [line.partition(" = ")[0] for line in after - before] == added


def test_an_answer_that_is_not_given_stays_as_it_is() -> None:
    text = written({"ca.days": 5}, "format = 1\nx = 1\n[ca]\ndays = 'many'\nkey = 7\n")
    assert text == "format = 1\nx = 1\n[ca]\ndays = 5\nkey = 7\n"


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ('names = [ "MAIL.example.org." ]', "server.names", ("mail.example.org",)),
        ("names = ['a.example', 'a.example']", "server.names", ("a.example",)),
        ("days = 3_6_5 # a year", "server.days", 365),
        ("key = '/etc//./server.key'", "server.key", "/etc/server.key"),
        ("days = 1.5", "server.days", "1.5"),
        ("names = ['a b', 'c']", "server.names", "a b, c"),
        ("days = 0x" + "f" * 9000, "server.days", "this long number"),
    ],
)
def test_another_spelling_of_the_same_answer_stays(line: str, key: str, value: Value) -> None:
    start = f"format = 1\n[server]\n{line}\n"
    assert written({key: value}, start) == start


@pytest.mark.parametrize(
    ("line", "key", "value", "expected"),
    [
        ("enabled = 1", "sasl.enabled", True, "enabled = true"),
        ("enabled = 'true'", "sasl.enabled", True, "enabled = true"),
        ("local_domain = ['a']", "sasl.local_domain", "a", "local_domain = 'a'"),
        ("socket = '/a'  # x", "sasl.socket", "/b", "socket = '/b'  # x"),
        ("  socket='/a'", "sasl.socket", "it's", '  socket="it\'s"'),
        ('socket\t= "/a"', "sasl.socket", "/b", 'socket\t= "/b"'),
        ("mechanisms = ['PLAIN']", "sasl.mechanisms", ("LOGIN",), "mechanisms = ['LOGIN']"),
        ("broken_clients = true", "sasl.broken_clients", "perhaps", 'broken_clients = "perhaps"'),
    ],
)
def test_a_new_value_stands_in_the_place_and_the_quotes_of_the_old_one(
    line: str, key: str, value: Value, expected: str
) -> None:
    text = written({key: value}, f"format = 1\n[sasl]\n{line}\n\n# end\n")
    assert text == f"format = 1\n[sasl]\n{expected}\n\n# end\n"


def test_a_list_of_several_lines_keeps_the_comments_of_the_elements_that_stay() -> None:
    start = """\
format = 1
[server]
names = [
    "a.example",  # goes
    "b.example",  # stays
]
"""
    text = written({"server.names": ("b.example", "c.example")}, start)
    assert said(text, "server.names") == ["b.example", "c.example"]
    assert '    "b.example",  # stays\n' in text
    assert "# goes" not in text


def test_a_list_that_cannot_be_changed_element_by_element_is_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tomlkit.items.Array, "__delitem__", lambda array, index: None)
    start = "# mine\nformat = 1\n[server]\nnames = [\n    'a.example'\n]\n"
    text = written({"server.names": ("b.example",)}, start)
    assert text == "# mine\nformat = 1\n[server]\nnames = ['b.example']\n"


def test_a_new_answer_goes_to_the_end_of_its_table() -> None:
    start = "format = 1\n[ca]\n  days = 5\n\n# the server\n[server]\ndays = 5\n"
    assert written({"ca.key_type": "ec:p256"}, start) == start.replace(
        "  days = 5\n", '  days = 5\n  key_type = "ec:p256"\n', 1
    )


def test_a_new_answer_goes_behind_answers_that_are_written_with_dots() -> None:
    start = "format = 1\n[ca]\nsubject.state = 'x'\n\n[tls]\n"
    assert written({"ca.days": 5}, start) == start.replace("'x'\n", "'x'\ndays = 5\n")


def test_a_missing_table_is_added_at_the_end() -> None:
    start = "format = 1\n\n[ca]\ndays = 5\n"
    assert written({"tls.log_level": 1}, start) == f"{start}\n[tls]\nlog_level = 1\n"


def test_no_second_blank_line_is_put_before_a_table() -> None:
    start = "format = 1\n\n"
    assert written({"tls.log_level": 1}, start) == f"{start}[tls]\nlog_level = 1\n"


def test_a_missing_format_is_added_at_the_beginning() -> None:
    assert written({}, "# mine\n[ca]\n") == "format = 1\n# mine\n[ca]\n"


def test_a_default_is_not_added_to_a_file_that_leaves_it_out() -> None:
    start = "format = 1\n[server]\nnames = ['a.example']\n"
    assert written({**DEFAULTS, "server.names": ("a.example",)}, start) == start


def test_windows_line_ends_are_kept_and_taken_up() -> None:
    text = written({"ca.days": 5, "ca.source": "x"}, "format = 1\r\n[ca]\r\ndays = 6\r\n")
    assert text == 'format = 1\r\n[ca]\r\ndays = 5\r\nsource = "x"\r\n'


def test_where_a_text_cannot_be_changed_the_answers_are_written_afresh(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lost(text: str) -> None:
        raise TOMLKitError("lost")

    monkeypatch.setattr(tomlkit, "parse", lost)
    assert written({"ca.days": 5}, "format = 1\n[ca]\ndays = 6\n") == written({"ca.days": 5})


def test_where_a_change_has_gone_wrong_the_answers_are_written_afresh(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tomlkit.items.InlineTable, "append", lambda table, key, item: table)
    assert written({"ca.days": 5}, "format = 1\nca = {}\n") == written({"ca.days": 5})


def test_a_table_that_is_none_stays_where_nothing_is_to_be_added_to_it() -> None:
    start = "format = 1\nservices = 5\n[ca]\ndays = 6\n"
    assert written({"ca.days": 5}, start) == start.replace("6", "5")
