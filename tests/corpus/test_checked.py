"""What pfwizard check finds in each configuration: exactly what was expected."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pfwizard.check.checking import check
from pfwizard.check.gathering import inspect_machine
from tests.corpus.configuration import CASES, Case


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_finds_what_was_expected(case: Case, tmp_path: Path) -> None:
    tree = case.configuration.tree_in(tmp_path / "root", case.postfix)

    checked = check(inspect_machine(tree, None, datetime.now(UTC)))

    assert sorted({each.identifier for each in checked.findings}) == sorted(case.expected.check)
