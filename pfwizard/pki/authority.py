"""What a certification authority does: certify itself, and sign for servers and clients."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from pfwizard.pki import distinguished_name, profiles
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.errors import NameProblem
from pfwizard.pki.keys import PrivateKey, PublicKey
from pfwizard.pki.name_constraints import reads_as_a_host
from pfwizard.pki.signing import refuse_outside_limits, refuse_unable, signed
from pfwizard.pki.subject import Subject
from pfwizard.pki.validity import Validity
from pfwizard.quoting import quoted


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
    return signed(
        subject=name,
        issuer=name,
        public_key=key.public_key,
        validity=Validity.starting(now, days),
        serial=serial,
        extensions=profiles.ca_extensions(key.public_key, limits, subject.email),
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
    refuse_unable(ca_certificate, ca_key, now)
    name = distinguished_name.encoded(subject)
    alternatives = profiles.server_alternative_name(names, subject.email)
    refuse_outside_limits(ca_certificate, name, alternatives)
    return signed(
        subject=name,
        issuer=ca_certificate.parsed.subject,
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
    refuse_unable(ca_certificate, ca_key, now)
    alternatives = profiles.client_alternative_name(names, subject.email)
    _refuse_client_named_like_a_host(subject, alternatives)
    name = distinguished_name.encoded(subject)
    refuse_outside_limits(ca_certificate, name, alternatives)
    return signed(
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
