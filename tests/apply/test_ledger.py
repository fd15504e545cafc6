"""The ledger on the disk: readable after whatever happens, and ahead of every certificate."""

import errno
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pfwizard.apply.ledger_file import LEDGER
from pfwizard.errors import Failed
from pfwizard.machine.tree import Tree
from pfwizard.pki.errors import NotALedger
from pfwizard.plan.plan import Plan, Reload
from tests.apply.builders import (
    ObedientMailSystem,
    plan_of,
    small_tree,
    state_of,
    transaction,
)
from tests.apply.faults import Calls, failing_with, in_a_process_that_dies
from tests.apply.issuing import (
    FIRST,
    HANDING_OUT,
    PLACE,
    SECOND,
    is_out,
    issued,
    revoked,
    serials,
)
from tests.apply.scenarios import outcome, settle


def handing_out(serial: int) -> Plan:
    return plan_of(HANDING_OUT, [issued(serial), Reload(())])


@pytest.fixture
def place() -> Iterator[Path]:
    memory = Path("/dev/shm")
    directory = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
    yield directory
    shutil.rmtree(directory)


def prepared(root: Path) -> Callable[[], object]:
    """A machine whose ledger has one entry, and what hands out another certificate."""
    root.mkdir()
    tree = small_tree(root)
    mail_system = ObedientMailSystem(root)
    transaction(tree, mail_system).apply(plan_of([], [issued(FIRST)]))
    return lambda: transaction(tree, mail_system).apply(handing_out(SECOND))


def number_of_calls(place: Path) -> int:
    action = prepared(place / "counted")
    with Calls().watched() as calls:
        action()
    return calls.count


def test_a_certificate_is_handed_out_and_entered(place: Path) -> None:
    prepared(place / "tree")()

    assert serials(place / "tree") == [FIRST, SECOND]
    assert is_out(place / "tree")


def test_a_kill_at_any_call_leaves_a_ledger_that_knows_what_is_out(place: Path) -> None:
    seen = set()
    for number in range(number_of_calls(place)):
        root = place / str(number)
        action = prepared(root)
        assert not in_a_process_that_dies(action, number)
        state = (is_out(root), SECOND in serials(root))
        seen.add(state)
        settle(root)
        seen.add((is_out(root), SECOND in serials(root)))

    assert seen == {(False, False), (False, True), (True, True)}


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO], ids=errno.errorcode.get)
def test_any_call_that_fails_leaves_one_too(place: Path, error: int) -> None:
    unknown = []
    for number in range(number_of_calls(place)):
        root = place / str(number)
        action = prepared(root)
        with Calls(number, failing_with(error)).watched():
            outcome(action)
        if is_out(root) and SECOND not in serials(root):
            unknown.append(number)

    assert unknown == []


def test_what_is_taken_back_was_issued_all_the_same(place: Path) -> None:
    prepared(place / "tree")
    tree = Tree(place / "tree")

    outcome(
        lambda: transaction(tree, ObedientMailSystem(tree.root, fails_at="reload")).apply(
            handing_out(SECOND)
        )
    )

    assert not (tree.root / PLACE.relative_to("/")).exists()
    assert serials(tree.root) == [FIRST, SECOND]


def test_a_serial_number_that_is_taken_is_refused_and_nothing_is_changed(place: Path) -> None:
    prepared(place / "tree")
    tree = Tree(place / "tree")

    with pytest.raises(Failed, match="A1"):
        transaction(tree, ObedientMailSystem(tree.root)).apply(handing_out(FIRST))

    assert not is_out(tree.root)
    assert state_of(tree).hot is None


def test_a_revocation_is_entered_once(place: Path) -> None:
    prepared(place / "tree")
    tree = Tree(place / "tree")

    for _ in range(2):
        transaction(tree, ObedientMailSystem(tree.root)).apply(plan_of([], [revoked(FIRST)]))

    assert serials(tree.root) == [FIRST, FIRST]


def test_the_ledger_is_for_root_alone(place: Path) -> None:
    prepared(place / "tree")

    assert (state_of(Tree(place / "tree")).path / LEDGER).stat().st_mode & 0o777 == 0o600


def test_a_ledger_that_cannot_be_believed_stops_everything(place: Path) -> None:
    action = prepared(place / "tree")
    tree = Tree(place / "tree")
    (state_of(tree).path / LEDGER).write_bytes(b"nonsense\n")

    with pytest.raises(NotALedger, match=LEDGER):
        action()

    assert not is_out(tree.root)
