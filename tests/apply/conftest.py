"""A small tree, and a mail system that obeys."""

from pathlib import Path

import pytest

from pfwizard.machine.tree import Tree
from tests.apply.builders import ObedientMailSystem, small_tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return small_tree(tmp_path)


@pytest.fixture
def mail_system(tree: Tree) -> ObedientMailSystem:
    return ObedientMailSystem(tree.root)
