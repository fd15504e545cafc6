"""A key that leaves the machine: at no moment is it nowhere, and in the end it is here no more."""

import errno
import os
import shutil
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pfwizard.apply.disk.attributes import ACCESS_LIST
from pfwizard.apply.key_removal import KeyRemoval, refuse_destination
from pfwizard.apply.lock import locked
from pfwizard.errors import Busy, ExitStatus, Failed, NeedsHuman
from pfwizard.machine.tree import Tree
from pfwizard.pki.errors import NotAKey
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.plan.plan import Change, ChangeKind
from pfwizard.secret import Secret
from tests.apply.access_list import GENEROUS
from tests.apply.builders import (
    KEY,
    ObedientMailSystem,
    ending_of,
    plan_of,
    small_tree,
    state_of,
    transaction,
)
from tests.apply.faults import ERRORS, Calls, failing_with, in_a_process_that_dies
from tests.apply.scenarios import outcome, quietly
from tests.pki import builders as pki

PASSPHRASE = Secret("correct horse battery")
CONTENT = pki.key("ca").pem().reveal()
MOVED = encrypted_pem(pki.key("ca"), PASSPHRASE, os.urandom)
ANOTHER = pki.key("another").pem().reveal()


def prepared(place: Path) -> KeyRemoval:
    """A key in its file, two copies in the history, and a third that is another key."""
    tree = small_tree(place / "root")
    key = tree.outside(KEY)
    key.parent.mkdir(mode=0o700)
    key.write_bytes(CONTENT)
    key.chmod(0o600)
    state_of(tree).prepare()
    for number, content in enumerate((CONTENT, ANOTHER, MOVED.reveal())):
        kept = state_of(tree).path / f"history/{number:04}-aaaa/before/0000-ca.key"
        kept.parent.mkdir(parents=True)
        kept.write_bytes(content)
    (place / "medium").mkdir()
    return removal_on(tree)


def removal_on(tree: Tree, opens: "Callable[[Secret[bytes]], None] | None" = None) -> KeyRemoval:
    return KeyRemoval(
        ending=ending_of(tree, ObedientMailSystem(tree.root)),
        tree=tree,
        removal=Change(ChangeKind.DELETE, KEY, KEY, 0o600, before=CONTENT, secret=True),
        moved=MOVED,
        holds_key=is_the_key,
        opens=opens or is_moved,
    )


def is_the_key(content: Secret[bytes]) -> bool:
    """By its bytes, which are known here: opening it takes its time."""
    return content in (Secret(CONTENT), MOVED)


def is_moved(content: Secret[bytes]) -> None:
    assert content == MOVED


def move(removal: KeyRemoval, place: Path) -> tuple[Path, ...]:
    return removal.carry_out(place / "medium/ca.key", quietly)


def whereabouts(place: Path) -> set[str]:
    """Every file that has the key in it, as a whole."""
    return {
        str(path.relative_to(place))
        for path in place.rglob("*")
        if path.is_file() and is_the_key(Secret(path.read_bytes()))
    }


HERE = "root/etc/ssl/private/ca.key"
THERE = "medium/ca.key"
KEPT = {
    f"root/var/lib/pfwizard/history/{name}-aaaa/before/0000-ca.key" for name in ("0000", "0002")
}


def test_the_key_is_in_its_new_place_alone(tmp_path: Path) -> None:
    removal = prepared(tmp_path)
    assert whereabouts(tmp_path) == {HERE, *KEPT}

    copies = move(removal, tmp_path)

    assert whereabouts(tmp_path) == {THERE}
    assert {str(path.relative_to(tmp_path)) for path in copies} == KEPT


def test_the_new_file_is_for_its_owner_alone_whatever_umask_and_directory_would_allow(
    tmp_path: Path,
) -> None:
    removal = prepared(tmp_path)
    os.setxattr(tmp_path / "medium", "system.posix_acl_default", GENEROUS)
    before = os.umask(0)
    try:
        move(removal, tmp_path)
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / THERE).stat().st_mode) == 0o600
    assert ACCESS_LIST not in os.listxattr(tmp_path / THERE)


def test_other_keys_that_are_kept_stay(tmp_path: Path) -> None:
    move(prepared(tmp_path), tmp_path)

    others = [path for path in tmp_path.rglob("*-ca.key") if path.read_bytes() == ANOTHER]
    assert len(others) == 1


def test_a_look_before_tells_of_the_copies_and_removes_none(tmp_path: Path) -> None:
    removal = prepared(tmp_path)

    assert {str(path.relative_to(tmp_path)) for path in removal.kept_copies()} == KEPT
    assert whereabouts(tmp_path) == {HERE, *KEPT}


# --- what stands in the way -----------------------------------------------------------------------


def refused(removal: KeyRemoval, place: Path, kind: type[Exception], words: str) -> None:
    """It is, and nothing has been removed, nor written."""
    before = whereabouts(place)
    with pytest.raises(kind, match=words):
        move(removal, place)
    assert whereabouts(place) == before


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    removal = prepared(tmp_path)
    (tmp_path / THERE).write_bytes(b"something\n")

    refused(removal, tmp_path, Failed, "ca.key: is there already")
    assert (tmp_path / THERE).read_bytes() == b"something\n"


