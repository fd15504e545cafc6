"""Whatever a file holds: it is answers, or mistakes are reported; nothing else happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfwizard.answers.questions import QUESTIONS
from pfwizard.answers.reading import InvalidAnswers, parse
from tests.answers.builders import answers_file, the_mistake_in

KEYS = [question.key for question in QUESTIONS]

VALUES = st.sampled_from(
    ["0", "-1", "true", '""', '"x"', "[]", '[""]', "[[]]", "{}", "{ a = 1 }", "nan", "1979-05-27"]
) | st.text().map(lambda text: f"'{text}'")


def is_judged(content: bytes) -> bool:
    """Whether the content was either read or refused with mistakes that a terminal can show."""
    try:
        parse(content)
    except InvalidAnswers as error:
        return bool(error.mistakes) and all(line.isprintable() for line in str(error).split("\n"))
    return True


@given(st.binary())
def test_any_bytes_are_judged(content: bytes) -> None:
    assert is_judged(content)


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    assert is_judged(text.encode("utf-8", "surrogatepass"))


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6))
def test_any_values_are_judged(changes: dict[str, str]) -> None:
    assert is_judged(answers_file(changes))


@given(st.binary(max_size=20), st.data())
def test_a_good_file_with_any_bytes_in_it_is_judged(noise: bytes, data: st.DataObject) -> None:
    good = answers_file()
    place = data.draw(st.integers(0, len(good)))
    assert is_judged(good[:place] + noise + good[place:])


@pytest.mark.parametrize("content", [b"a = " + b"[" * 30000, b"a = " + b"{a=" * 10000])
def test_brackets_without_end_are_a_mistake(content: bytes) -> None:
    assert "brackets" in the_mistake_in(content).message
