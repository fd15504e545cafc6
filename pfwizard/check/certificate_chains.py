"""What clients would say of the CAs between a server's certificate and the roots that they have."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from pfwizard.check.inspection import Inspection
from pfwizard.check.presented import (
    Presented,
    about,
    meant_to_be_verified,
    usable_certificates,
)
from pfwizard.check.rule import Find, Occurrence, Rule
from pfwizard.check.tls_files import CA_FILE
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.chains import Chain, chain_above, chain_problems
from pfwizard.pki.checks import Defect, Problem
from pfwizard.plan.authorities.known_authorities import USUAL
from pfwizard.plan.plan import Severity
from pfwizard.plan.server.foreign_chain import BUNDLES, is_a_guess
from pfwizard.plan.server.served import paths

OWN_CA, _ = USUAL

FIRST_WITH_CONSTRAINTS = 3
"""The version of X.509 that can say of a certificate whether it is one of a CA. OpenSSL believes a
root of an older one (check_ca() of crypto/x509/v3_purp.c)."""


def _wrong_order(inspection: Inspection) -> Iterator[Occurrence]:
    for each, chain in meant_to_be_verified(inspection):
        for problem in chain_problems(chain, trusted=(), now=inspection.now):
            if problem.defect is Defect.WRONG_ORDER:
                yield about(each, problem.message, problem.remedy)


def _incomplete(inspection: Inspection) -> Iterator[Occurrence]:
    for each, chain in meant_to_be_verified(inspection):
        found = (*_of_the_system(inspection), *_of_ones_own(inspection, each))
        known = [ca for ca in found if ca != chain.leaf]  # which no client has as a root
        for problem in chain_problems(chain, trusted=known, now=inspection.now):
            is_missing = problem.defect is Defect.MISSING_INTERMEDIATE
            if is_missing and not is_a_guess(problem, known):
                yield about(each, problem.message, problem.remedy)


def _defects_above(defect: Defect) -> Find:
    """The cases of what the judgement of a server's issuers, up to a root, knows by this name."""

    def find(inspection: Inspection) -> Iterator[Occurrence]:
        for each, chain in meant_to_be_verified(inspection):
            for problem in _problems_above(inspection, each, chain.leaf):
                if problem.defect is defect:
                    yield about(each, problem.message, problem.remedy)

    return find


def _problems_above(
    inspection: Inspection, each: Presented, leaf: Certificate
) -> Iterator[Problem]:
    own = tuple(_of_ones_own(inspection, each))
    roots = (*_of_the_system(inspection), *(ca for ca in own if ca.is_self_issued))
    between = [ca for ca in own if not ca.is_self_issued]
    chain = chain_above(leaf, (*each.certificates, *between), now=inspection.now)
    yield from chain_problems(chain, trusted=roots, now=inspection.now)
    yield from _problems_of_roots(chain, roots)


def _problems_of_roots(chain: Chain, known: Sequence[Certificate]) -> Iterator[Problem]:
    """Of several roots that may have issued the last certificate, one that is a CA is enough."""
    last = chain.sent()[-1]
    own = () if chain.root is None else (chain.root,)
    roots = [root for root in (*known, *own) if not last.is_self_issued and last.is_issued_by(root)]
    if roots and not any(map(_may_be_a_root, roots)):
        yield Problem(
            Defect.NOT_A_CA,
            f"the certificate of {roots[0].facts.subject} is not one of a CA, and has issued that "
            f"of {last.facts.subject}",
            "Make a CA with CA:TRUE in its basicConstraints, have the server's certificate issued "
            "by that, and give the CA's to the clients; pfwizard makes one.",
        )


def _may_be_a_root(certificate: Certificate) -> bool:
    return certificate.facts.is_ca or certificate.facts.version < FIRST_WITH_CONSTRAINTS


def _of_the_system(inspection: Inspection) -> Iterator[Certificate]:
    """The roots that clients are thought to have. Raises Failed where they cannot be read."""
    for path in BUNDLES:
        yield from usable_certificates(inspection.facts.file(path).content or b"")


def _of_ones_own(inspection: Inspection, each: Presented) -> Iterator[Certificate]:
    """Whoever made a CA of one's own has told the clients of it. What else is in smtpd_tls_CAfile
    is sent behind a certificate that stands alone (SSL_CTX_set_mode(3), SSL_MODE_NO_AUTO_CHAIN)."""
    yield from _certificates(inspection, (OWN_CA, *paths(CA_FILE, each.daemons[0].effective)))


def _certificates(inspection: Inspection, files: Iterable[PurePosixPath]) -> Iterator[Certificate]:
    for path in files:
        state = inspection.file(path)
        yield from usable_certificates((state.content if state else None) or b"")


def _in_ca_file(inspection: Inspection) -> Iterator[Occurrence]:
    for each, chain in meant_to_be_verified(inspection):
        effective = each.daemons[0].effective
        if chain.leaf.is_self_issued or chain.intermediates or _asks_clients(each):
            continue
        for path in paths(CA_FILE, effective):
            found = _certificates(inspection, [path])
            issuers = [ca for ca in found if not ca.is_self_issued]
            if path not in BUNDLES and any(chain.leaf.is_issued_by(ca) for ca in issuers):
                yield about(
                    each,
                    f"its intermediate certificate is in {path}, which is for the certificates of "
                    "clients",
                    f"Put it behind the server's own, into {each.file}.",
                )


def _asks_clients(each: Presented) -> bool:
    effective = each.daemons[0].effective
    return effective.is_on("smtpd_tls_ask_ccert") or effective.is_on("smtpd_tls_req_ccert")


RULES = (
    Rule(
        "chain-wrong-order",
        Severity.WARNING,
        "Certificates in another order than clients need",
        "The server's own comes first, then the one that issued it, and so on (RFC 8446 section "
        "4.4.2).",
        _wrong_order,
    ),
    Rule(
        "chain-incomplete",
        Severity.WARNING,
        "An intermediate certificate that is missing",
        "Often cert.pem is named where fullchain.pem is meant. Some clients have the "
        "intermediate by chance, and so the mistake goes unnoticed for long.",
        _incomplete,
    ),
    Rule(
        "chain-not-of-a-ca",
        Severity.REFUSAL,
        "A certificate that was issued by one that is not of a CA",
        "Clients that verify refuse it: an issuer has to say CA:TRUE in its basicConstraints, and "
        "its keyUsage, if it has any, keyCertSign (RFC 5280 section 6.1.4).",
        _defects_above(Defect.NOT_A_CA),
    ),
    Rule(
        "chain-too-long",
        Severity.REFUSAL,
        "More CAs below one another than one of them may have",
        "Clients that verify refuse it: the pathlen in the basicConstraints of a CA is the number "
        "of other CAs that may be between it and a server (RFC 5280 section 4.2.1.9). A CA of "
        "pfwizard's has pathlen 0.",
        _defects_above(Defect.PATH_TOO_LONG),
    ),
    Rule(
        "chain-outside-limits",
        Severity.REFUSAL,
        "A certificate with a name that its CA may not sign for",
        "The nameConstraints of a CA are the domains that it is limited to. Clients refuse a "
        "certificate with a single name outside of them, whichever name they dial (RFC 5280 "
        "section 4.2.1.10).",
        _defects_above(Defect.OUTSIDE_LIMITS),
    ),
    Rule(
        "chain-in-ca-file",
        Severity.NOTE,
        "The server's own chain in smtpd_tls_CAfile",
        "That file says which CAs may vouch for clients, and its names are sent to each client "
        "that is asked for a certificate. The server's chain belongs to its certificate.",
        _in_ca_file,
    ),
)
