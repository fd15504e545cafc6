"""A run that died half-way, and the next one that finds what it has left."""

import os
from contextlib import suppress

from pfwizard.apply.lock import locked
from pfwizard.apply.recovery import recover
from pfwizard.machine.tree import Tree
from tests.apply.builders import (
    NEW_MAIN,
    ObedientMailSystem,
    ending_of,
    plan_of,
    state_of,
    transaction,
)
from tests.apply.scenarios import RELOAD


def died_while_live(tree: Tree) -> None:
    """A run that is killed when its files are in place and Postfix is being reloaded."""
    process = os.fork()
    if process == 0:
        mail_system = ObedientMailSystem(tree.root)
        mail_system.meanwhile["reload"] = lambda: os._exit(9)
        with suppress(BaseException):
            transaction(tree, mail_system).apply(plan_of(actions=[RELOAD]))
        os._exit(1)
    _, status = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(status) == 9
    assert (tree.root / "etc/postfix/main.cf").read_bytes() == NEW_MAIN


def recovered(tree: Tree, mail_system: ObedientMailSystem) -> str | None:
    said: list[str] = []
    with locked(state_of(tree).path):
        return recover(ending_of(tree, mail_system), said.append)
