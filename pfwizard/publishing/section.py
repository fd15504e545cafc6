"""Lines that belong together, for whatever face shows them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """Lines under a title. Those that are commands stand alone, to be copied."""

    title: str
    lines: tuple[str, ...]
