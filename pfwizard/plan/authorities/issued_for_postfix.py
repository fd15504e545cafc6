"""The server's own certificates, by which a CA of this machine is told from everybody's."""

from collections.abc import Iterable

from pfwizard.machine.facts import Facts
from pfwizard.pki.certificates import Certificate
from pfwizard.plan.authorities.known_authorities import FoundCertificate, found_certificates
from pfwizard.plan.server.served import served_files


def certificates_of_postfix(facts: Facts) -> tuple[FoundCertificate, ...]:
    """What the SMTP servers show, without the CAs that may stand behind it in the same files.

    Raises Failed for a value that Postfix gives up on.
    """
    served = served_files(facts.configuration.master, facts.effective)
    looked_at = [path for path in served.certificates if path in facts.files]
    found = found_certificates(facts, looked_at)
    return tuple(each for each in found if not each.certificate.facts.is_ca)


def has_issued_one_of(issuer: Certificate, certificates: Iterable[FoundCertificate]) -> bool:
    """Whether one of these comes from this CA, and not from one that it has issued in turn."""
    return any(each.certificate.is_issued_by(issuer) for each in certificates)
