"""What is said of a certificate in use, and how bad that is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, IntEnum

from pfwizard.expiry.limits import USUAL, Limits
from pfwizard.pki.validity import Validity

DAY = timedelta(days=1)


class Level(IntEnum):
    """How bad it is; the values are the exit statuses that monitoring knows.

    Source: Monitoring Plugins Development Guidelines, "Plugin Return Codes", which Nagios, Icinga
    and their relatives go by.
    """

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


URGENCY = (Level.CRITICAL, Level.WARNING, Level.UNKNOWN, Level.OK)
"""What is known to be wrong comes before what could not be found out."""


def worst(levels: Iterable[Level]) -> Level:
    """The most urgent of them; of none nothing is known."""
    return min(levels, key=URGENCY.index, default=Level.UNKNOWN)


class Judgement(Enum):
    """The worst first; the values are those of the JSON output, and identify findings."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    UNUSABLE = "unusable"
    SILENT = "no-answer"
    ABOUT_TO_EXPIRE = "about-to-expire"
    DIFFERS = "differs-from-file"
    NOT_SHOWN = "not-shown"
    EXPIRES_SOON = "expires-soon"
    UNREADABLE = "unreadable"
    LIMITED = "limited"
    GOOD = "ok"


LEVELS: Mapping[Judgement, Level] = {
    Judgement.EXPIRED: Level.CRITICAL,
    Judgement.NOT_YET_VALID: Level.CRITICAL,
    Judgement.UNUSABLE: Level.CRITICAL,
    Judgement.SILENT: Level.CRITICAL,
    Judgement.ABOUT_TO_EXPIRE: Level.CRITICAL,
    Judgement.DIFFERS: Level.WARNING,
    Judgement.NOT_SHOWN: Level.WARNING,
    Judgement.EXPIRES_SOON: Level.WARNING,
    Judgement.UNREADABLE: Level.UNKNOWN,
    Judgement.LIMITED: Level.UNKNOWN,
    Judgement.GOOD: Level.OK,
}


@dataclass(frozen=True)
class Judge:
    """Looks at certificates at one moment, ``now`` in UTC."""

    now: datetime
    limits: Limits = USUAL

    def judgement_of(self, validity: Validity) -> Judgement:
        """What the dates say."""
        if self.now > validity.not_after:
            return Judgement.EXPIRED
        if self.now < validity.not_before:
            return Judgement.NOT_YET_VALID
        if self.days_left(validity) < self.limits.critical:
            return Judgement.ABOUT_TO_EXPIRE
        if self.days_left(validity) < self.limits.warning:
            return Judgement.EXPIRES_SOON
        return Judgement.GOOD

    def days_left(self, validity: Validity) -> int:
        """Whole days, rounded down: 0 on the last day, and negative from the first second after."""
        return (validity.not_after - self.now) // DAY
