"""What the page of an application is told from the threads that follow what is at work."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from pfwizard.prove.verdict import Outcome

if TYPE_CHECKING:
    from pfwizard.apply.process.events import OnProbationNow


@dataclass
class StepBegan(Message):
    """There is another step, of the engine's or before it."""

    words: str


@dataclass
class Proved(Message):
    """The rehearsal has another outcome."""

    outcome: Outcome


@dataclass
class ProbationBegan(Message):
    """The change is live, and waits."""

    event: "OnProbationNow"
