"""Plans for the corpus, each made once."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pfwizard.engine import Planned, plan_on
from tests.corpus.answers import Asked
from tests.corpus.configuration import Case


@cache
def planned(case: Case, asked: Asked) -> Planned:
    """The plan for a case on a tree of its own, which is gone again.

    Raises Failed for a configuration that cannot be read.
    """
    with TemporaryDirectory() as place:
        tree = case.configuration.tree_in(Path(place) / "root", case.postfix)
        return plan_on(tree, None, asked.answers)
