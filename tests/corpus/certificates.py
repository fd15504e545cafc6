"""Certificates for the servers of the corpus, good in every respect, and their keys."""

from datetime import UTC, datetime, timedelta

from tests.pki import builders as pki

HOST = "mail.example.org"
KEY = pki.key("server").pem().reveal()

_ISSUED = datetime.now(UTC) - timedelta(days=30)

CERTIFICATE = pki.server(pki.ca(now=_ISSUED), names=(HOST, "example.org"), now=_ISSUED).pem()
