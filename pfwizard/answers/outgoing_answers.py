"""The answers about outgoing mail as typed values."""

from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath


class OutgoingLevel(Enum):
    """The levels of smtp_tls_security_level that are offered; as before where it is empty."""

    UNCHANGED = ""
    MAY = "may"
    DANE = "dane"
    ENCRYPT = "encrypt"
    SECURE = "secure"


@dataclass(frozen=True)
class OutgoingAnswers:
    tls_security_level: OutgoingLevel
    ca_file: PurePosixPath | None
    relay_host: str
    relay_user: str
    relay_password_file: PurePosixPath | None
