"""The machine is up again with what was left: the first start of pfwizard, and the verdict."""

import os
import shutil
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from pfwizard.apply import ending, recovery
from pfwizard.apply.history import Entry, History
from pfwizard.apply.lock import locked
from pfwizard.machine.tree import Tree
from tests.apply.builders import ObedientMailSystem, ending_of, state_of
from tests.apply.issuing import is_out, serials
from tests.apply.scenarios import Traces, outcome, quietly, traces
from tests.torture import disk
from tests.torture.cases import NEW, OLD, Case

WAITING = ".pfwizard-"
"""What is in the names of the files that wait beside others."""


@dataclass(frozen=True)
class Trees:
    """What is below ``etc`` before the change and after it."""

    old: Traces
    new: Traces


def verdict(case: Case, root: Path, trees: Trees) -> str:
    """Settle what is there: OLD, NEW, or in words what is wrong with it or its records then.

    Whatever is out already when the power comes back, the ledger has to know before it is settled.
    """
    before = _trouble_with_ledger(root, case)
    found = tree_verdict(case, root, trees)
    if before or found not in (OLD, NEW):
        return before or found
    records = _trouble_with_records(root, case.records(found))
    return records or _trouble_with_ledger(root, case) or found


def _trouble_with_ledger(root: Path, case: Case) -> str:
    """It can be read, and knows what was issued long ago and what stands in any file."""
    wanted = (*case.serials, *(case.serials_out if is_out(root) else ()))
    found: list[int] = []
    trouble = outcome(lambda: found.extend(serials(root)))
    unknown = [f"{serial:X}" for serial in wanted if serial not in found]
    return trouble or (f"the ledger does not know {', '.join(unknown)}" if unknown else "")


def tree_verdict(case: Case, root: Path, trees: Trees) -> str:
    """Settle what is there: OLD, NEW, or in words what is wrong with it then."""
    trouble = outcome(lambda: settle_after_restart(root))
    now = traces(root)
    if case.leaves_files_waiting:
        now = {path: trace for path, trace in now.items() if WAITING not in path}
    if now not in (trees.old, trees.new):
        differing = {path for path, _ in set(now.items()) ^ set(trees.old.items())}
        return f"a mixture: {sorted(differing)} {trouble}"
    if trouble:
        return f"not settled: {trouble}"
    return NEW if now == trees.new else OLD


def settle_after_restart(root: Path) -> None:
    """What the first start of pfwizard does after the machine has come up again."""
    with pytest.MonkeyPatch.context() as patched:
        another = str(uuid.uuid4())
        for module in (ending, recovery):
            patched.setattr(module, "boot_id", lambda: another)
        after_restart = ending_of(Tree(root), ObedientMailSystem(root))
        if after_restart.state.path.is_dir():
            with locked(after_restart.state.path):
                recovery.recover(after_restart, quietly)


def _trouble_with_records(root: Path, in_place: Sequence[str]) -> str:
    """What is in place can be taken back by command, and nothing is left half done."""
    state = state_of(Tree(root))
    if state.hot or state.done or (state.path / "staging").exists():
        return "something is left that is neither under way nor over"
    entries = History(state).entries()
    results = [entry.result for entry in entries if entry.is_in_place]
    if len(results) != len(in_place) or not all(map(str.startswith, results, in_place)):
        return f"the history tells of {results}, not of {in_place}"
    if any(entry.result == "unknown" for entry in entries):
        return "the history does not tell how a change ended"
    return outcome(lambda: _read_images(entry for entry in entries if entry.is_in_place))


def _read_images(entries: Iterable[Entry]) -> None:
    """What a later rollback needs, also when somebody else edits the files until then."""
    for entry in entries:
        for operation in entry.manifest.operations:
            if operation.sha256_before is not None:
                entry.journal.before(operation)
            if operation.sha256_after is not None and not operation.secret:
                entry.journal.after(operation)


def put_there(root: Path, state: disk.Tree) -> None:
    """Make the tree that is found when the power is back."""
    for each in root.iterdir():
        shutil.rmtree(each)
    made: dict[disk.Inode, Path] = {}
    for name, inode, node in state:
        path = root / name
        if inode in made and node.content is not None:
            os.link(made[inode], path)
            continue
        made[inode] = path
        _make(path, node)


def _make(path: Path, node: disk.Node) -> None:
    if node.content is None:
        path.mkdir()
    else:
        path.write_bytes(node.content)
    if (node.uid, node.gid) != (os.geteuid(), os.getegid()):
        os.chown(path, node.uid, node.gid)
    path.chmod(node.mode)
    for name, content in node.attributes:
        os.setxattr(path, name, content)
