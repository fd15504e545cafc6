"""What the engine tells whoever watches it, and what it is told, through one pipe."""

from dataclasses import dataclass, field

from pfwizard.apply.live.instance import Instance
from pfwizard.apply.manifest import TransactionId
from pfwizard.errors import PfwizardError
from pfwizard.plan.plan import Plan


@dataclass(frozen=True)
class Order:
    """What the engine is to do. It holds keys, and so goes through a pipe and nowhere else.

    ``state_directory``, ``probation`` and ``rehearsal`` as in ``Transaction``.
    """

    plan: Plan = field(repr=False)
    instance: Instance
    state_directory: str
    probation: float | None = None
    undoes: TransactionId | None = None
    rehearsal: bytes = b""


@dataclass(frozen=True)
class Stop:
    """Take the change back as soon as that is possible; ``why`` is for the history."""

    why: str


@dataclass(frozen=True)
class StepStarted:
    """A step of the walk as it begins, in a few words for a person."""

    words: str


@dataclass(frozen=True)
class Published:
    """The transaction has its journal; from here on it is taken back if it is not completed."""

    transaction: TransactionId


@dataclass(frozen=True)
class OnProbationNow:
    """The change is live, and waits so many seconds for its confirmation.

    ``is_recovered_at_boot``: whether a restart of the machine takes it back before Postfix starts.
    """

    transaction: TransactionId
    seconds: float
    is_recovered_at_boot: bool


@dataclass(frozen=True)
class Ended:
    """The end: the transaction that is complete, or what went wrong."""

    transaction: TransactionId | None
    error: PfwizardError | None = None


Event = StepStarted | Published | OnProbationNow | Ended
