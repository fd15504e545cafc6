"""Somebody else edits a file at any moment of a change or of its taking back: nothing is lost."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from pfwizard.apply import swap
from pfwizard.errors import NeedsHuman
from pfwizard.plan.plan import JoinGroup, Reload
from tests.apply.builders import (
    KEY,
    KEY_DIRECTORY,
    MAIN,
    NEW_MAIN,
    NEW_MASTER,
    OLD_MAIN,
    OLD_MASTER,
    ObedientMailSystem,
    create,
    plan_of,
    small_tree,
    stock,
    transaction,
)
from tests.apply.faults import Calls
from tests.apply.scenarios import (
    RECOVERING,
    SCENARIOS,
    Announce,
    Scenario,
    outcome,
    quietly,
    settle,
)
from tests.apply.test_faults import MEMORY, number_of_calls

ADDITIONS = {"main.cf": b"by = hand\n", "master.cf": b"other unix - - n - - other\n"}
"""What somebody else adds to each file."""

scenarios = pytest.mark.parametrize("scenario", SCENARIOS, ids=str)


@pytest.fixture
def place() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
    yield directory
    shutil.rmtree(directory)


def in_place(file: Path) -> None:
    """As an editor does that keeps the inode."""
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND)
    os.write(descriptor, ADDITIONS[file.name])
    os.close(descriptor)


def by_rename(file: Path) -> None:
    """As an editor does that writes a new file."""
    draft = file.with_name("draft")
    draft.write_bytes(file.read_bytes() + ADDITIONS[file.name])
    draft.replace(file)


def outcome_of_edited(
    action: Callable[[Announce], object], number: int, edit: Callable[[Path], None], file: Path
) -> str:
    """What comes of it when somebody edits the file right before the call of that number."""
    with Calls(number, lambda subject: edit(file)).watched():
        return outcome(lambda: action(quietly))


@scenarios
@pytest.mark.parametrize("name", ADDITIONS)
@pytest.mark.parametrize("edit", [in_place, by_rename])
def test_an_edit_before_any_call_is_still_there_at_the_end(
    scenario: Scenario, place: Path, edit: Callable[[Path], None], name: str
) -> None:
    lost = []
    for number in range(number_of_calls(scenario, place)):
        root = place / str(number)
        action = scenario.prepare(root)
        file = root / "etc/postfix" / name
        outcome_of_edited(action, number, edit, file)
        with suppress(NeedsHuman):
            settle(root)
        if file.read_bytes() not in (both_edited(file.name)):
            lost.append((number, file.read_bytes()))

    assert lost == []


def test_a_second_edit_while_the_first_one_is_merged_is_not_lost_either(place: Path) -> None:
    def prepared(root: Path) -> tuple[Callable[[Announce], object], Path]:
        action = RECOVERING.prepare(root)
        file = root / "etc/postfix/main.cf"
        file.write_bytes(file.read_bytes() + b"first = edit\n")
        return action, file

    action, _ = prepared(place / "counted")
    with Calls().watched() as calls:
        action(quietly)

    lost = []
    for number in range(calls.count):
        action, file = prepared(place / str(number))
        outcome_of_edited(action, number, by_rename, file)
        settle(place / str(number))
        if file.read_bytes() != OLD_MAIN + b"first = edit\n" + ADDITIONS["main.cf"]:
            lost.append((number, file.read_bytes()))

    assert lost == []


def both_edited(name: str) -> tuple[bytes, bytes]:
    """The old file and the new one, each with the edit in it."""
    old, new = {"main.cf": (OLD_MAIN, NEW_MAIN), "master.cf": (OLD_MASTER, NEW_MASTER)}[name]
    return old + ADDITIONS[name], new + ADDITIONS[name]


def test_an_edit_that_is_seen_in_time_keeps_every_file_from_going_live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """main.cf goes in last, and is looked at before the first one does."""
    tree = small_tree(tmp_path)
    mail_system = ObedientMailSystem(tmp_path)
    went_live: list[Path] = []
    monkeypatch.setattr(swap, "exchange", lambda one, other: went_live.append(other))
    mail_system.meanwhile["join_group"] = lambda: in_place(tree.outside(MAIN))
    join = JoinGroup("postfix", "courier")

    assert "changed by somebody else" in outcome(
        lambda: transaction(tree, mail_system).apply(plan_of(actions=[join]))
    )

    assert went_live == []


def test_an_old_file_that_is_written_into_through_an_open_descriptor_is_kept(
    tmp_path: Path,
) -> None:
    """The writer has opened main.cf before the change and writes when it is over."""
    tree = small_tree(tmp_path)
    mail_system = ObedientMailSystem(tmp_path)
    with (tmp_path / "etc/postfix/main.cf").open("ab") as opened:

        def write_late() -> None:
            opened.write(b"late = edit\n")
            opened.flush()

        mail_system.meanwhile["reload"] = write_late
        applied = transaction(tree, mail_system).apply(plan_of(actions=[Reload(())]))

    (kept,) = (tmp_path / "etc/postfix").glob(".main.cf.pfwizard-*")
    assert kept.read_bytes() == OLD_MAIN + b"late = edit\n"
    assert applied.kept == (kept,)


def test_an_old_file_that_is_written_into_comes_back_with_what_was_written(
    tmp_path: Path,
) -> None:
    tree = small_tree(tmp_path)
    mail_system = ObedientMailSystem(tmp_path, fails_at="reload")
    main_cf = tmp_path / "etc/postfix/main.cf"
    with main_cf.open("ab") as opened:

        def write_late() -> None:
            opened.write(b"late = edit\n")
            opened.flush()

        mail_system.meanwhile["reload"] = write_late
        outcome(lambda: transaction(tree, mail_system).apply(plan_of(actions=[Reload(())])))

    assert main_cf.read_bytes() == OLD_MAIN + b"late = edit\n"


def test_a_waiting_file_that_somebody_removes_is_no_hindrance(tmp_path: Path) -> None:
    tree = small_tree(tmp_path)
    mail_system = ObedientMailSystem(tmp_path, fails_at="reload")
    before = contents(tmp_path)

    def tidy_up() -> None:
        for waiting in (tmp_path / "etc/postfix").glob(".*"):
            waiting.unlink()

    mail_system.meanwhile["reload"] = tidy_up
    outcome(lambda: transaction(tree, mail_system).apply(plan_of(actions=[Reload(())])))

    assert contents(tmp_path) == before


def contents(root: Path) -> dict[str, tuple[int, bytes | None]]:
    return {path: (entry.mode, entry.content) for path, entry in stock(root).items()}


def test_a_created_file_that_was_edited_is_not_removed(tmp_path: Path) -> None:
    note = MAIN.parent / "note"
    tree = small_tree(tmp_path)
    mail_system = ObedientMailSystem(tmp_path, fails_at="reload")

    def edit() -> None:
        tree.outside(note).write_bytes(b"theirs now")

    mail_system.meanwhile["reload"] = edit

    with pytest.raises(NeedsHuman, match="was created by this change and then edited"):
        transaction(tree, mail_system).apply(plan_of([create(note, b"ours")], [Reload(())]))

    assert tree.outside(note).read_bytes() == b"theirs now"


def test_a_directory_that_somebody_uses_meanwhile_stays(tmp_path: Path) -> None:
    tree = small_tree(tmp_path)
    mail_system = ObedientMailSystem(tmp_path, fails_at="reload")
    theirs = tree.outside(KEY_DIRECTORY) / "theirs.key"

    def use() -> None:
        theirs.write_bytes(b"key")

    mail_system.meanwhile["reload"] = use

    outcome(lambda: transaction(tree, mail_system).apply(plan_of(actions=[Reload(())])))

    assert theirs.read_bytes() == b"key"
    assert not tree.outside(KEY).exists()


def hidden_by_a_link(root: Path, elsewhere: Path) -> None:
    """As somebody would who can write into /etc: the directory gives way to a link."""
    (root / "etc/postfix").rename(root / "etc/postfix.real")
    (root / "etc/postfix").symlink_to(elsewhere)


def test_a_directory_that_gives_way_to_a_link_leads_nothing_elsewhere(tmp_path: Path) -> None:
    """Every path was resolved when the plan was made, and must resolve to the same still."""
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.mkdir()
    for name in ("main.cf", "master.cf"):
        (elsewhere / name).write_bytes(b"not ours\n")
    tree = small_tree(root)
    hidden_by_a_link(root, elsewhere)

    assert outcome(lambda: transaction(tree, ObedientMailSystem(root)).apply(plan_of())) != ""

    assert {path.read_bytes() for path in elsewhere.iterdir()} == {b"not ours\n"}