def test_a_link_to_nowhere_is_a_file_that_is_there(tmp_path: Path) -> None:
    removal = prepared(tmp_path)
    (tmp_path / THERE).symlink_to("elsewhere")

    refused(removal, tmp_path, Failed, "ca.key: is there already")
    with pytest.raises(Failed, match="is there already"):
        refuse_destination(tmp_path / THERE)


def test_a_directory_that_is_missing_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="missing: is not a directory"):
        refuse_destination(tmp_path / "missing/ca.key")


def test_a_key_with_a_second_name_would_stay(tmp_path: Path) -> None:
    removal = prepared(tmp_path)
    os.link(tmp_path / HERE, tmp_path / "root/etc/second")

    refused(removal, tmp_path, Failed, "has 2 hard links")


def test_an_old_file_beside_the_key_is_for_a_person(tmp_path: Path) -> None:
    removal = prepared(tmp_path)
    (tmp_path / "root/etc/ssl/private/.ca.key.pfwizard-0001-aaaa").write_bytes(CONTENT)

    refused(removal, tmp_path, NeedsHuman, "an earlier run of pfwizard left this file")


def test_a_key_that_somebody_has_replaced_meanwhile_stays(tmp_path: Path) -> None:
    removal = prepared(tmp_path)
    (tmp_path / HERE).write_bytes(ANOTHER)

    refused(removal, tmp_path, Failed, "was changed by somebody else just now")


def test_another_run_that_is_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    removal = prepared(tmp_path)
    monkeypatch.setattr("pfwizard.apply.key_removal.PATIENCE", 0.0)

    with locked(removal.ending.state.path):
        refused(removal, tmp_path, Busy, "another pfwizard is at work")


def test_a_change_on_probation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    removal = prepared(tmp_path)
    monkeypatch.setattr("pfwizard.apply.recovery.is_guarded", lambda place: True)
    plan = plan_of(plan_of().changes[2:])
    transaction(removal.tree, ObedientMailSystem(removal.tree.root), probation=600).apply(plan)

    refused(removal, tmp_path, Busy, "is on probation")


# --- what is written is proved --------------------------------------------------------------------


def test_a_medium_that_gives_back_something_else_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removal = prepared(tmp_path)

    def torn(path: Path, content: bytes) -> None:
        path.write_bytes(content[:-10])

    monkeypatch.setattr("pfwizard.apply.key_removal.write_new", torn)

    refused(removal, tmp_path, Failed, "the disk gives back something else than was written")
    assert not (tmp_path / THERE).exists()


def test_a_file_that_does_not_open_does_not_count(tmp_path: Path) -> None:
    tree = prepared(tmp_path).tree

    def does_not_open(content: Secret[bytes]) -> None:
        raise NotAKey("the key", "is not that of the CA")

    refused(removal_on(tree, does_not_open), tmp_path, NotAKey, "is not that of the CA")
    assert not (tmp_path / THERE).exists()


def test_what_cannot_be_removed_is_told_with_where_the_key_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removal = prepared(tmp_path)
    original = os.unlink

    def refusing(path: Path, *arguments: object, **named: object) -> None:
        if Path(path).name == "ca.key":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        original(path)

    monkeypatch.setattr(os, "unlink", refusing)
    with pytest.raises(NeedsHuman) as caught:
        move(removal, tmp_path)

    assert f"the key is in {tmp_path / THERE}, whole and proved" in caught.value.message
    assert caught.value.remedy == f"Remove it by hand: rm {tmp_path / HERE}"
    assert caught.value.exit_status is ExitStatus.NEEDS_HUMAN


# --- faults ---------------------------------------------------------------------------------------


@pytest.fixture
def memory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults")


def number_of_calls(place: Path) -> int:
    removal = prepared(place)
    with Calls().watched() as calls:
        move(removal, place)
    shutil.rmtree(place)
    return calls.count


def test_a_run_that_is_killed_at_any_call_leaves_the_key_somewhere_and_can_be_begun_again(
    memory: Path,
) -> None:
    lost: list[object] = []
    for number in range(number_of_calls(memory / "counted")):
        place = memory / str(number)
        removal = prepared(place)
        assert not in_a_process_that_dies(partial(move, removal, place), number)
        found = whereabouts(place)
        if not found & {HERE, THERE}:
            lost.append((number, found))
        elif HERE in found:
            (place / THERE).unlink(missing_ok=True)
            move(removal_on(removal.tree), place)
        if whereabouts(place) != {THERE}:
            lost.append((number, "begun again", whereabouts(place)))

    assert lost == []


@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
def test_a_call_that_fails_leaves_the_key_here_or_says_that_it_is_there(
    memory: Path, error: int
) -> None:
    wrong: list[object] = []
    for number in range(number_of_calls(memory / "counted")):
        place = memory / str(number)
        removal = prepared(place)
        with Calls(number, failing_with(error)).watched():
            said = outcome(partial(move, removal, place))
        found = whereabouts(place)
        is_unchanged = found == {HERE, *KEPT} and not (place / THERE).exists()
        is_elsewhere = found == {THERE}
        is_told = THERE in found and "whole and proved" in said
        if not (is_told if THERE in found and said else is_elsewhere if not said else is_unchanged):
            wrong.append((number, said, found))

    assert wrong == []


def test_there_are_calls_to_be_struck(memory: Path) -> None:
    assert number_of_calls(memory / "counted") > 10
