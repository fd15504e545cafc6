"""The server's certificates, signed by our CA: found and left alone, or made."""

from collections.abc import Sequence

from pfwizard.answers.wording import Named, Wording
from pfwizard.pki import checks
from pfwizard.pki.authority import sign_server
from pfwizard.pki.ledger_entries import Role
from pfwizard.pki.matching import covers
from pfwizard.pki.validity import LONGEST_FOR_APPLE
from pfwizard.plan.authorities.authority import able_to_sign
from pfwizard.plan.authorities.issuer import Authority, Issuer
from pfwizard.plan.certificate_files import (
    certificate_at,
    content_of,
    half,
    key_at,
    problem_finding,
    warn_of_open_key,
    with_entry,
)
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import note, warning
from pfwizard.plan.server.chain_file import latest_certificate
from pfwizard.plan.server.own_chain import with_own_chain
from pfwizard.plan.server.server_key import found_or_made
from pfwizard.plan.server.server_pair import ServerPair, one_type_twice, pairs_of
from pfwizard.plan.server.signing_request import with_request


def plan_signed(draft: Draft) -> Draft:
    """Plan what is missing of the server's files, nothing where there is no CA.

    Raises PkiError for a file that cannot be read, PassphraseNeeded and WrongPassphrase where
    the CA has to sign.
    """
    issuer = draft.issuer
    if issuer is None:
        return draft
    pairs = pairs_of(draft.answers.server)
    twice = one_type_twice([_label_of_key(draft, pair) for pair in pairs])
    if twice is not None:
        return draft.with_finding(twice)
    missing = [pair for pair in pairs if not draft.facts.file(pair.certificate).exists]
    for pair in pairs:
        if pair not in missing:
            draft = _found_certificate(draft, pair, issuer)
    if not missing or draft.is_refused:
        return draft
    return _issued(draft, missing, issuer)


def _issued(draft: Draft, missing: Sequence[ServerPair], issuer: Issuer) -> Draft:
    draft, authority = able_to_sign(draft, issuer, "the server's certificate")
    if authority is None:
        return draft
    for pair in missing:
        draft = _new_certificate(draft, pair, authority, issuer)
    return _warn_of_long_validity(warn_of_uncovered_names(draft))


def _label_of_key(draft: Draft, pair: ServerPair) -> str:
    """What kind of key it is, or will be."""
    if draft.facts.file(pair.key).exists:
        return key_at(draft, pair.key, "the server key").label
    return pair.key_type.label


def _found_certificate(draft: Draft, pair: ServerPair, issuer: Issuer) -> Draft:
    if not draft.facts.file(pair.key).exists:
        return draft.with_finding(half(pair.certificate, pair.key, "server"))
    in_its_file = certificate_at(draft, pair.certificate, "the server certificate")
    key = key_at(draft, pair.key, "the server key")
    certificate = latest_certificate(draft, pair, key, in_its_file)
    problems = checks.server_problems(
        certificate,
        key,
        issuer=issuer.certificate,
        names=draft.answers.server.names,
        now=draft.circumstances.now,
    )
    for problem in problems:
        draft = draft.with_finding(
            problem_finding(
                "server",
                problem,
                pair.certificate,
                f"To have it issued anew: mv {pair.certificate} {pair.certificate}.old, and "
                "run pfwizard again.",
            )
        )
    content = content_of(draft, pair.key)
    draft = with_own_chain(draft, pair, key, content, certificate, issuer)
    return warn_of_open_key(draft, pair.key)


def _new_certificate(draft: Draft, pair: ServerPair, authority: Authority, issuer: Issuer) -> Draft:
    wanted = draft.answers.server
    if draft.facts.file(pair.key).exists:
        words = f"the certificate is issued for the key in {pair.key}"
        draft = draft.with_finding(note("key-reused", words))
    draft, key, key_content = found_or_made(draft, pair)
    certificate = sign_server(
        key.public_key,
        wanted.subject,
        wanted.names,
        ca_certificate=authority.certificate,
        ca_key=authority.key,
        days=wanted.days,
        now=draft.circumstances.now,
        serial=draft.ledger.new_serial(draft.circumstances.randomness),
    )
    draft = with_own_chain(draft, pair, key, key_content, certificate, issuer)
    if pair.key == wanted.key:
        draft = with_request(draft, key)
    return with_entry(draft, certificate, Role.SERVER, issuer=authority.certificate)


def warn_of_uncovered_names(draft: Draft) -> Draft:
    """Warn of host names that the certificate will not have.

    Clients look at its names only, never at its common name (RFC 6125 section 6.4.4).
    """
    wanted = draft.answers.server
    for name, what in (
        (wanted.subject.common_name.lower(), Named("server.subject.common_name")),
        (draft.effective.value("myhostname").lower(), "myhostname in main.cf"),
    ):
        is_host_name = "." in name and " " not in name
        if is_host_name and not covers(wanted.names, name):
            draft = draft.with_finding(
                warning(
                    "name-not-in-certificate",
                    Wording(
                        f"the certificate is not for {name}, which is ",
                        what,
                        "; a client that connects to this name refuses it",
                    ),
                    Wording(f"Add {name} to ", Named("server.names"), " if clients use it."),
                )
            )
    return draft


def _warn_of_long_validity(draft: Draft) -> Draft:
    days = draft.answers.server.days
    if days <= LONGEST_FOR_APPLE:
        return draft
    return draft.with_finding(
        warning(
            "long-validity",
            f"the server certificate is valid for {days} days; Apple's clients refuse server "
            f"certificates of more than {LONGEST_FOR_APPLE} days, whoever issued them",
            Wording(
                "Set ", Named("server.days"), " to 397 if iPhones, iPads or Macs are to connect."
            ),
        )
    )
