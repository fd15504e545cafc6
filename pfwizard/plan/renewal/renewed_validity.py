"""How long a renewed certificate lasts, and when it is time for it."""

from datetime import datetime, timedelta

from pfwizard.pki.certificates import Certificate
from pfwizard.pki.validity import BACKDATED, LONGEST_DAYS, LONGEST_FOR_APPLE

PARTS_LEFT = 3
"""A certificate is due when no more is left than a third of what a new one would have."""


def is_due(certificate: Certificate, now: datetime) -> bool:
    """Whether no more is left of it than a third of what a new one would have."""
    left = certificate.facts.not_after - now
    return left * PARTS_LEFT <= timedelta(days=days_of_new(certificate))


def days_of(certificate: Certificate) -> int:
    """For how many days it was issued; whether it was backdated does not matter."""
    length = certificate.facts.not_after - certificate.facts.not_before - BACKDATED
    return max(1, round(length / timedelta(days=1)))


def days_of_new(old: Certificate) -> int:
    """As long as the old one was, but for a server no longer than clients accept."""
    days = min(days_of(old), LONGEST_DAYS)
    return days if old.facts.is_ca else min(days, LONGEST_FOR_APPLE)
