"""What the real postconf reads before and after differs by what was expected, and nothing else."""

import pytest

from tests.corpus.answers import Asked
from tests.corpus.configuration import APPLICABLE, UNREADABLE, Case
from tests.corpus.postconf import (
    PostconfOf,
    changed_entries,
    entries,
    expected_entries,
    files_after,
    files_before,
    settings,
)

pytestmark = pytest.mark.machine

each_applicable = pytest.mark.parametrize(("case", "asked"), APPLICABLE, ids=str)


@each_applicable
def test_the_settings_differ_by_what_was_expected(
    postconf: PostconfOf, case: Case, asked: Asked
) -> None:
    before = settings(postconf, case, files_before(case))

    after = settings(postconf, case, files_after(case, asked))

    assert after == case.outcome(asked).settings(before, asked.settings(case.version))


@each_applicable
def test_the_services_differ_by_what_was_expected(
    postconf: PostconfOf, case: Case, asked: Asked
) -> None:
    before = entries(postconf, case, files_before(case))

    after = entries(postconf, case, files_after(case, asked))

    assert changed_entries(before, after) == expected_entries(case, asked)


@pytest.mark.parametrize("case", UNREADABLE, ids=str)
def test_what_we_do_not_read_is_what_postconf_does_not_read(
    postconf: PostconfOf, case: Case
) -> None:
    verdicts = [postconf(case.suite, files_before(case), option) for option in ("-n", "-M")]

    is_refused = any(verdict.refused for verdict in verdicts)
    assert is_refused == (case.expected.unreadable_to == "postconf")
