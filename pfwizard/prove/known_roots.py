"""The roots that a client has which was given the CA of this machine."""

from pfwizard.machine.facts import Facts
from pfwizard.plan.authorities.known_authorities import found_certificates
from pfwizard.prove.conversation import Trust


def trust_in_known_roots(facts: Facts) -> Trust:
    """Every root among the files that are known of."""
    roots = [
        found.certificate.pem().decode("ascii")
        for found in found_certificates(facts, facts.files)
        if found.certificate.facts.is_ca and found.certificate.is_self_issued
    ]
    return Trust("".join(roots))
