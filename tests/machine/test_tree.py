"""Looking at a tree: symbolic links lead where they would if the tree were the machine."""

import os
import socket
from pathlib import Path, PurePosixPath

import pytest

from pfwizard.errors import Failed
from pfwizard.machine.tree import FileKind, Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    (tmp_path / "etc/postfix").mkdir(parents=True)
    (tmp_path / "etc/postfix/main.cf").write_bytes(b"inside\n")
    return Tree(tmp_path)


def link(tree: Tree, path: str, target: str) -> PurePosixPath:
    where = PurePosixPath(path)
    tree.outside(where).symlink_to(target)
    return where


@pytest.mark.parametrize(
    "target",
    [
        "/etc/postfix/main.cf",
        "//etc/postfix/main.cf",
        "etc/postfix/main.cf",
        "./etc/../etc/postfix/main.cf",
        "../../../../etc/postfix/main.cf",
        "/../etc/postfix/main.cf",
    ],
)
def test_a_link_is_followed_from_the_trees_own_root(tree: Tree, target: str) -> None:
    state = tree.look(link(tree, "/link", target))

    assert state.real == PurePosixPath("/etc/postfix/main.cf")
    assert state.content == b"inside\n"


def test_a_link_in_the_middle_of_a_path_is_followed(tree: Tree) -> None:
    link(tree, "/run", "/etc")

    assert tree.resolve(PurePosixPath("/run/postfix/main.cf")) == PurePosixPath(
        "/etc/postfix/main.cf"
    )


def test_dots_are_taken_after_the_link_before_them(tree: Tree) -> None:
    link(tree, "/short", "/etc/postfix")

    assert tree.resolve(PurePosixPath("/short/../postfix")) == PurePosixPath("/etc/postfix")


def test_nothing_outside_of_the_tree_is_read(tree: Tree) -> None:
    outside = tree.root.parent / "outside"
    outside.write_bytes(b"secret\n")

    for number, target in enumerate([str(outside), "../outside", "../../outside"]):
        assert tree.look(link(tree, f"/way{number}", target)).kind is FileKind.ABSENT


@pytest.mark.parametrize("target", ["loop", "/loop", "/loop/further"])
def test_links_in_a_circle_are_an_error(tree: Tree, target: str) -> None:
    circle = link(tree, "/loop", target)

    with pytest.raises(Failed, match="too many symbolic links"):
        tree.look(circle)


def test_a_link_that_leads_nowhere_says_where_that_would_be(tree: Tree) -> None:
    state = tree.look(link(tree, "/etc/postfix/other.cf", "/srv/other.cf"))

    assert (state.kind, state.real) == (FileKind.ABSENT, PurePosixPath("/srv/other.cf"))


def test_what_stands_below_a_file_is_absent(tree: Tree) -> None:
    assert not tree.look(PurePosixPath("/etc/postfix/main.cf/below")).exists


def test_the_kinds_of_files_are_told_apart(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tree.root / "fifo")
    monkeypatch.chdir(tree.root)  # the name of a socket has a hundred bytes at most
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")

        kinds = {
            name: tree.look(PurePosixPath(f"/{name}")).kind for name in ("etc", "fifo", "socket")
        }

    assert kinds == {
        "etc": FileKind.DIRECTORY,
        "fifo": FileKind.OTHER,
        "socket": FileKind.SOCKET,
    }


def test_owner_and_mode_are_those_of_the_file_itself(tree: Tree) -> None:
    main_cf = tree.root / "etc/postfix/main.cf"
    main_cf.chmod(0o640)
    state = tree.look(link(tree, "/link", "/etc/postfix/main.cf"))

    assert (state.mode, state.uid, state.gid) == (0o640, os.getuid(), main_cf.stat().st_gid)


def test_the_directories_above_a_path_are_looked_at_too(tree: Tree) -> None:
    states = tree.look_at([PurePosixPath("/etc/postfix/main.cf")])

    assert set(map(str, states)) == {"/", "/etc", "/etc/postfix", "/etc/postfix/main.cf"}


def test_the_directories_above_the_end_of_a_link_are_looked_at_too(tree: Tree) -> None:
    (tree.root / "srv/conf").mkdir(parents=True)
    states = tree.look_at([link(tree, "/etc/postfix/linked.cf", "/srv/conf/linked.cf")])

    assert states[PurePosixPath("/srv/conf")].kind is FileKind.DIRECTORY


def test_content_is_not_in_the_representation(tree: Tree) -> None:
    assert "inside" not in repr(tree.look(PurePosixPath("/etc/postfix/main.cf")))


def test_what_cannot_be_read_does_not_keep_from_the_rest(tree: Tree) -> None:
    circle, main_cf = link(tree, "/loop", "/loop"), PurePosixPath("/etc/postfix/main.cf")

    states, unseen = tree.look_where_possible([circle, main_cf])

    assert main_cf in states
    assert set(unseen) == {circle}
