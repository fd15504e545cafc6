"""Sentences that speak of answers, which every face names in its own way."""

from dataclasses import dataclass

from pfwizard.answers.question import Value, in_toml


@dataclass(frozen=True)
class Named:
    """An answer, or a table of them, by its key; with the ``value`` it has or ought to have."""

    key: str
    value: Value | None = None

    def __str__(self) -> str:
        """As it stands in an answers file."""
        return self.key if self.value is None else f"{self.key} = {in_toml(self.value)}"


class Wording(str):
    """A text in which answers have the names of the answers file; ``parts`` tells them apart."""

    parts: tuple[str | Named, ...]

    def __new__(cls, *parts: str | Named) -> "Wording":
        wording = super().__new__(cls, "".join(map(str, parts)))
        wording.parts = parts
        return wording
