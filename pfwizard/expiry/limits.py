"""From when on a certificate that ends is worth a word."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """With fewer days left than these a certificate wants attention, or wants it at once."""

    warning: int = 30
    critical: int = 7


USUAL = Limits()
