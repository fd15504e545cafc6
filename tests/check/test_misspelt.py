"""Which parameter is meant by a name that is none: as difflib alone would say, but at once."""

import difflib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfwizard.check import misspelt
from pfwizard.check.misspelt import CLOSE, meant_by
from pfwizard.machine.parameter_names import KNOWN_SOMEWHERE

KNOWN = sorted(KNOWN_SOMEWHERE)


@st.composite
def almost_known(draw: st.DrawFn) -> str:
    name = list(draw(st.sampled_from(KNOWN)))
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(name) - 1))
        name[place] = draw(st.sampled_from(["", "_", "s", "ss", "é", "tls", name[place] * 2]))
    return "".join(name)


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(almost_known())
def test_the_parameter_is_the_one_that_difflib_finds_among_all(name: str) -> None:
    expected = difflib.get_close_matches(name, KNOWN, n=1, cutoff=CLOSE)

    assert meant_by(name) == (expected[0] if expected else None)


def test_a_name_that_is_like_none_is_compared_with_none(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def compare(name: str, candidates: list[str], **limits: float) -> list[str]:
        compared.extend(candidates)
        return []

    monkeypatch.setattr(misspelt, "get_close_matches", compare)
    for number in range(2500):
        meant_by(f"our_setting_number_{number}")

    assert compared == []
