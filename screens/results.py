"""What pages end with."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from pfwizard.wizard.course import Move
from pfwizard.wizard.found import Waiting
from pfwizard.wizard.steps import StepName

if TYPE_CHECKING:
    from pfwizard.engine import Planned


class Jump(Enum):
    """Ways that lead off the row of steps."""

    LEAVE = "leave"
    HISTORY = "history"
    LOOK_AGAIN = "look again"
    FINISH = "finish"


@dataclass(frozen=True)
class Apply:
    """Carry this plan out."""

    planned: "Planned"


@dataclass(frozen=True)
class TakeBack:
    """Plan to take this transaction back."""

    transaction: str


Going = Move | StepName | Jump | Apply | TakeBack | Waiting
