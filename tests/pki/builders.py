"""The guide's CA and server, with everything that a test may want to be different."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from cryptography import x509

from pfwizard.pki.authority import create_ca, sign_client, sign_server
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import PrivateKey, generate
from pfwizard.pki.subject import Subject

NOW = datetime(2026, 1, 15, 12, 30, tzinfo=UTC)

CA_SUBJECT = Subject(
    "IT", "Italy", "Milan", "Kernel Panic Inc.", "Postfix CA", "ca.lan.kernel-panic.it"
)
SERVER_SUBJECT = Subject(
    "IT", "Italy", "Milan", "Kernel Panic Inc.", "Postfix Server", "mail.kernel-panic.it"
)
CLIENT_SUBJECT = Subject("IT", "Italy", "Milan", "Kernel Panic Inc.", "Users", "Danilo Mazzocchio")
HOST = "mail.kernel-panic.it"
USER = "d.mazzocchio@kernel-panic.it"


def key(whose: str, key_type: KeyType = KeyType.EC_P256) -> PrivateKey:
    """One key per owner and type for the whole run: RSA keys take their time."""
    return _generated(whose, key_type)


@cache
def _generated(_whose: str, key_type: KeyType) -> PrivateKey:
    return generate(key_type)


def ca(
    *,
    subject: Subject = CA_SUBJECT,
    days: int = 3650,
    now: datetime = NOW,
    key_type: KeyType = KeyType.EC_P256,
    whose: str = "ca",
    limits: x509.NameConstraints | None = None,
    serial: int = 0xCA,
) -> Certificate:
    return create_ca(key(whose, key_type), subject, days, now=now, serial=serial, limits=limits)


def server(
    issuer: Certificate | None = None,
    *,
    subject: Subject = SERVER_SUBJECT,
    names: Sequence[str] = (HOST,),
    days: int = 397,
    now: datetime = NOW,
    key_type: KeyType = KeyType.EC_P256,
    ca_key: PrivateKey | None = None,
    serial: int = 0x5E,
) -> Certificate:
    return sign_server(
        key("server", key_type).public_key,
        subject,
        names,
        ca_certificate=issuer or ca(),
        ca_key=ca_key or key("ca"),
        days=days,
        now=now,
        serial=serial,
    )


def client(
    issuer: Certificate | None = None,
    *,
    subject: Subject = CLIENT_SUBJECT,
    names: Sequence[str] = (USER,),
    days: int = 397,
    now: datetime = NOW,
    key_type: KeyType = KeyType.EC_P256,
    ca_key: PrivateKey | None = None,
    serial: int = 0xC1,
) -> Certificate:
    return sign_client(
        key("client", key_type).public_key,
        subject,
        names,
        ca_certificate=issuer or ca(),
        ca_key=ca_key or key("ca"),
        days=days,
        now=now,
        serial=serial,
    )
