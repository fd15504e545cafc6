"""The entries of the ledger, and each as a line of JSON."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

if TYPE_CHECKING:
    from pfwizard.pki.certificates import Certificate  # brings the whole cryptography library

T = TypeVar("T")


class Role(StrEnum):
    """What a certificate was issued for."""

    CA = "ca"
    SERVER = "server"
    CLIENT = "client"


class Reason(StrEnum):
    """Why a certificate was revoked: those of RFC 5280 section 5.3.1 that a mail server has."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "keyCompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate, entered ``at`` that time. Fingerprints are SHA-256 in upper-case colon hex."""

    at: datetime
    role: Role
    serial: int
    subject: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    fingerprint: str
    public_key: str
    issuer_public_key: str

    @classmethod
    def of(
        cls, certificate: "Certificate", role: Role, *, issuer: "Certificate", at: datetime
    ) -> Self:
        """The entry for a certificate that ``issuer`` signed; a root is its own issuer."""
        facts = certificate.facts
        return cls(
            at=at.replace(microsecond=0),
            role=role,
            serial=facts.serial,
            subject=facts.subject,
            names=(*facts.dns_names, *facts.ip_addresses, *facts.email_addresses),
            not_before=facts.not_before,
            not_after=facts.not_after,
            fingerprint=facts.fingerprint_sha256,
            public_key=facts.spki_sha256,
            issuer_public_key=issuer.facts.spki_sha256,
        )


@dataclass(frozen=True, slots=True)
class Revoked:
    """The word that a certificate counts no longer."""

    at: datetime
    serial: int
    reason: Reason


Entry = Issued | Revoked


def line_of(entry: Entry) -> bytes:
    """The entry in ASCII, with its line end."""
    kind = _KIND_OF[type(entry)]
    values = {name: form.written(getattr(entry, name)) for name, form in _FORMS[kind].items()}
    return json.dumps({"entry": kind, **values}).encode("ascii") + b"\n"


def entry_of(line: bytes) -> Entry:
    """The entry on a line.

    Raises ValueError for what ``line_of`` does not write.
    """
    read = json.loads(line)
    if not isinstance(read, dict):
        raise ValueError("not an object")
    kind = _text(read.pop("entry", None))
    if kind not in _TYPE_OF:
        raise ValueError("neither issued nor revoked")
    if read.keys() != _FORMS[kind].keys():
        raise ValueError("fields missing or unknown")
    entry: Entry = _TYPE_OF[kind](
        **{name: form.read(read[name]) for name, form in _FORMS[kind].items()}
    )
    return entry


# --- how the fields are written -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Form(Generic[T]):
    written: Callable[[T], object]
    read: Callable[[Any], T]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("not a list")
    return tuple(_text(each) for each in value)


def _time(value: object) -> datetime:
    return datetime.strptime(_text(value), _TIME_FORMAT).replace(tzinfo=UTC)


def _written_time(time: datetime) -> str:
    return time.astimezone(UTC).strftime(_TIME_FORMAT)


def _serial(value: object) -> int:
    if not _HEXADECIMAL.fullmatch(_text(value)):
        raise ValueError("not a hexadecimal number")
    return int(_text(value), 16)


_HEXADECIMAL = re.compile("[0-9A-F]+")
_TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"  # RFC 3339

_TEXT = _Form(str, _text)
_TIME = _Form(_written_time, _time)
_SERIAL = _Form("{:X}".format, _serial)  # as openssl x509 -serial shows it

_FORMS: Mapping[str, Mapping[str, _Form[Any]]] = {
    "issued": {
        "at": _TIME,
        "role": _Form(str, Role),
        "serial": _SERIAL,
        "subject": _TEXT,
        "names": _Form(list, _texts),
        "not_before": _TIME,
        "not_after": _TIME,
        "fingerprint": _TEXT,
        "public_key": _TEXT,
        "issuer_public_key": _TEXT,
    },
    "revoked": {
        "at": _TIME,
        "serial": _SERIAL,
        "reason": _Form(str, Reason),
    },
}
_TYPE_OF: Mapping[str, type[Any]] = {"issued": Issued, "revoked": Revoked}
_KIND_OF: Mapping[type[Any], str] = {kind: name for name, kind in _TYPE_OF.items()}
