"""What the line dialogue reads, where nobody has typed it."""

import os
from pathlib import Path

import pytest

from pfwizard.cli.plain.reading import LONGEST_LINE, StandardInput


def reading(directory: Path, content: bytes) -> StandardInput:
    file = directory / "input"
    file.write_bytes(content)
    return StandardInput(os.open(file, os.O_RDONLY))


def test_an_input_without_ends_of_lines_is_at_its_end(tmp_path: Path) -> None:
    with pytest.raises(EOFError):
        reading(tmp_path, b"a" * (2 * LONGEST_LINE)).read("")


def test_a_long_line_is_read_whole(tmp_path: Path) -> None:
    line = "a" * (LONGEST_LINE // 2)

    assert reading(tmp_path, f"{line}\nnext\n".encode()).read("") == line
