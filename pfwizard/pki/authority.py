"""What a certification authority does: certify itself, and sign for servers and clients."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from cryptography import x509

from pfwizard.pki import distinguished_name, profiles
from pfwizard.pki.certificates import Certificate, examined, extension
from pfwizard.pki.errors import CannotSign, NameProblem
from pfwizard.pki.keys import PrivateKey, PublicKey
from pfwizard.pki.name_constraints import outside, permitted_domains, reads_as_a_host
from pfwizard.pki.profiles import Extension
from pfwizard.pki.subject import Subject
from pfwizard.pki.validity import Validity
from pfwizard.quoting import quoted, visible


def create_ca(
    key: PrivateKey,
    subject: Subject,
    days: int,
    *,
    now: datetime,
    serial: int,
    limits: x509.NameConstraints | None = None,
) -> Certificate:
    """A root certificate for ``key``, valid for ``days`` days from ``now``.

    ``now`` is an aware datetime; ``serial`` comes from ``serials.random_serial``; ``limits`` from
    ``name_constraints.limited_to``, else it may sign for every name. Raises InputProblem for a
    subject or a number of days that cannot be.
    """
    if not subject.common_name:
        raise NameProblem("the CA has no common name", "Give it one: it is how people find it.")
    name = distinguished_name.encoded(subject)
    return _signed(
        subject=name,
        issuer=name,
        public_key=key.public_key,
        validity=Validity.starting(now, days),
        serial=serial,
        extensions=profiles.ca_extensions(key.public_key, limits),
        by=key,
    )


def sign_server(
    public_key: PublicKey,
    subject: Subject,
    names: Sequence[str],
    *,
    ca_certificate: Certificate,
    ca_key: PrivateKey,
    days: int,
    now: datetime,
    serial: int,
) -> Certificate:
    """A server certificate for the approved subject and names, and never past the CA's own end.

    Of a request only ``request.public_key`` is wanted here: whatever else it asks for, such as to
    be a CA, is not copied. The first of ``names`` is by custom the subject's common name. Raises
    InputProblem, CannotSign, UnsupportedKey.
    """
    _refuse_unable(ca_certificate, ca_key, now)
    name = distinguished_name.encoded(subject)
    alternatives = profiles.subject_alternative_name(names)
    _refuse_outside_limits(ca_certificate, name, alternatives)
    return _signed(
        subject=name,
        issuer=ca_certificate.parsed.subject,  # this very object: clients compare the encoding
        public_key=public_key,
        validity=Validity.starting(now, days).within(ca_certificate.validity),
        serial=serial,
        extensions=profiles.server_extensions(
            public_key, alternatives, ca_certificate.parsed, nameless=not subject
        ),
        by=ca_key,
    )


def sign_client(
    public_key: PublicKey,
    subject: Subject,
    names: Sequence[str],
    *,
    ca_certificate: Certificate,
    ca_key: PrivateKey,
    days: int,
    now: datetime,
    serial: int,
) -> Certificate:
    """A client certificate for the e-mail addresses of a person or the names of a mail server.

    It never outlives the CA. Raises InputProblem, CannotSign, UnsupportedKey.
    """
    _refuse_unable(ca_certificate, ca_key, now)
    alternatives = profiles.client_alternative_name(names)
    _refuse_client_named_like_a_host(subject, alternatives)
    name = distinguished_name.encoded(subject)
    _refuse_outside_limits(ca_certificate, name, alternatives)
    return _signed(
        subject=name,
        issuer=ca_certificate.parsed.subject,
        public_key=public_key,
        validity=Validity.starting(now, days).within(ca_certificate.validity),
        serial=serial,
        extensions=profiles.client_extensions(public_key, alternatives, ca_certificate.parsed),
        by=ca_key,
    )


def _refuse_client_named_like_a_host(subject: Subject, names: x509.SubjectAlternativeName) -> None:
    """OpenSSL takes a common name such as ``d.mazzocchio`` for a host when there is no dNSName, and
    holds it to the CA's name constraints: the client would be refused by that library alone."""
    name = subject.common_name
    if not name:
        raise NameProblem(
            "the client certificate has no common name", "Give the full name of whoever uses it."
        )
    if not names.get_values_for_type(x509.DNSName) and reads_as_a_host(name):
        raise NameProblem(
            f"the common name {quoted(name)} of a client reads as the name of a host",
            "Give the full name of the person, as Danilo Mazzocchio, or the e-mail address.",
        )


def _refuse_outside_limits(
    ca: Certificate, subject: x509.Name, names: x509.SubjectAlternativeName
) -> None:
    limits = extension(ca.parsed, x509.NameConstraints)
    refused = outside(limits, subject, names)
    if limits is not None and refused:
        domains = ", ".join(permitted_domains(limits)) or "other names"
        raise CannotSign(
            "the CA",
            f"may not sign for {visible(', '.join(refused))}: it is limited to {domains}",
            "Leave the name out, or create another CA; the limits of a CA cannot be changed.",
        )


def _refuse_unable(ca: Certificate, key: PrivateKey, now: datetime) -> None:
    if not key.matches(ca):
        raise CannotSign(
            "the CA key", "does not belong to the CA certificate", "Name the two of one CA."
        )
    if not ca.facts.is_ca:
        raise CannotSign(
            "the CA certificate", "is not one of a CA", "Its basicConstraints must say CA:TRUE."
        )
    usage = extension(ca.parsed, x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        raise CannotSign(
            "the CA certificate", "may not sign certificates", "Its keyUsage lacks keyCertSign."
        )
    if not ca.validity.includes(now):
        raise CannotSign(
            "the CA certificate",
            f"is valid only from {ca.validity}",
            "Check the clock of this machine, or create another CA.",
        )


def _signed(
    *,
    subject: x509.Name,
    issuer: x509.Name,
    public_key: PublicKey,
    validity: Validity,
    serial: int,
    extensions: Iterable[Extension],
    by: PrivateKey,
) -> Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key.parsed())
        .not_valid_before(validity.not_before)
        .not_valid_after(validity.not_after)
        .serial_number(serial)
    )
    for each in extensions:
        builder = builder.add_extension(each.value, each.critical)
    return examined(builder.sign(by.parsed, by.signature_hash))
