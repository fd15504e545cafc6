"""The answers about TLS as typed values."""

from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath


class SecurityLevel(Enum):
    """The levels of smtpd_tls_security_level (postconf(5)) that make TLS available."""

    MAY = "may"
    ENCRYPT = "encrypt"


class ProfileName(Enum):
    """Whose advice on versions and ciphers is followed; nobody's where it is empty."""

    NONE = ""
    POSTFIX = "postfix"
    INTERMEDIATE = "intermediate"
    MODERN = "modern"
    NCSC = "ncsc"


@dataclass(frozen=True)
class TlsAnswers:
    security_level: SecurityLevel
    log_level: int | None
    ca_file: PurePosixPath | None
    random_source: str
    minimum_version: str
    auth_only: bool
    profile: ProfileName
    migrate_obsolete: bool
