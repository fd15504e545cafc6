"""What all certificates that a CA signs have in common."""

from collections.abc import Iterable
from datetime import datetime

from cryptography import x509

from pfwizard.pki.certificates import Certificate, examined, extension
from pfwizard.pki.errors import CannotSign, OutsideLimits
from pfwizard.pki.keys import PrivateKey, PublicKey
from pfwizard.pki.name_constraints import outside, permitted_names
from pfwizard.pki.profiles import Extension
from pfwizard.pki.validity import Validity
from pfwizard.quoting import visible


def refuse_unable(ca: Certificate, key: PrivateKey, now: datetime) -> None:
    """Raises CannotSign unless these are certificate and key of a CA that counts at ``now``."""
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


def refuse_outside_limits(
    ca: Certificate, subject: x509.Name, names: x509.SubjectAlternativeName
) -> None:
    """Raises OutsideLimits for a name that the CA is not permitted."""
    limits = extension(ca.parsed, x509.NameConstraints)
    refused = outside(limits, subject, names)
    if limits is not None and refused:
        permitted = ", ".join(permitted_names(limits)) or "other names"
        raise OutsideLimits(
            "the CA",
            f"may not sign for {visible(', '.join(refused))}: it is limited to {permitted}",
            "Leave the name out, or create another CA; the limits of a CA cannot be changed.",
        )


def signed(
    *,
    subject: x509.Name,
    issuer: x509.Name,
    public_key: PublicKey,
    validity: Validity,
    serial: int,
    extensions: Iterable[Extension],
    by: PrivateKey,
) -> Certificate:
    """The certificate with these contents, of version 3.

    ``issuer`` must be the CA's own subject as it was read: clients compare the encoding.
    """
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
