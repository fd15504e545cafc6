"""A wrapper for what must not be printed: private keys, passphrases, challenge passwords."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T", str, bytes)


@dataclass(frozen=True, slots=True)
class Secret(Generic[T]):
    """Holds a value that no repr, log line, diff or traceback may show.

    ``reveal()`` is the only way to the value, so that every place that uses one can be found.
    """

    _value: T = field(repr=False)

    def reveal(self) -> T:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._value)
