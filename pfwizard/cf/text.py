"""Bytes and text, white space, and what may be written into a configuration file."""

import re

# isspace(3) in the C locale; Python's own str methods know dozens more.
WHITE_SPACE = " \t\n\v\f\r"

_RUN_OF_WHITE_SPACE = re.compile(r"[ \t\n\v\f\r]+")


class UnwritableValue(ValueError):
    """A name or value that the file's syntax cannot hold."""


def decode(content: bytes) -> str:
    """Text in which every byte of the file survives."""
    return content.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The bytes that ``decode`` made the text from."""
    return text.encode("utf-8", "surrogateescape")


def collapsed(text: str) -> str:
    """The text with each run of white space made one blank, and none at the ends."""
    return _RUN_OF_WHITE_SPACE.sub(" ", text).strip(" ")


def writable(text: str) -> str:
    """The text as a file would give it back, without the white space around it.

    Raises UnwritableValue for a line feed or a null byte, which end the line or the value for
    Postfix, and for text that has no bytes at all (a lone surrogate).
    """
    if "\n" in text or "\0" in text:
        raise UnwritableValue(f"a line feed or null byte cannot be written: {text!r}")
    try:
        return decode(encode(text)).strip(WHITE_SPACE)
    except UnicodeEncodeError as error:
        raise UnwritableValue(f"text without an encoding: {text!r}") from error
