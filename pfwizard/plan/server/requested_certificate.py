"""The server's certificate where another CA signs it: requested, awaited, and then looked after."""

from collections.abc import Iterator, Sequence

from pfwizard.pki.certificates import Certificate, load_certificates
from pfwizard.pki.chains import Chain, chain_of
from pfwizard.pki.checks import Defect, Problem
from pfwizard.pki.errors import PkiError
from pfwizard.pki.keys import PrivateKey
from pfwizard.plan.authorities.known_authorities import found_certificates
from pfwizard.plan.certificate_files import content_of, half, with_certificates
from pfwizard.plan.draft import Draft
from pfwizard.plan.server.awaited_certificate import (
    awaiting,
    is_in_use,
    is_our_own,
    own_certificate_stays,
    problem_of_one_in_place,
    replaced_by_a_later_one,
)
from pfwizard.plan.server.chain_file import with_key_file
from pfwizard.plan.server.foreign_chain import problems_of, roots_of_clients
from pfwizard.plan.server.server_key import found_or_made
from pfwizard.plan.server.server_pair import ServerPair, pairs_of
from pfwizard.plan.server.signing_request import with_request, with_request_kept_up
from pfwizard.plan.server.trusted_files import trusted_files


def plan_requested(draft: Draft) -> Draft:
    """Plan the request, and what follows from the certificate once it has come.

    Raises PkiError for a file that cannot be read.
    """
    pair = pairs_of(draft.answers.server)[0]
    if draft.facts.file(pair.certificate).exists and not draft.facts.file(pair.key).exists:
        return draft.with_finding(half(pair.certificate, pair.key, "server"))
    draft, key, content = found_or_made(draft, pair)
    there = tuple(_certificates(draft, pair))
    own = [each for each in there if key.matches(each)]
    come = [each for each in own if not is_our_own(draft, each)]
    if not come:
        if own:
            draft = draft.with_finding(own_certificate_stays(pair))
        return awaiting(draft, pair, key, content, is_there=bool(own))
    leaf = _latest(draft, come)
    others = [each for each in there if each == leaf or each not in own]
    chain = chain_of(others, key, now=draft.circumstances.now)
    problems = _problems(draft, chain, key)
    if any(problem.blocking for problem in problems):
        for problem in problems:
            draft = draft.with_finding(problem_of_one_in_place(draft, pair, problem))
        return awaiting(draft, pair, key, content, is_there=True)
    planned_before = len(draft.changes)
    draft = with_key_file(draft, pair, key, content, chain.sent())
    draft = _with_certificate_file(draft, pair, key, chain)
    is_new = len(draft.changes) > planned_before or not is_in_use(draft, pair)
    return _judged(draft, pair, key, problems, is_new=is_new)


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


def _latest(draft: Draft, come: Sequence[Certificate]) -> Certificate:
    """The one that was issued last, of those that count now if there are such.

    install-certificate may have changed one of two files alone, or a person.
    """

    def merit(each: Certificate) -> tuple[object, ...]:
        facts = each.facts
        counts = facts.not_before <= draft.circumstances.now <= facts.not_after
        return counts, facts.not_before, facts.not_after

    return max(come, key=merit)


def _problems(draft: Draft, chain: Chain, key: PrivateKey) -> tuple[Problem, ...]:
    problems = problems_of(
        chain,
        key,
        names=draft.answers.server.names,
        roots=roots_of_clients(draft.facts, trusted_files(draft.answers)),
        now=draft.circumstances.now,
    )
    return tuple(
        each
        for each in problems
        if each.defect is not Defect.WRONG_ORDER  # it is put in order
    )


def _with_certificate_file(draft: Draft, pair: ServerPair, key: PrivateKey, chain: Chain) -> Draft:
    """A file that has the chain is left as it is, whatever more it has."""
    present = tuple(
        each.certificate for each in found_certificates(draft.facts, [pair.certificate])
    )
    sent = chain.sent()
    is_written = draft.facts.file(pair.certificate).real in {each.real for each in draft.changes}
    if present[: len(sent)] == sent or is_written:
        return draft
    for each in present:
        if key.matches(each) and each != chain.leaf:
            draft = draft.with_finding(replaced_by_a_later_one(pair, each, chain.leaf))
    return with_certificates(draft, pair.certificate, sent)


def _judged(
    draft: Draft, pair: ServerPair, key: PrivateKey, problems: Sequence[Problem], *, is_new: bool
) -> Draft:
    """A root that is not known is told of once: whoever has the certificate installed knows.

    It does not help to ask for another certificate then.
    """
    reasons = [each for each in problems if each.defect is not Defect.MISSING_INTERMEDIATE]
    draft = with_request(draft, key) if reasons else with_request_kept_up(draft, key)
    for problem in problems if is_new else reasons:
        draft = draft.with_finding(problem_of_one_in_place(draft, pair, problem))
    return draft
