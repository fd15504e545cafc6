"""The server's certificate where another CA signs it: requested, awaited, and then looked after."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from pfwizard.pki.certificates import Certificate, load_certificates
from pfwizard.pki.chains import Chain, chain_of
from pfwizard.pki.checks import Defect
from pfwizard.pki.errors import PkiError
from pfwizard.pki.keys import PrivateKey
from pfwizard.plan.authorities.known_authorities import found_certificates
from pfwizard.plan.certificate_files import (
    certificate_summary,
    content_of,
    half,
    key_summary,
    problem_finding,
)
from pfwizard.plan.draft import PRIVATE_FILE, PUBLIC_FILE, Draft
from pfwizard.plan.plan import Finding, note
from pfwizard.plan.server.chain_file import with_key_file
from pfwizard.plan.server.foreign_chain import problems_of, roots_of_clients
from pfwizard.plan.server.served import paths
from pfwizard.plan.server.server_certificate import warn_of_uncovered_names
from pfwizard.plan.server.server_key import found_or_made
from pfwizard.plan.server.server_pair import ServerPair, pairs_of
from pfwizard.plan.server.signing_request import with_request
from pfwizard.plan.server.trusted_files import trusted_files
from pfwizard.plan.tls import PAIR


def plan_requested(draft: Draft) -> Draft:
    """Plan the request, and what follows from the certificate once it has come.

    Raises PkiError for a file that cannot be read.
    """
    pair = pairs_of(draft.answers.server)[0]
    if draft.facts.file(pair.certificate).exists and not draft.facts.file(pair.key).exists:
        return draft.with_finding(half(pair.certificate, pair.key, "server"))
    draft, key, content = found_or_made(draft, pair)
    there = _latest(key, tuple(_certificates(draft, pair)))
    if not any(key.matches(each) for each in there):
        draft = draft.with_file(
            pair.key, content, PRIVATE_FILE, secret=True, summary=key_summary(key)
        )
        draft = warn_of_uncovered_names(with_request(draft, key))
        return replace(draft.with_finding(_awaited(draft, pair)), awaits_certificate=True)
    chain = chain_of(there, key)
    draft = with_key_file(draft, pair, key, content, chain.sent())
    return _judged(_with_certificate_file(draft, pair, chain), pair, key, chain)


def _latest(key: PrivateKey, found: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    """Without those for this key that were issued before others for it.

    install-certificate may have changed one of two files alone.
    """
    issued = [each.facts.not_before for each in found if key.matches(each)]
    return tuple(
        each for each in found if not key.matches(each) or each.facts.not_before == max(issued)
    )


def _certificates(draft: Draft, pair: ServerPair) -> Iterator[Certificate]:
    """Those in the certificate's file, and those behind the key."""
    if draft.facts.file(pair.certificate).exists:
        try:
            yield from load_certificates(
                content_of(draft, pair.certificate), "the server certificate"
            )
        except PkiError as error:
            raise error.at(pair.certificate) from error
    for found in found_certificates(draft.facts, [pair.key]):
        yield found.certificate


def _with_certificate_file(draft: Draft, pair: ServerPair, chain: Chain) -> Draft:
    """A file that has the chain is left as it is, whatever more it has."""
    present = tuple(
        each.certificate for each in found_certificates(draft.facts, [pair.certificate])
    )
    sent = chain.sent()
    if present[: len(sent)] == sent:
        return draft
    return draft.with_file(
        pair.certificate,
        b"".join(each.pem() for each in sent),
        PUBLIC_FILE,
        summary=tuple(line for each in sent for line in certificate_summary(each)),
    )


def _judged(draft: Draft, pair: ServerPair, key: PrivateKey, chain: Chain) -> Draft:
    server = draft.answers.server
    problems = problems_of(
        chain,
        key,
        names=server.names,
        roots=roots_of_clients(draft.facts, trusted_files(draft.answers)),
        now=draft.circumstances.now,
    )
    for problem in problems:
        if problem.defect is not Defect.WRONG_ORDER:  # it is put in order
            way_out = (
                f"{server.request} asks for another one; pfwizard install-certificate FILE puts "
                "it in place."
            )
            finding = problem_finding("server", problem, pair.certificate, way_out)
            draft = with_request(draft, key).with_finding(finding)
    return draft


def _awaited(draft: Draft, pair: ServerPair) -> Finding:
    shown = _shown_for(draft, pair)
    if shown is None:
        step = f"Send {draft.answers.server.request} to the CA. With what it sends back"
        file = "FILE"
    else:
        step = (
            f"Postfix shows the certificate in {shown} for this key; to have it in the right place"
        )
        file = str(shown)
    return note(
        "certificate-awaited",
        f"Postfix is left as it is until a certificate for the key in {pair.key} has come",
        f"{step}: pfwizard install-certificate {file} --answers ANSWERS. Then the same answers "
        "again, which do the rest.",
    )


def _shown_for(draft: Draft, pair: ServerPair) -> PurePosixPath | None:
    """Where it was put by install-certificate without the answers, which chooses a place."""
    effective = draft.effective_until_now
    if effective.value("smtpd_tls_chain_files"):
        return None  # in a chain it stands behind its key, and is found there
    for certificate_name, key_name in PAIR.items():
        if pair.key in paths(key_name, effective):
            return next(paths(certificate_name, effective), None)
    return None
