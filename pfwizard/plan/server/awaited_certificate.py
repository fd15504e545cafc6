"""The server's certificate while another CA is to sign it, and what is said of one in place."""

from dataclasses import replace
from pathlib import PurePosixPath

from pfwizard.answers.wording import Named, Wording
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.checks import Defect, Problem
from pfwizard.pki.keys import PrivateKey
from pfwizard.plan.certificate_files import key_summary
from pfwizard.plan.draft import PRIVATE_FILE, Draft
from pfwizard.plan.plan import Finding, note, warning
from pfwizard.plan.server.chain_file import refuse_unfit
from pfwizard.plan.server.served import paths
from pfwizard.plan.server.server_certificate import warn_of_uncovered_names
from pfwizard.plan.server.server_pair import ServerPair
from pfwizard.plan.server.signing_request import with_request
from pfwizard.plan.tls.tls import PAIR


def awaiting(
    draft: Draft, pair: ServerPair, key: PrivateKey, content: bytes, *, is_there: bool
) -> Draft:
    """Plan the request for the key, and nothing else.

    ``content`` is what the key's file holds or is to hold. ``is_there`` when there is a
    certificate for the key in its place, though not the one that is awaited.
    """
    draft = refuse_unfit(draft, pair, content)
    draft = draft.with_file(pair.key, content, PRIVATE_FILE, secret=True, summary=key_summary(key))
    draft = warn_of_uncovered_names(with_request(draft, key))
    shown = None if is_there else _shown_elsewhere(draft, pair)
    return replace(draft.with_finding(_awaited(draft, pair, shown)), awaits_certificate=True)


def is_our_own(draft: Draft, certificate: Certificate) -> bool:
    """Whether pfwizard has issued it, or a CA whose key is on this machine."""
    fingerprint, issuer = certificate.facts.fingerprint_sha256, draft.issuer
    return fingerprint in draft.ledger.fingerprints or (
        issuer is not None
        and draft.facts.file(issuer.files.key).exists
        and certificate.is_issued_by(issuer.certificate)
    )


def is_in_use(draft: Draft, pair: ServerPair) -> bool:
    """Whether main.cf has Postfix show what is in these files, as a pair or as a chain."""
    if draft.effective_until_now.value("smtpd_tls_chain_files"):
        return pair.key in paths("smtpd_tls_chain_files", draft.effective_until_now)
    return _shown_with(draft, pair) == pair.certificate


def _shown_elsewhere(draft: Draft, pair: ServerPair) -> PurePosixPath | None:
    """Where it was put by install-certificate without the answers, which chooses a place."""
    if draft.effective_until_now.value("smtpd_tls_chain_files"):
        return None  # in a chain it stands behind its key, and is found there
    shown = _shown_with(draft, pair)
    return None if shown == pair.certificate else shown


def _shown_with(draft: Draft, pair: ServerPair) -> PurePosixPath | None:
    effective = draft.effective_until_now
    for certificate_name, key_name in PAIR.items():
        if pair.key in paths(key_name, effective):
            return next(paths(certificate_name, effective), None)
    return None


# --- in words -------------------------------------------------------------------------------------


def _awaited(draft: Draft, pair: ServerPair, shown: PurePosixPath | None) -> Finding:
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


def own_certificate_stays(pair: ServerPair) -> Finding:
    return note(
        "own-certificate-stays",
        f"{pair.certificate}: this certificate was issued by your own CA; it stays, and is shown "
        "where it was, until the one of another CA has come",
        Wording("Set ", Named("server.source", "ca"), " if none is to come."),
    )


def replaced_by_a_later_one(pair: ServerPair, old: Certificate, new: Certificate) -> Finding:
    return note(
        "older-certificate-replaced",
        f"{pair.certificate}: the certificate that is valid from {_since(old)} gives way to the "
        f"one behind the key in {pair.key}, which is valid from {_since(new)}",
        "To use the older one all the same, install it: pfwizard install-certificate FILE "
        "--answers ANSWERS.",
    )


def _since(certificate: Certificate) -> str:
    return f"{certificate.facts.not_before:%Y-%m-%d %H:%M}"


def problem_of_one_in_place(draft: Draft, pair: ServerPair, problem: Problem) -> Finding:
    """A warning, since another certificate can be asked for whatever is wrong with this one."""
    if problem.defect is Defect.MISSING_INTERMEDIATE:
        way_out = Wording(
            f"{problem.remedy} A CA that your own clients alone have is named in ",
            Named("tls.ca_file"),
            ", or added to those of this system.",
        )
    else:
        way_out = Wording(
            f"{problem.remedy} {draft.answers.server.request} asks for another one; pfwizard "
            "install-certificate FILE --answers ANSWERS puts it in place."
        )
    return warning(f"server-{problem.defect}", f"{pair.certificate}: {problem.message}", way_out)
