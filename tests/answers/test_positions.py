"""On which line each key stands, for any TOML that the standard library reads."""

import re
import tomllib
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from pfwizard.answers.positions import Key, dotted, line_numbers


def test_of_a_key_that_occurs_twice_the_first_line_counts() -> None:
    assert line_numbers("a.b = 1\n[a]\nb = 2\n")["a.b"] == 1


def test_a_table_counts_like_a_key() -> None:
    assert line_numbers("\n[a.b]\nc = 1\n") == {"a": 2, "a.b": 2, "a.b.c": 3}


def test_a_table_array_counts_like_a_table() -> None:
    assert line_numbers("[[a]]\nb = 1\n[[a]]\nb = 2\n") == {"a": 1, "a.b": 2}


def test_a_date_with_a_blank_in_it_is_one_value() -> None:
    assert line_numbers("a = 1979-05-27 07:32:00Z\nb = 1\n") == {"a": 1, "b": 2}


def test_names_that_need_quotes_have_them() -> None:
    assert line_numbers('"a b".c = 1\n') == {'"a b"': 1, '"a b".c': 1}


def test_a_text_may_end_in_quotes_of_its_own() -> None:
    assert line_numbers('a = """x"""""\nb = 1\n') == {"a": 1, "b": 2}


def test_what_is_no_toml_is_read_as_far_as_it_goes() -> None:
    assert line_numbers("a = 1\nb = [\n") == {"a": 1, "b": 2}


BARE = st.text("abc-_09", min_size=1, max_size=4)
ANY_NAME = BARE | st.text(
    st.characters(codec="utf-8", exclude_characters="\x7f", min_codepoint=32), max_size=6
)
BLANKS = st.sampled_from(["", " ", "\t"])
NEWLINES = st.sampled_from(["\n", "\n\n", " # ] } ' \" [[ = \n", "\n  \n"])


def basic(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


SCALARS = st.one_of(
    st.sampled_from(["1", "0x0f", "1.5e3", "true", "1979-05-27 07:32:00", "inf", "07:32:00"]),
    ANY_NAME.map(basic),
    ANY_NAME.filter(lambda text: "'" not in text).map(lambda text: f"'{text}'"),
    st.sampled_from(
        [
            '"""\na = 1\n[b]\n"""',
            '"""a\\""""',
            "'''\n# [\n'''",
            "''''a'''",
            '"""\\\n  x"""',
        ]
    ),
)


def arrays(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.lists(inner, max_size=3), NEWLINES).map(
        lambda made: f"[{made[1]}" + f",{made[1]}".join(made[0]) + f"{made[1]}]"
    )


def inline_tables(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.dictionaries(BARE, inner, max_size=3).map(
        lambda made: "{" + ", ".join(f"{key} = {value}" for key, value in made.items()) + "}"
    )


VALUES = st.recursive(SCALARS, lambda inner: arrays(inner) | inline_tables(inner), max_leaves=6)
BARE_WORD = re.compile("[a-c_0-9-]+")


def distinct_names(most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(ANY_NAME, max_size=most, unique=True).map(
        lambda names: [name if BARE_WORD.fullmatch(name) else basic(name) for name in names]
    )


@st.composite
def documents(draw: st.DrawFn) -> str:
    """TOML in which every table occurs once, and every key once in its table."""
    text = ""
    for table in draw(distinct_names(4)):
        pairs = [
            f"{draw(BLANKS)}{key}{draw(BLANKS)}={draw(BLANKS)}{draw(VALUES)}{draw(NEWLINES)}"
            for key in draw(distinct_names(4))
        ]
        text += f"{draw(BLANKS)}[{draw(BLANKS)}{table}{draw(BLANKS)}]{draw(NEWLINES)}"
        text += "".join(pairs)
    return text


def keys_of(value: object, above: Key = ()) -> Iterator[Key]:
    """Every key of a document, those of tables in lists included."""
    if isinstance(value, list):
        for element in value:
            yield from keys_of(element, above)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield (*above, name)
            yield from keys_of(inner, (*above, name))


@given(documents())
def test_every_key_has_a_line_that_holds_it(text: str) -> None:
    lines = text.split("\n")
    positions = line_numbers(text)
    for key in keys_of(tomllib.loads(text)):
        line = lines[positions[dotted(key)] - 1]
        assert key[-1] in line or basic(key[-1]) in line


@given(documents())
def test_no_key_is_found_that_the_document_does_not_have(text: str) -> None:
    keys = {dotted(key) for key in keys_of(tomllib.loads(text))}
    assert set(line_numbers(text)) == keys


@given(st.text())
def test_no_text_breaks_the_scan(text: str) -> None:
    lines = text.count("\n") + 1
    assert all(1 <= number <= lines for number in line_numbers(text).values())
