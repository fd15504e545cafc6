"""Certificates and keys that belong to somebody else: checked, and named where they are."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from pfwizard.answers.answers import Answers, CertificateLayout
from pfwizard.answers.wording import Named, Wording
from pfwizard.enumeration import listed
from pfwizard.machine.tree import FileKind
from pfwizard.pki import pem
from pfwizard.pki.certificates import Certificate, load_certificates
from pfwizard.pki.chains import chain_of
from pfwizard.pki.checks import Defect, Problem
from pfwizard.pki.errors import NotACertificate, PkiError
from pfwizard.pki.keys import is_encrypted
from pfwizard.plan.certificate_files import GLUED, content_of, key_at, warn_of_open_key
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import Finding, Severity, refusal
from pfwizard.plan.server.deploy_hook import (
    ARCHIVE,
    CERTBOT,
    HOOK,
    LIVE,
    lineage_below,
    plan_deploy_hook,
    renewal_settings_of,
)
from pfwizard.plan.server.foreign_chain import (
    is_a_guess,
    problems_of,
    roots_of_clients,
    warn_of_a_ca,
    warn_of_long_validity,
)
from pfwizard.plan.server.layout import layout_of
from pfwizard.plan.server.server_pair import ServerPair, one_type_twice, pairs_of
from pfwizard.plan.server.trusted_files import trusted_files
from pfwizard.plan.tls.tls import chain_files
from pfwizard.secret import Secret

THE_KEY = "the server key"

FULL_CHAIN = "fullchain.pem"
"""What certbot calls the certificate with its issuers behind it."""

OF_A_LINEAGE = (FULL_CHAIN, "privkey.pem", "cert.pem", "chain.pem")
README = "README"
"""What certbot keeps of each certificate, beside a word of what it is."""

WHICH_THERE_ARE = "certbot certificates lists the certificates that there are, and their files."


def files_beside(answers: Answers) -> tuple[PurePosixPath, ...]:
    """What tells whose the files are, and what else of theirs there is."""
    pairs = pairs_of(answers.server)
    chains = [pair.certificate.with_name(FULL_CHAIN) for pair in pairs]
    files = [path for pair in pairs for path in (pair.certificate, pair.key)]
    lineages = [each for path in files if (each := lineage_below(LIVE, path)) is not None]
    certbots = [each / name for each in lineages for name in (*OF_A_LINEAGE, README)]
    settings = map(renewal_settings_of, lineages)
    return tuple(dict.fromkeys((*chains, *certbots, *settings, HOOK)))


def plan_others(draft: Draft) -> Draft:
    """Plan nothing but that Postfix is told of renewals; refuse what it could not show.

    Raises PkiError for a file that cannot be read.
    """
    pairs = pairs_of(draft.answers.server)
    for pair in pairs:
        for finding in _findings(draft, pair):
            draft = draft.with_finding(finding)
        draft = warn_of_open_key(draft, pair.key)
    if draft.is_refused:
        return draft
    for wrong in (_one_type_twice(draft, pairs), _not_a_chain(draft), _chain_twice(draft, pairs)):
        if wrong is not None:
            draft = draft.with_finding(wrong)
    return plan_deploy_hook(draft, pairs)


def _findings(draft: Draft, pair: ServerPair) -> Iterator[Finding]:
    files = tuple(dict.fromkeys((pair.certificate, pair.key)))
    missing = [path for path in files if not draft.facts.file(path).exists]
    no_files = [path for path in files if draft.facts.file(path).kind is not FileKind.REGULAR]
    archived = [path for path in files if path.is_relative_to(ARCHIVE)]
    if missing:
        yield from (_missing(draft, path) for path in missing)
    elif no_files:  # which is refused whatever they are for
        yield from (_a_directory(path) for path in no_files if path.is_relative_to(CERTBOT))
    elif archived:
        yield _one_generation(archived[0])
    elif is_encrypted(Secret(content_of(draft, pair.key))):
        yield _encrypted(pair)
    else:
        yield from _of_the_chain(draft, pair)


def _of_the_chain(draft: Draft, pair: ServerPair) -> Iterator[Finding]:
    key = key_at(draft, pair.key, THE_KEY)
    chain = chain_of(_certificates(draft, pair), key, now=draft.circumstances.now)
    roots = roots_of_clients(draft.facts, trusted_files(draft.answers))
    yield from warn_of_a_ca(chain.leaf)
    yield from warn_of_long_validity(chain.leaf)
    for problem in problems_of(
        chain,
        key,
        names=draft.answers.server.names,
        roots=roots,
        now=draft.circumstances.now,
    ):
        yield Finding(
            f"server-{problem.defect}",
            Severity.WARNING if is_a_guess(problem, roots) else Severity.REFUSAL,
            f"{pair.certificate}: {problem.message}",
            _remedy(draft, pair, problem),
        )


def _certificates(draft: Draft, pair: ServerPair) -> tuple[Certificate, ...]:
    content = content_of(draft, pair.certificate)
    try:
        if GLUED in content:
            raise NotACertificate(
                "the server certificate",
                "has two blocks on one line, which OpenSSL does not tell apart",
                "Put a line end between -----END and -----BEGIN.",
            )
        return load_certificates(content, "the server certificate")
    except PkiError as error:
        raise error.at(pair.certificate) from error


def _one_type_twice(draft: Draft, pairs: Sequence[ServerPair]) -> Finding | None:
    return one_type_twice([key_at(draft, pair.key, THE_KEY).label for pair in pairs])


def _not_a_chain(draft: Draft) -> Finding | None:
    """Postfix reads the files one after another, as if they were one (src/tls/tls_certkey.c)."""
    if layout_of(draft.answers.server, draft.facts) is not CertificateLayout.CHAIN:
        return None
    files = chain_files(draft.answers.server)
    blocks = "".join(
        "c" if label in pem.CERTIFICATE_LABELS else "k"
        for path in files
        for label in pem.labels(content_of(draft, path))
        if label in pem.CERTIFICATE_LABELS or label.endswith("PRIVATE KEY")
    )
    if re.fullmatch("(kc+)+", blocks):
        return None
    return refusal(
        "not-a-chain",
        f"{listed(map(str, files))}: smtpd_tls_chain_files wants each key first and its "
        "certificates behind it, and this is not how they stand there",
        Wording("Set ", Named("server.layout", "pair"), "."),
    )


def _chain_twice(draft: Draft, pairs: Sequence[ServerPair]) -> Finding | None:
    """A server would send what it finds behind its key, and then the certificates again."""
    if layout_of(draft.answers.server, draft.facts) is not CertificateLayout.CHAIN:
        return None
    for pair in pairs:
        labels = pem.labels(content_of(draft, pair.key))
        if pair.key != pair.certificate and not pem.CERTIFICATE_LABELS.isdisjoint(labels):
            return refusal(
                "chain-twice",
                f"{pair.key} holds certificates too, and with those of {pair.certificate} behind "
                "them the server would send its chain twice",
                Wording(
                    f"If its certificates are the right ones, name {pair.key} for both; if not: ",
                    Named("server.layout", "pair"),
                    ".",
                ),
            )
    return None


# --- in words -------------------------------------------------------------------------------------


def _missing(draft: Draft, path: PurePosixPath) -> Finding:
    real = draft.facts.file(path).real
    leads = f" leads to {real}, which" if real != path else ""
    words = f"{path}{leads} does not exist"
    if path.is_relative_to(LIVE):
        return _missing_of_certbots(draft, path, words)
    return refusal(
        "others-file-missing",
        f"{words}, and by the answers it is there already",
        Wording(
            "Correct the name, or have it made first; with ",
            Named("server.source", "ca"),
            " pfwizard makes it.",
        ),
    )


def _missing_of_certbots(draft: Draft, path: PurePosixPath, words: str) -> Finding:
    lineage = lineage_below(LIVE, path)
    beside = [lineage / name for name in (*OF_A_LINEAGE, README)] if lineage else []
    there = [each.name for each in beside if draft.facts.file(each).exists]
    if there == [README]:
        return refusal(
            "lineage-empty",
            f"{words}: of certbot's there is only a README in {lineage}",
            WHICH_THERE_ARE,
        )
    if there:
        return refusal(
            "others-file-missing",
            f"{words}; {lineage} has {listed(name for name in there if name != README)}",
            "Correct the name.",
        )
    return refusal(
        "others-file-missing",
        f"{words}, and by the answers certbot keeps a certificate there",
        WHICH_THERE_ARE,
    )


def _a_directory(path: PurePosixPath) -> Finding:
    return refusal(
        "certbots-directory",
        f"{path} is a directory of certbot's, and Postfix is to be given the files in one",
        f"Name {path / FULL_CHAIN} and {path / OF_A_LINEAGE[1]}."
        if path.parent == LIVE
        else WHICH_THERE_ARE,
    )


def _one_generation(path: PurePosixPath) -> Finding:
    lineage = lineage_below(ARCHIVE, path) or LIVE / "NAME"
    return refusal(
        "one-generation",
        f"{path} is one generation of certbot's, and the next renewal makes another file",
        f"Name the files in {lineage}, {FULL_CHAIN} and privkey.pem, which lead to the newest.",
    )


def _encrypted(pair: ServerPair) -> Finding:
    return refusal(
        "others-key-encrypted",
        f"{pair.key}: the server key is encrypted with a passphrase, and Postfix has nobody to ask "
        "for it",
        "Have whoever makes it write it without one, or name a copy without: openssl pkey -in "
        "FILE -out NEW.",
    )


def _remedy(draft: Draft, pair: ServerPair, problem: Problem) -> str:
    if problem.defect is Defect.NAME_NOT_COVERED:
        return Wording(problem.remedy, " Or take them out of ", Named("server.names"), ".")
    if problem.defect not in (Defect.WRONG_ORDER, Defect.MISSING_INTERMEDIATE):
        return problem.remedy
    full_chain = pair.certificate.with_name(FULL_CHAIN)
    if full_chain != pair.certificate and draft.facts.file(full_chain).exists:
        return Wording(f"Name {full_chain} in ", Named(pair.question), ".")
    if problem.defect is Defect.WRONG_ORDER:
        return Wording(
            problem.remedy, " Name a file that has them so in ", Named(pair.question), "."
        )
    return Wording(
        problem.remedy,
        " A CA that your own clients alone have is named in ",
        Named("tls.ca_file"),
        ", or added to those of this system.",
    )
