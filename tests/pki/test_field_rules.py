"""Two tables of what may be written into a certificate, tried with whatever anybody might type.

The one says what must pass, the other what must be refused. Between the two, any text at all either
comes out in its normal form or is refused with a word that is safe to show.
"""

from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfwizard.pki.errors import NameProblem
from tests.pki.field_rules import OPTIONAL, RULES, Check, Texts, anything

unhurried = settings(deadline=None)  # two cores are shared with real servers


def passes(check: Check, text: str) -> bool:
    try:
        check(text)
    except NameProblem as problem:
        assert problem.message.isprintable()
        assert problem.remedy
        return False
    return True


TO_BE_REFUSED = [
    pytest.param(rule.check, texts, id=f"{field}: {why}")
    for field, rule in RULES.items()
    for why, texts in rule.bad.items()
]
every_field = pytest.mark.parametrize("field", RULES)


@every_field
@unhurried
@given(data=st.data())
def test_what_the_rules_allow_passes(field: str, data: st.DataObject) -> None:
    rule = RULES[field]
    rule.check(data.draw(rule.good))


@pytest.mark.parametrize(("check", "texts"), TO_BE_REFUSED)
@unhurried
@given(data=st.data())
def test_what_the_rules_forbid_is_refused(check: Check, texts: Texts, data: st.DataObject) -> None:
    assert not passes(check, data.draw(texts))


@every_field
@unhurried
@given(data=st.data())
def test_whatever_comes_out_is_in_its_normal_form(field: str, data: st.DataObject) -> None:
    rule = RULES[field]
    text = data.draw(anything | rule.good)
    if passes(rule.check, text):
        normal = rule.check(text)
        assert rule.check(normal) == normal == normalize("NFC", normal).strip()
        assert normal or field in OPTIONAL
