"""The answers as typed values; their fields are the questions' keys."""

from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from pfwizard.answers.outgoing_answers import OutgoingAnswers
from pfwizard.answers.sasl_answers import SaslAnswers
from pfwizard.answers.services_answers import ServicesAnswers
from pfwizard.answers.tls_answers import TlsAnswers
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
class Answers:
    ca: AuthorityAnswers
    server: ServerAnswers
    clients: ClientsAnswers
    tls: TlsAnswers
    services: ServicesAnswers
    sasl: SaslAnswers
    outgoing: OutgoingAnswers
