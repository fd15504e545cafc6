"""How the certificates are: a line for each, and the same for programs."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pfwizard.expiry.ports import Socket
    from pfwizard.expiry.status import Status
    from pfwizard.expiry.watched import WatchedCertificate

WIDTH = 80
"""Columns within which names stand below each other; a longer place does not move the others."""

GAP = "  "

ROLES: Mapping[str, str] = {
    "leaf": "leaf",
    "intermediate": "chain",
    "ca": "CA",
    "served": "shown",
    "sni": "SNI",
    "outgoing": "sent",
}


def status_lines(status: "Status") -> Iterator[str]:
    """Level, days left, last day, role, place and name, all of it."""
    rows = [_columns(each) for each in status.certificates]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row, certificate in zip(rows, status.certificates, strict=True):
        yield _with_name(GAP.join(_aligned(row, widths)), certificate)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    level, days, *others, place = row
    yield level.ljust(widths[0])
    yield days.rjust(widths[1])
    for text, width in zip(others, widths[2:], strict=False):
        yield text.ljust(width)
    taken = sum(width + len(GAP) for width in widths[:-1])
    yield place.ljust(widths[-1]) if taken + widths[-1] <= WIDTH else place


def _columns(certificate: "WatchedCertificate") -> tuple[str, ...]:
    facts, days = certificate.facts, certificate.days_left
    return (
        certificate.level.name,
        "-" if days is None else f"{days} {'day' if abs(days) == 1 else 'days'}",
        "-" if facts is None else f"{facts.not_after:%Y-%m-%d}",
        ROLES[certificate.role.value],
        str(certificate.place),
    )


def _with_name(line: str, certificate: "WatchedCertificate") -> str:
    facts = certificate.facts
    if facts is None:
        return line.rstrip()
    return f"{line}{GAP}{facts.dns_names[0] if facts.dns_names else facts.subject}"


def status_document(status: "Status") -> dict[str, object]:
    """The same facts, and more of them; times are UTC in the form of ISO 8601."""
    return {
        "level": status.level.name.lower(),
        "certificates": [_certificate(each) for each in status.certificates],
    }


def _certificate(certificate: "WatchedCertificate") -> dict[str, object]:
    facts = certificate.facts
    return {
        "role": certificate.role.value,
        **_place(certificate.place),
        "level": certificate.level.name.lower(),
        "judgements": [judgement.value for judgement in certificate.judgements],
        "detail": certificate.detail or None,
        "differs_from": [str(path) for path in certificate.differs_from],
        "subject": facts and facts.subject,
        "issuer": facts and facts.issuer,
        "names": [
            *(facts.dns_names if facts else ()),
            *(facts.ip_addresses if facts else ()),
            *(facts.email_addresses if facts else ()),
        ],
        "not_before": facts and _iso_8601(facts.not_before),
        "not_after": facts and _iso_8601(facts.not_after),
        "days_left": certificate.days_left,
        "fingerprint_sha256": facts and facts.fingerprint_sha256,
    }


def _place(place: "PurePosixPath | Socket") -> dict[str, object]:
    if isinstance(place, PurePosixPath):
        return {"path": str(place), "address": None, "port": None}
    return {"path": None, "address": place.address or None, "port": place.port}


def _iso_8601(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
