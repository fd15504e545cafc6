"""Groups are left only by those who are in them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from pfwizard.apply.live import membership
from pfwizard.apply.live.membership import is_member, leave_group
from pfwizard.machine import programs
from pfwizard.machine.programs import Finished

GROUP = "root:x:0:\ncourier:x:110:daemon,postfix\npostfix:x:103:\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/group").write_text(GROUP)
    return tmp_path


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    called: list[Sequence[str]] = []

    def run(arguments: Sequence[str], **options: float) -> Finished:
        called.append(arguments)
        return Finished(0, "", "")

    monkeypatch.setattr(programs, "run", run)
    return called


def test_a_member_is_listed_by_the_group(root: Path) -> None:
    assert is_member(root, "postfix", "courier")
    assert not is_member(root, "post", "courier")
    assert not is_member(root, "postfix", "nobody")


def test_a_member_is_taken_out(root: Path, called: list[Sequence[str]]) -> None:
    leave_group(root, "postfix", "courier")

    assert called == [["usermod", "--prefix", str(root), "-r", "-G", "courier", "postfix"]]


def test_on_this_machine_its_own_program_does_it(
    root: Path, called: list[Sequence[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(membership, "THIS_MACHINE", root)

    leave_group(root, "postfix", "courier")

    assert called == [["gpasswd", "-d", "postfix", "courier"]]


@pytest.mark.parametrize("group", ["postfix", "gone"])
def test_who_is_no_member_need_not_leave(
    root: Path, called: list[Sequence[str]], group: str
) -> None:
    leave_group(root, "postfix", group)

    assert called == []


def test_a_tree_without_groups_has_no_members(tmp_path: Path) -> None:
    assert not is_member(tmp_path, "postfix", "courier")
