"""Commands that are shown to be copied, from however narrow a terminal."""

from collections.abc import Iterator

WIDTH = 54
"""Columns of a line that is to be copied: what a terminal of 60 shows without breaking it."""


def in_lines(*parts: str) -> Iterator[str]:
    """A command in lines that a shell takes for one, broken between these parts."""
    line, *others = parts
    for part in others:
        if len(f"{line} {part} \\") > WIDTH:
            yield f"{line} \\"
            line = f"  {part}"
        else:
            line = f"{line} {part}"
    yield line
