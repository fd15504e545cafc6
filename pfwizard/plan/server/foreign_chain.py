"""The chain of a certificate that somebody else's CA has signed, judged as clients judge it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.machine.platforms.recognition import PLATFORMS
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.chains import Chain, chain_problems
from pfwizard.pki.checks import Defect, Problem, server_problems
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.validity import LONGEST_FOR_APPLE
from pfwizard.plan.authorities.known_authorities import found_certificates
from pfwizard.plan.plan import Finding, warning
from pfwizard.plan.renewal.renewed_validity import days_of

BUNDLES = tuple(dict.fromkeys(platform.ca_bundle.value for platform in PLATFORMS))
"""The roots that this system trusts, and clients are thought to."""


def roots_of_clients(facts: Facts, more: Iterable[PurePosixPath]) -> tuple[Certificate, ...]:
    """The roots of this system, and those in the files ``more``."""
    return tuple(each.certificate for each in found_certificates(facts, (*BUNDLES, *more)))


def problems_of(
    chain: Chain,
    key: PrivateKey,
    *,
    names: Sequence[str],
    roots: Sequence[Certificate],
    now: datetime,
) -> tuple[Problem, ...]:
    """What is wrong with the server's certificate, and then with its chain.

    ``names`` are those that clients dial.
    """
    return (
        *server_problems(chain.leaf, key, issuer=None, names=names, now=now),
        *chain_problems(chain, trusted=roots, now=now),
    )


def warn_of_long_validity(certificate: Certificate) -> Iterator[Finding]:
    """A word where Apple's clients will have none of it; a CA of one's own may not know that."""
    days = days_of(certificate)
    if days > LONGEST_FOR_APPLE:
        yield warning(
            "long-validity",
            f"the certificate is valid for {days} days; Apple's clients refuse server "
            f"certificates of more than {LONGEST_FOR_APPLE} days, whoever issued them",
            "Have it issued for 397 days if iPhones, iPads or Macs are to connect.",
        )


def warn_of_a_ca(certificate: Certificate) -> Iterator[Finding]:
    """``openssl req -x509`` makes one unless it is told not to."""
    if certificate.facts.is_ca:
        yield warning(
            "ca-as-server",
            f"the server's certificate {certificate.facts.subject} says that it is one of a CA; "
            "some clients refuse it as a server's, and whoever trusts it trusts all that its key "
            "may sign",
            "Have it issued with CA:FALSE in its basicConstraints.",
        )


def is_a_guess(problem: Problem, roots: Sequence[Certificate]) -> bool:
    """Where no roots are known, nothing tells which issuers the clients have."""
    return problem.defect is Defect.MISSING_INTERMEDIATE and not roots
