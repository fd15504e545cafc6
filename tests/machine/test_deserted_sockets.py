"""Whether anybody listens at a socket, which its file does not tell."""

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path, PurePosixPath

import pytest

from pfwizard.machine.deserted_sockets import is_deserted
from pfwizard.machine.tree import Tree


@pytest.fixture
def server(tmp_path: Path) -> Iterator[socket.socket]:
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(tmp_path / "auth"))
        yield listener


def found(path: Path, tree: Tree | None = None) -> bool:
    tree = tree or Tree()
    return is_deserted(tree, tree.look(PurePosixPath(path)))


def test_one_whose_server_has_ended_is_deserted(server: socket.socket, tmp_path: Path) -> None:
    server.listen()
    server.close()

    assert found(tmp_path / "auth")


def test_it_is_found_behind_a_symbolic_link(server: socket.socket, tmp_path: Path) -> None:
    server.close()
    (tmp_path / "link").symlink_to("auth")

    assert found(tmp_path / "link")


def test_one_that_is_listened_at_is_not(server: socket.socket, tmp_path: Path) -> None:
    server.listen()

    assert not found(tmp_path / "auth")


def test_one_where_clients_have_to_wait_is_not(server: socket.socket, tmp_path: Path) -> None:
    server.listen(0)
    with closing(socket.socket(socket.AF_UNIX)) as first:
        first.setblocking(False)
        with suppress(BlockingIOError):
            first.connect(str(tmp_path / "auth"))

        assert not found(tmp_path / "auth")


@pytest.mark.parametrize("name", ["file", "nothing"])
def test_what_is_no_socket_is_not(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert not found(tmp_path / name)


def test_in_a_tree_nobody_is_asked(server: socket.socket, tmp_path: Path) -> None:
    server.close()

    assert not found(Path("/auth"), Tree(tmp_path))
