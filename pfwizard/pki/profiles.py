"""What each kind of certificate says about itself: the extensions of RFC 5280 section 4.2.

Clients that check strictly (Python 3.13 by default, OpenSSL with -x509_strict, GnuTLS) refuse
certificates without these; the commands of the guide leave most of them out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from pfwizard.pki.errors import NameProblem
from pfwizard.pki.keys import PublicKey
from pfwizard.pki.names import check_dns_name, check_email, check_server_name, is_ip


@dataclass(frozen=True, slots=True)
class Extension:
    value: x509.ExtensionType
    critical: bool = False


def ca_extensions(
    key: PublicKey, limits: x509.NameConstraints | None, contact: str
) -> tuple[Extension, ...]:
    """A private root: it signs certificates and revocation lists, and no CA below it may.

    ``contact`` is the e-mail address in its subject, or "".
    """
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.parsed())
    return (
        Extension(x509.BasicConstraints(ca=True, path_length=0), critical=True),
        ca_key_usage(),
        Extension(identifier),
        Extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)),
        *([Extension(limits, critical=True)] if limits else []),
        *([Extension(x509.SubjectAlternativeName(_mailboxes(contact)))] if contact else []),
    )


def ca_key_usage() -> Extension:
    """Certificates and revocation lists, and nothing else."""
    return Extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)


def server_extensions(
    key: PublicKey, names: x509.SubjectAlternativeName, issuer: x509.Certificate, *, nameless: bool
) -> tuple[Extension, ...]:
    """A TLS server. ``nameless``: the subject is empty, and then the names are critical (RFC 5280
    section 4.2.1.6)."""
    return (
        Extension(x509.BasicConstraints(ca=False, path_length=None), critical=True),
        Extension(_server_key_usage(key), critical=True),
        Extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])),
        Extension(names, critical=nameless),
        Extension(x509.SubjectKeyIdentifier.from_public_key(key.parsed())),
        Extension(authority_key_identifier(issuer)),
    )


def client_extensions(
    key: PublicKey, names: x509.SubjectAlternativeName, issuer: x509.Certificate
) -> tuple[Extension, ...]:
    """A TLS client: a person's programs, or another mail server that relays through this one."""
    return (
        Extension(x509.BasicConstraints(ca=False, path_length=None), critical=True),
        Extension(_key_usage(digital_signature=True), critical=True),
        Extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])),
        Extension(names),
        Extension(x509.SubjectKeyIdentifier.from_public_key(key.parsed())),
        Extension(authority_key_identifier(issuer)),
    )


def server_alternative_name(names: Sequence[str], contact: str = "") -> x509.SubjectAlternativeName:
    """Host names and IP addresses, each once, in the given order.

    ``contact`` is the e-mail address in the subject, or "": it must stand here too (RFC 5280
    section 4.1.2.6). Raises NameProblem.
    """
    checked = dict.fromkeys(check_server_name(name) for name in names)
    if not checked:
        raise NameProblem(
            "the server certificate has no names", "Give at least the name that clients dial."
        )
    return x509.SubjectAlternativeName([*map(_general_name, checked), *_mailboxes(contact)])


def client_alternative_name(names: Sequence[str], contact: str = "") -> x509.SubjectAlternativeName:
    """E-mail addresses of a person, or host names of a mail server, each once, in order.

    ``contact`` as for a server. Raises NameProblem.
    """
    checked = dict.fromkeys(
        check_email(name) if "@" in name else check_dns_name(name)
        for name in (*names, *([contact] if contact else []))
    )
    if not checked:
        raise NameProblem(
            "the client certificate has no names",
            "Give the e-mail address of whoever uses it, or the name of the host.",
        )
    return x509.SubjectAlternativeName([_general_name(name) for name in checked])


def _mailboxes(contact: str) -> list[x509.GeneralName]:
    return [_general_name(check_email(contact))] if contact else []


def authority_key_identifier(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """The issuer by key alone: naming its serial number too would make every certificate worthless
    the day the CA certificate is renewed."""
    try:
        identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key())  # type: ignore[arg-type]
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier.value)


def _server_key_usage(key: PublicKey) -> x509.KeyUsage:
    """RSA keys encrypt as well in TLS 1.2's plain RSA key exchange; EC keys only ever sign."""
    return _key_usage(
        digital_signature=True, key_encipherment=isinstance(key.parsed(), rsa.RSAPublicKey)
    )


def _key_usage(
    *,
    digital_signature: bool = False,
    key_encipherment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    if "@" in name:
        return x509.RFC822Name(name)
    return x509.IPAddress(ip_address(name)) if is_ip(name) else x509.DNSName(name)
