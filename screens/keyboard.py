"""What comes from the keyboard, whatever its encoding is."""

import codecs
from functools import partial

from textual.drivers import linux_driver

REPLACING = "replace"


def take_any_byte() -> None:
    """Have a byte that is not UTF-8 show as a replacement character.

    Textual's thread for the keyboard would end with it, and nothing that is typed would arrive.
    """
    linux_driver.getincrementaldecoder = _forgiving  # type: ignore[attr-defined, assignment]


def _forgiving(encoding: str) -> "partial[codecs.IncrementalDecoder]":
    return partial(codecs.getincrementaldecoder(encoding), errors=REPLACING)
