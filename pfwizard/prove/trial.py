"""The outcomes of probes as the history keeps them: when they were made, and what they found."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pfwizard.apply.history import Entry, History
from pfwizard.apply.journal import StateDirectory
from pfwizard.apply.manifest import TransactionId
from pfwizard.apply.trial_files import Occasion, keep_trial, kept_trial
from pfwizard.errors import PfwizardError
from pfwizard.prove.verdict import Outcome, Verdict, as_document

FORMAT = 1

PATIENCE = 2.0
"""Seconds to wait for another run to let the history go."""


@dataclass(frozen=True)
class Trial:
    """The outcomes of all probes that were made on one occasion; ``time`` is the wall clock's.

    No password is in an outcome; the user who logged in is named.
    """

    occasion: Occasion
    time: datetime
    outcomes: tuple[Outcome, ...]

    @classmethod
    def now(cls, occasion: Occasion, outcomes: tuple[Outcome, ...]) -> "Trial":
        return cls(occasion, datetime.now(UTC).replace(microsecond=0), outcomes)

    @property
    def encoded(self) -> bytes:
        document = {
            "format": FORMAT,
            "time": self.time.isoformat(),
            "outcomes": [as_document(outcome) for outcome in self.outcomes],
        }
        return f"{json.dumps(document, indent=1)}\n".encode()

    @classmethod
    def decoded(cls, occasion: Occasion, content: bytes) -> "Trial":
        """Raises ValueError for what ``encoded`` has not written."""
        try:
            document = json.loads(content)
            if document["format"] != FORMAT:
                raise ValueError(f"format {document['format']}")
            outcomes = tuple(map(_from_document, document["outcomes"]))
            return cls(occasion, datetime.fromisoformat(document["time"]), outcomes)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("not a trial") from error


def _from_document(document: dict[str, str]) -> Outcome:
    return Outcome(
        document["probe"],
        document["target"],
        Verdict(document["verdict"]),
        document["detail"],
        document["remedy"],
    )


def trials_of(entry: Entry) -> Iterator[Trial]:
    """In the order of the occasions; what cannot be read is passed over."""
    for occasion in Occasion:
        content = kept_trial(entry.journal, occasion)
        if content:
            try:
                yield Trial.decoded(occasion, content)
            except ValueError:
                continue


def keep(state: StateDirectory, trial: Trial, transaction: TransactionId | None = None) -> bool:
    """Keep it with this transaction, or with the one that is in force.

    False where that is not possible: nothing was ever applied, another run is at work, or the
    disk cannot be written. That is no reason for anything to fail.
    """
    try:
        with state.held(PATIENCE):
            history = History(state)
            entry = history.in_force() if transaction is None else history.find(transaction)
            if entry is None:
                return False
            keep_trial(entry.journal, trial.occasion, trial.encoded)
            return True
    except (OSError, PfwizardError):
        return False
