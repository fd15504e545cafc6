"""Each rule finds what it is about, and says nothing where all is well."""

import pytest

from pfwizard.check.rules import BY_IDENTIFIER, RULES
from tests.check.builders import found
from tests.check.cases import files, logins, relay_and_machine, tls

CASES = {**files.CASES, **relay_and_machine.CASES, **tls.CASES, **logins.CASES}

TRIED_ELSEWHERE = {
    *("certificate-old-version", "certificate-wrong-purpose"),  # in test_odd_certificates
    *("certificate-without-names", "certificate-weak"),
    *("chain-not-of-a-ca", "chain-too-long", "chain-outside-limits"),  # test_certificate_chains
    *("not-root", "file-out-of-reach"),  # in test_gathering
    *("change-unfinished", "change-on-probation"),  # in test_changes
    *("port-not-open", "file-mislabelled"),  # in test_findings
}


@pytest.mark.parametrize("identifier", CASES)
def test_it_is_found_where_it_is_wrong(identifier: str) -> None:
    findings = found(CASES[identifier].wrong, identifier)

    assert findings
    for finding in findings:
        assert finding.severity is BY_IDENTIFIER[identifier].severity
        assert finding.message
        assert finding.message[-1] != "."


@pytest.mark.parametrize("identifier", CASES)
def test_it_is_not_found_where_all_is_well(identifier: str) -> None:
    assert found(CASES[identifier].right, identifier) == []


def test_every_rule_is_tried() -> None:
    assert set(BY_IDENTIFIER) == set(CASES) | TRIED_ELSEWHERE


def test_no_identifier_is_given_twice() -> None:
    assert len(BY_IDENTIFIER) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.identifier)
def test_a_rule_explains_itself_in_sentences(rule: object) -> None:
    from pfwizard.check.rule import Rule

    assert isinstance(rule, Rule)
    assert rule.explanation.endswith(".")
    assert not rule.title.endswith(".")
