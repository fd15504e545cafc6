"""A change as the operator sees it."""

from pathlib import PurePosixPath

import pytest

from pfwizard.plan.diff import unified_diff
from pfwizard.plan.plan import Change, ChangeKind

PATH = PurePosixPath("/etc/postfix/main.cf")


def replaced(before: bytes, after: bytes) -> str:
    diff = unified_diff(Change(ChangeKind.REPLACE, PATH, PATH, 0o644, before, after))
    assert diff is not None
    return diff


def test_a_diff_names_the_file_and_its_lines() -> None:
    assert replaced(b"a = 1\nb = 2\n", b"a = 1\nb = 3\n") == (
        f"--- {PATH}\n+++ {PATH}\n@@ -1,2 +1,2 @@\n a = 1\n-b = 2\n+b = 3\n"
    )


def test_a_new_file_comes_from_nowhere() -> None:
    diff = unified_diff(Change(ChangeKind.CREATE, PATH, PATH, 0o644, None, b"a\n"))

    assert diff == f"--- /dev/null\n+++ {PATH}\n@@ -0,0 +1 @@\n+a\n"


@pytest.mark.parametrize(
    "hidden",
    [
        Change(ChangeKind.CREATE, PATH, PATH, 0o600, None, b"a", secret=True),
        Change(ChangeKind.MKDIR, PATH, PATH, 0o755),
    ],
)
def test_secrets_and_directories_are_not_shown(hidden: Change) -> None:
    assert unified_diff(hidden) is None


def test_a_missing_final_newline_is_a_difference() -> None:
    assert replaced(b"a", b"a\n").splitlines()[-3:] == ["-a", "\\ No newline at end of file", "+a"]


def test_only_a_line_feed_ends_a_line() -> None:
    assert replaced(b"a\x0cb\xc2\x85c\n", b"x\n").splitlines()[3] == "-a\\x0cb\\x85c"


@pytest.mark.parametrize("content", [b"\x1b[2J\n", b"\xff\n", "\u202e\n".encode(), b"a\r\n"])
def test_nothing_in_a_file_drives_the_terminal(content: bytes) -> None:
    shown = replaced(b"", content)

    assert all(character.isprintable() or character == "\n" for character in shown)
    assert shown.isascii()
