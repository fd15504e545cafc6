"""On which line of a TOML text each key stands.

The standard library's reader gives values without positions, and a mistake without its line is
hard to find. This is no second TOML parser: it sees only texts that the reader has accepted.
"""

import re
from collections.abc import Mapping

NAME = r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'"""
DOTTED = rf"(?:{NAME})(?:\s*\.\s*(?:{NAME}))*"
TABLE = re.compile(rf"\s*\[\[?\s*({DOTTED})\s*\]\]?")
PAIR = re.compile(rf"\s*({DOTTED})\s*=\s*(.*)")
NAMES = re.compile(NAME)

# What decides whether a value goes on in the next line: strings, which hide brackets; comments,
# which hide both; brackets.
TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""'
    r"|'''.*?'''"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r'|"""|\'\'\''
    r"|[\[\]{}]",
    re.DOTALL,
)


def line_numbers(text: str) -> Mapping[str, int]:
    """Map dotted keys, tables included, to line numbers that count from 1."""
    positions: dict[str, int] = {}
    table = ""
    lines = text.split("\n")
    index = 0
    while index < len(lines):
        number = index + 1
        header = TABLE.match(lines[index])
        pair = PAIR.match(lines[index])
        index += 1
        if header:
            table = _plain(header.group(1))
            positions.setdefault(table, number)
        elif pair:
            name = _plain(pair.group(1))
            positions.setdefault(f"{table}.{name}" if table else name, number)
            value = pair.group(2)
            while _goes_on(value) and index < len(lines):
                value += "\n" + lines[index]
                index += 1
    return positions


def _plain(dotted: str) -> str:
    return ".".join(name.strip("\"'") for name in NAMES.findall(dotted))


def _goes_on(value: str) -> bool:
    depth = 0
    for token in TOKEN.findall(value):
        if token in ('"""', "'''"):
            return True
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token, 0)
    return depth > 0
