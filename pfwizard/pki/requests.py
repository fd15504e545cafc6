"""Certificate requests (PKCS #10, RFC 2986)."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AttributeOID

from pfwizard.pki import distinguished_name, pem
from pfwizard.pki.errors import NotARequest
from pfwizard.pki.keys import PrivateKey, PublicKey, public_key_of
from pfwizard.pki.names import check_challenge_password, check_company_name
from pfwizard.pki.profiles import server_alternative_name
from pfwizard.pki.subject import Subject
from pfwizard.quoting import visible
from pfwizard.secret import Secret

_NO_PASSWORD = Secret("")


@dataclass(frozen=True, slots=True)
class Request:
    """A request whose signature is right: who made it holds the private key.

    ``subject`` is on one line; ``names`` are the host names and addresses it asks for. The two
    attributes of the guide's prompts are empty where there are none.
    """

    parsed: x509.CertificateSigningRequest = field(repr=False)
    public_key: PublicKey
    subject: str
    names: tuple[str, ...]
    challenge_password: Secret[str] = _NO_PASSWORD
    company_name: str = ""

    def pem(self) -> Secret[bytes]:
        """RFC 7468 section 7. Secret, since a challenge password is legible inside; without one
        there is nothing to hide."""
        return Secret(self.parsed.public_bytes(Encoding.PEM))


def build_request(
    key: PrivateKey,
    subject: Subject,
    names: Sequence[str],
    *,
    challenge_password: Secret[str] = _NO_PASSWORD,
    company_name: str = "",
) -> Request:
    """A request for a server certificate, its names in an extensionRequest (RFC 2985).

    The two attributes of the guide's prompts are written when they are not empty; no certificate
    pfwizard issues ever repeats them. Raises NameProblem.
    """
    builder = x509.CertificateSigningRequestBuilder(distinguished_name.encoded(subject))
    builder = builder.add_extension(server_alternative_name(names), critical=not subject)
    attributes = {
        AttributeOID.CHALLENGE_PASSWORD: check_challenge_password(challenge_password.reveal()),
        AttributeOID.UNSTRUCTURED_NAME: check_company_name(company_name),
    }
    for oid, value in attributes.items():
        if value:
            builder = builder.add_attribute(oid, value.encode())
    return _examined(builder.sign(key.parsed, key.signature_hash), "the certificate request")


def load_request(data: bytes, what: str = "the certificate request") -> Request:
    """The request in a PEM file, its signature verified.

    Raises NotARequest.
    """
    with warnings.catch_warnings(action="ignore"):  # a country of five letters, and such
        try:
            return _examined(x509.load_pem_x509_csr(data), what)
        except (ValueError, x509.InvalidVersion) as error:
            raise _not_a_request(data, what) from error


def _examined(request: x509.CertificateSigningRequest, what: str) -> Request:
    try:
        if not request.is_signature_valid:
            raise NotARequest(
                what,
                "is not signed by the key inside it",
                "It was altered or damaged; create it again.",
            )
        return Request(
            parsed=request,
            public_key=public_key_of(request.public_key()),
            subject=distinguished_name.shown(request.subject),
            names=_requested_names(request),
            challenge_password=Secret(_attribute(request, AttributeOID.CHALLENGE_PASSWORD)),
            company_name=_attribute(request, AttributeOID.UNSTRUCTURED_NAME),
        )
    except (
        KeyError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ) as error:
        raise NotARequest(
            what, f"has a part pfwizard does not know ({visible(str(error))})"
        ) from error


def _requested_names(request: x509.CertificateSigningRequest) -> tuple[str, ...]:
    try:
        names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return (
        *(visible(name) for name in names.get_values_for_type(x509.DNSName)),
        *(str(ip) for ip in names.get_values_for_type(x509.IPAddress)),
    )


def _attribute(request: x509.CertificateSigningRequest, oid: x509.ObjectIdentifier) -> str:
    found = (each.value for each in request.attributes if each.oid == oid)
    return next(found, b"").decode("utf-8", "replace")


def _not_a_request(data: bytes, what: str) -> NotARequest:
    if any(name.endswith("CERTIFICATE REQUEST") for name in pem.labels(data)):
        return NotARequest(what, "is damaged", "Create it again.")
    return NotARequest(
        what,
        f"{pem.contents(data)}, where a certificate request in PEM is wanted",
        "Name the file that begins with -----BEGIN CERTIFICATE REQUEST-----.",
    )
