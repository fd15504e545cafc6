"""Showing text from outside without letting it drive the terminal."""

_LONGEST_SHOWN = 80


def visible(text: str) -> str:
    """The text with everything that does not print as a character of its own spelled out.

    Control characters, bidirectional overrides, zero-width characters, lone surrogates and blanks
    other than the space become ``\\x1b`` or ``\\u202e``: a terminal shows them and obeys none.
    """
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def harmless(text: str) -> str:
    """The text with nothing left that a terminal would obey, but for tabs and line ends."""
    return "\n".join("\t".join(map(visible, line.split("\t"))) for line in text.split("\n"))


def quoted(text: str) -> str:
    """The text made visible, shortened when very long, between double quotes."""
    shown = text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
    return f'"{visible(shown)}"'


def _escaped(character: str) -> str:
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
