"""Files of shell variables: read as a shell and systemd both read them, and changed in place."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfwizard.cf.shell_variables import ShellVariables
from pfwizard.cf.text import UnwritableValue


def get(content: bytes, name: str = "OPTIONS") -> str | None:
    return ShellVariables.parse(content).get(name)


def changed(content: bytes, value: str, name: str = "OPTIONS") -> bytes:
    return ShellVariables.parse(content).set(name, value).render()


@given(st.binary())
def test_any_bytes_come_back_as_they_were(content: bytes) -> None:
    assert ShellVariables.parse(content).render() == content


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b'OPTIONS="-c -m /run"\n', "-c -m /run"),
        (b"OPTIONS='-c'\n", "-c"),
        (b"OPTIONS=-c\n", "-c"),
        (b"OPTIONS=\n", ""),
        (b'OPTIONS=""\n', ""),
        (b'  OPTIONS="-c"  # of ours\n', "-c"),
        (b'export OPTIONS="-c"\n', "-c"),
        (b'OPTIONS="-c"\r\n', "-c"),
        (b'OPTIONS="-c"', "-c"),
        (b'OPTIONS="a"\nOPTIONS="b"\n', "b"),
        (b'#OPTIONS="-c"\n', None),
        (b'MECH_OPTIONS="-c"\n', None),
        (b'OPTIONS = "-c"\n', None),
        (b'OPTIONS="-c" -r\n', None),
    ],
)
def test_a_plain_assignment_is_read(content: bytes, value: str | None) -> None:
    assert get(content) == value


@pytest.mark.parametrize(
    "content", [b'OPTIONS="-c -m /run"\n', b"OPTIONS='-c'\n", b"OPTIONS=-c # x\n", b"OPTIONS=\n"]
)
def test_a_shell_reads_the_same(content: bytes) -> None:
    script = content + b'printf %s "$OPTIONS"'
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True)

    assert get(content) == done.stdout.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'# x\nOPTIONS="a"\nY=1\n', b'# x\nOPTIONS="-c -r"\nY=1\n'),
        (b"OPTIONS='a'  # why\n", b"OPTIONS='-c -r'  # why\n"),
        (b"OPTIONS=a\r\n", b'OPTIONS="-c -r"\r\n'),
        (b'OPTIONS="a"\nOPTIONS="b"\n', b'OPTIONS="a"\nOPTIONS="-c -r"\n'),
        (b"Y=1", b'Y=1\nOPTIONS="-c -r"\n'),
        (b"", b'OPTIONS="-c -r"\n'),
        (b"OPTIONS='-c -r'\n", b"OPTIONS='-c -r'\n"),
    ],
)
def test_a_value_is_changed_where_it_stands(before: bytes, after: bytes) -> None:
    assert changed(before, "-c -r") == after


@pytest.mark.parametrize("value", ['a"b', "a'b", "a\\b", "$a", "`a`", "a\nb", "a\0b"])
def test_what_a_shell_and_systemd_read_differently_is_not_written(value: str) -> None:
    with pytest.raises(UnwritableValue):
        changed(b"", value)
