"""Every finding about a back end: raised once, with why and what to do."""

import pytest

from pfwizard.plan.plan import Severity
from tests.plan.sasl.raised import RAISED


@pytest.mark.parametrize("identifier", RAISED)
def test_it_is_raised_once_and_says_why_and_what_to_do(identifier: str) -> None:
    severity, found = RAISED[identifier]

    (finding,) = [each for each in found.findings if each.identifier == identifier]

    assert finding.severity is severity
    assert finding.message
    assert finding.remedy.endswith(".") or (severity is Severity.NOTE and not finding.remedy)
