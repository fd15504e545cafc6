"""Where private keys are found."""

from pathlib import Path, PurePosixPath

from pfwizard.machine.key_files import LONGEST, key_files
from pfwizard.machine.tree import Tree

KEY = b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"
PLACE = PurePosixPath("/etc/ssl/private")


def found(root: Path) -> list[str]:
    return [path.name for path in key_files(Tree(root), [PLACE])]


def put(root: Path, name: str, content: bytes) -> None:
    file = root / "etc/ssl/private" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def test_a_key_is_found_whatever_its_file_is_called(tmp_path: Path) -> None:
    for name in ("odd", "mail.key"):
        put(tmp_path, name, KEY)

    assert found(tmp_path) == ["mail.key", "odd"]


def test_other_files_and_directories_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "mail.csr", b"-----BEGIN CERTIFICATE REQUEST-----\n")
    put(tmp_path, "below/mail.key", KEY)

    assert found(tmp_path) == []


def test_a_large_file_is_not_read_for_a_key(tmp_path: Path) -> None:
    put(tmp_path, "large", KEY + b"x" * LONGEST)

    assert found(tmp_path) == []


def test_a_link_leads_to_a_key_inside_the_tree_only(tmp_path: Path) -> None:
    put(tmp_path, "real.key", KEY)
    (tmp_path / "etc/ssl/private/link.key").symlink_to("/etc/ssl/private/real.key")
    (tmp_path / "etc/ssl/private/nowhere.key").symlink_to("/etc/nothing")

    assert found(tmp_path) == ["link.key", "real.key"]


def test_a_directory_that_is_not_there_has_no_keys(tmp_path: Path) -> None:
    assert found(tmp_path) == []
