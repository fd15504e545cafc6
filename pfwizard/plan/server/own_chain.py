"""What a server sends with a certificate of our CA: the CA's own too, where that is no root."""

from dataclasses import replace

from pfwizard.answers.wording import Named, Wording
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.chains import Chain, chain_above, chain_problems
from pfwizard.pki.checks import THE_CA, Defect, Problem, validity_problems
from pfwizard.pki.keys import PrivateKey
from pfwizard.plan.authorities.issuer import Issuer
from pfwizard.plan.authorities.known_authorities import found_certificates
from pfwizard.plan.certificate_files import problem_finding, with_certificates
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import Finding, warning
from pfwizard.plan.server.chain_file import with_key_file
from pfwizard.plan.server.foreign_chain import roots_of_clients
from pfwizard.plan.server.server_pair import ServerPair
from pfwizard.plan.server.trusted_files import trusted_files


def with_own_chain(
    draft: Draft,
    pair: ServerPair,
    key: PrivateKey,
    content: bytes,
    certificate: Certificate,
    issuer: Issuer,
) -> Draft:
    """Plan the files of a pair: the key's own bytes, the certificate, and the CAs above it.

    ``content`` is what the key's file holds, or would hold for the key alone.
    """
    chain = _own_chain(draft, pair, certificate, issuer)
    sent = chain.sent()
    draft = with_key_file(draft, pair, key, content, sent)
    present = [each.certificate for each in found_certificates(draft.facts, [pair.certificate])]
    if tuple(present[: len(sent)]) != sent:  # else it stays, whatever more it has
        draft = with_certificates(draft, pair.certificate, sent)
    return _judged(draft, chain, issuer)


def _own_chain(draft: Draft, pair: ServerPair, certificate: Certificate, issuer: Issuer) -> Chain:
    """What the CA's file has comes before what was put behind the certificate until now."""
    files = (issuer.files.certificate, pair.certificate, pair.key)
    found = (each.certificate for each in found_certificates(draft.facts, files))
    now = draft.circumstances.now
    by_use = sorted(found, key=lambda each: any(validity_problems(each, now, THE_CA)))
    return chain_above(certificate, (certificate, issuer.certificate, *by_use))


def _judged(draft: Draft, chain: Chain, issuer: Issuer) -> Draft:
    if not chain.intermediates or draft.is_refused:  # the CA is a root, or of no use anyhow
        return draft
    for problem in _problems(draft, chain):
        found = (
            _root_unknown(chain, issuer)
            if problem.defect is Defect.MISSING_INTERMEDIATE
            else problem_finding("ca", problem, issuer.files.certificate, issuer.another)
        )
        if found not in draft.findings:
            draft = draft.with_finding(found)
    return draft


def _problems(draft: Draft, chain: Chain) -> tuple[Problem, ...]:
    """What is wrong with the chain; the CA's own certificate proves nothing to clients."""
    known = roots_of_clients(draft.facts, trusted_files(draft.answers))
    roots = [each for each in known if each.is_self_issued]
    in_order = replace(chain, in_order=True)  # as they are sent, wherever they were found
    return chain_problems(in_order, trusted=roots, now=draft.circumstances.now)


def _root_unknown(chain: Chain, issuer: Issuer) -> Finding:
    last = chain.intermediates[-1]
    return warning(
        "ca-root-unknown",
        f"the CA in {issuer.files.certificate} is below another one, and nothing here has the "
        f"certificate of {last.facts.issuer}; a client that does not have the root of this chain "
        "refuses the server",
        Wording(
            "Put the certificates above the CA behind its own in this file, or name one that has "
            "the root in ",
            Named("tls.ca_file"),
            "; and see that clients have the root.",
        ),
    )
