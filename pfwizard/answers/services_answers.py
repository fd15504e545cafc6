"""The answers about the services as typed values."""

from dataclasses import dataclass
from enum import Enum


class ClientCertificates(Enum):
    """Whether a service asks its clients for a certificate; as before where it is empty."""

    UNCHANGED = ""
    ASK = "ask"
    REQUIRE = "require"


@dataclass(frozen=True)
class ServicesAnswers:
    smtps: bool
    smtps_client_certificates: ClientCertificates
    submission: bool
    submission_client_certificates: ClientCertificates
    tlsproxy: bool
