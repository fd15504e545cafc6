"""What a walk finds when it begins."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pfwizard.apply.manifest import TransactionId
    from pfwizard.wizard.surroundings import Observation


@dataclass(frozen=True)
class Waiting:
    """A change on probation that an earlier run has left; ``seconds`` are still to go.

    ``undoes`` is the transaction that it takes back, if it is a rollback.
    """

    transaction: "TransactionId"
    seconds: float
    undoes: "TransactionId | None" = None


@dataclass(frozen=True)
class Found:
    """What the first look has found: the machine, or a change that waits.

    ``taken_back`` is a transaction that an earlier run had left unfinished, ``draft`` the time from
    which there are answers of a walk that was cut off, ``decided`` what became of a change that
    waited before, ``mistakes`` those of the answers file, ``unread`` what only root may read.
    """

    observations: "tuple[Observation, ...]" = ()
    waiting: Waiting | None = None
    taken_back: "TransactionId | None" = None
    draft: datetime | None = None
    decided: str = ""
    mistakes: tuple[str, ...] = ()
    unread: tuple[Path, ...] = ()
