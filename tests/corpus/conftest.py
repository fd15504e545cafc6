"""The machines whose postconf reads the corpus."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.corpus.postconf import PostconfOf


@pytest.fixture(scope="session")
def postconf() -> Iterator[PostconfOf]:
    """Booted when they are wanted, and kept."""
    with ExitStack() as life:
        yield PostconfOf(life)
