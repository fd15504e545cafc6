"""How long a certificate lasts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from pfwizard.errors import InputProblem

# Certificates begin to be valid a little in the past: clocks of clients lag.
BACKDATED = timedelta(hours=1)

# A hundred years; the dates of X.509 end with the year 9999 (RFC 5280 section 4.1.2.5).
LONGEST_DAYS = 36500

LONGEST_FOR_APPLE = 825
"""Days; iOS and macOS refuse longer server certificates of private CAs too (Apple HT210176)."""


def check_days(days: int) -> int:
    """A lifetime in days: 1 to 36500.

    Raises InputProblem.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise InputProblem(
            f"a certificate cannot be valid for {days} days", f"Give 1 to {LONGEST_DAYS}."
        )
    return days


@dataclass(frozen=True, slots=True)
class Validity:
    """The times between which a certificate counts, both in UTC and in whole seconds."""

    not_before: datetime
    not_after: datetime

    @classmethod
    def starting(cls, now: datetime, days: int) -> Self:
        """From an hour before ``now`` until ``days`` days after it.

        ``now`` must be aware: a local time taken for UTC would give wrong dates. Raises
        InputProblem for a number of days out of range.
        """
        if now.tzinfo is None:
            raise ValueError("now must have a time zone")
        start = now.astimezone(UTC).replace(microsecond=0)
        return cls(start - BACKDATED, start + timedelta(days=check_days(days)))

    def within(self, outer: "Validity") -> "Validity":
        """Cut to ``outer``, the issuer's: a certificate that outlives its issuer is worth nothing
        from then on."""
        return Validity(
            max(self.not_before, outer.not_before), min(self.not_after, outer.not_after)
        )

    def includes(self, now: datetime) -> bool:
        """Whether a client looking at ``now`` accepts it; both ends count (RFC 5280)."""
        return self.not_before <= now <= self.not_after

    def __str__(self) -> str:
        return f"{self.not_before:%Y-%m-%d %H:%M} to {self.not_after:%Y-%m-%d %H:%M} UTC"
