"""Lines that are printed, and lines that are asked for. Nothing is ever painted over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pfwizard.cli.plain.reading import Reader, StandardInput, Waitable
from pfwizard.cli.streams import say


class Left(Exception):
    """The operator wants to go: the input has ended, or Ctrl-C was pressed."""


@dataclass(frozen=True)
class Lines:
    """What a dialogue is held through; a test brings its own."""

    say: Callable[[str], None] = say
    reader: Reader = field(default_factory=StandardInput)

    def ask(self, prompt: str) -> str:
        """A line without blanks around it; raises Left."""
        return _asked(self.reader.read, prompt).strip()

    def ask_secretly(self, prompt: str) -> str:
        """A line with its blanks, without showing what is typed; raises Left."""
        return _asked(self.reader.read_secret, prompt)

    def choose(self, prompt: str, words: Sequence[str]) -> str:
        """One of the words, or the first letters of one; asked again until it is one."""
        while True:
            chosen = self._chosen(self.ask(_offering(prompt, words)), words)
            if chosen is not None:
                return chosen

    def choose_before(self, news: Waitable, prompt: str, words: Sequence[str]) -> str | None:
        """The same, but None as soon as there is news; what is being typed then is not lost."""
        while True:
            self.reader.show(_offering(prompt, words))
            if not self.reader.is_typed_before(news):
                return None
            chosen = self._chosen(self.ask(""), words)
            if chosen is not None:
                return chosen

    def _chosen(self, typed: str, words: Sequence[str]) -> str | None:
        """The word that is meant, or None after saying which there are."""
        meant = [word for word in words if typed and word.startswith(typed.lower())]
        if len(meant) == 1:
            return meant[0]
        self.say(f"Answer with one of: {', '.join(words)}.")
        return None


def _offering(prompt: str, words: Sequence[str]) -> str:
    return f"{prompt} ({', '.join(words)}): "


def _asked(read: Callable[[str], str], prompt: str) -> str:
    try:
        return read(prompt)
    except (EOFError, KeyboardInterrupt) as end:
        raise Left from end
