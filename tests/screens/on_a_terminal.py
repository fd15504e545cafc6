"""The real program on a pseudo-terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.cli.program import ENVIRONMENT
from tests.terminal import Terminal

UTF_8 = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}

OnTerminal = Callable[..., Terminal]
"""Starts pfwizard with these arguments, and with the environment that keywords name."""

WIZARD = ("-m", "pfwizard")


@contextmanager
def opened_terminals(*program: str) -> Iterator[OnTerminal]:
    """Terminals that are gone after the block."""
    with ExitStack() as opened:

        def start(*arguments: str | Path, **environment: str) -> Terminal:
            argv = [sys.executable, *(program or WIZARD), *map(str, arguments)]
            settings = {**ENVIRONMENT, **UTF_8, "TERM": "xterm", **environment}
            return opened.enter_context(Terminal(argv, settings))

        yield start
