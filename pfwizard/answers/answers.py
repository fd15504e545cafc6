"""The answers as typed values; their fields are the questions' keys."""

from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from pfwizard.pki.key_type import KeyType
from pfwizard.pki.subject import Subject
from pfwizard.secret import Secret


class AuthoritySource(Enum):
    """Whether there is a CA of one's own, and whether it may be made."""

    CREATE = "create"
    EXISTING = "existing"
    NONE = "none"


class CertificateSource(Enum):
    """Who signs: our CA, another one, or one that has done it already."""

    CA = "ca"
    REQUEST = "request"
    FILES = "files"


class CertificateLayout(Enum):
    AUTO = "auto"
    PAIR = "pair"
    CHAIN = "chain"


class SecurityLevel(Enum):
    """The levels of smtpd_tls_security_level (postconf(5)) that make TLS available."""

    MAY = "may"
    ENCRYPT = "encrypt"


class SaslScope(Enum):
    EVERYWHERE = "everywhere"
    SUBMISSION = "submission"


class SaslBackend(Enum):
    AUTHDAEMOND = "authdaemond"


@dataclass(frozen=True)
class AuthorityAnswers:
    source: AuthoritySource
    certificate: PurePosixPath
    key: PurePosixPath
    key_type: KeyType
    days: int
    name_constraints: bool
    domains: tuple[str, ...]
    encrypted: bool
    subject: Subject


@dataclass(frozen=True)
class RequestAttributes:
    challenge_password: Secret[str]
    company_name: str


@dataclass(frozen=True)
class ServerAnswers:
    source: CertificateSource
    layout: CertificateLayout
    certificate: PurePosixPath
    key: PurePosixPath
    request: PurePosixPath
    key_type: KeyType
    days: int
    names: tuple[str, ...]
    ecdsa: bool
    ecdsa_certificate: PurePosixPath
    ecdsa_key: PurePosixPath
    subject: Subject
    request_attributes: RequestAttributes


@dataclass(frozen=True)
class ClientsAnswers:
    names: tuple[str, ...]


@dataclass(frozen=True)
class TlsAnswers:
    security_level: SecurityLevel
    log_level: int | None
    ca_file: PurePosixPath | None
    random_source: str
    minimum_version: str
    auth_only: bool


@dataclass(frozen=True)
class ServicesAnswers:
    smtps: bool
    submission: bool


@dataclass(frozen=True)
class SaslAnswers:
    enabled: bool
    scope: SaslScope
    backend: SaslBackend
    socket: PurePosixPath
    mechanisms: tuple[str, ...]
    local_domain: str
    broken_clients: bool
    recipient_restrictions: tuple[str, ...]


@dataclass(frozen=True)
class Answers:
    ca: AuthorityAnswers
    server: ServerAnswers
    clients: ClientsAnswers
    tls: TlsAnswers
    services: ServicesAnswers
    sasl: SaslAnswers
