"""The CA: found and left alone, or made; and its key, opened when something is to be signed."""

from dataclasses import replace
from pathlib import PurePosixPath

from pfwizard.answers.answers import Answers, AuthoritySource, CertificateSource
from pfwizard.answers.wording import Named, Wording
from pfwizard.pki import checks, keys
from pfwizard.pki.authority import create_ca
from pfwizard.pki.errors import NameProblem, OutsideLimits, PkiError, WrongPassphrase
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.pki.ledger_entries import Role
from pfwizard.pki.passphrases import check_passphrase
from pfwizard.plan.authorities.authority_limits import limits_of_a_new_ca
from pfwizard.plan.authorities.brought_key import WHAT, BroughtKey
from pfwizard.plan.authorities.ca_passphrase import PassphraseNeeded, UnusablePassphrase
from pfwizard.plan.authorities.issuer import Authority, AuthorityFiles, Issuer
from pfwizard.plan.authorities.open_medium import warn_of_open_medium
from pfwizard.plan.certificate_files import (
    certificate_at,
    content_of,
    half,
    key_at,
    key_summary,
    problem_finding,
    warn_of_open_key,
    with_certificate,
    with_entry,
)
from pfwizard.plan.draft import PRIVATE_FILE, AnySketch, Draft, Sketch
from pfwizard.plan.plan import Finding, note, refusal, warning
from pfwizard.secret import Secret

UNUSED = note(
    "ca-unused",
    "a CA is made that signs nothing yet: others sign for the server, and no client is named",
    Wording(
        "It is there for pfwizard client add NAME. Where no client is to have a certificate, set ",
        Named("ca.source", AuthoritySource.NONE.value),
        ".",
    ),
)


def plan_authority(draft: Draft) -> Draft:
    """Find the CA, or plan it where it may be made; the draft then knows its issuer.

    Raises PkiError for one that cannot be read, and PassphraseNeeded or UnusablePassphrase for a
    new key that is to be encrypted.
    """
    wanted = draft.answers.ca
    if wanted.source is AuthoritySource.NONE:
        return draft
    files = AuthorityFiles(wanted.certificate, wanted.key)
    if draft.facts.file(files.certificate).exists:
        draft, issuer = found_issuer(draft, files, _another(draft, files))
        return replace(_warn_of_clear_key(draft, issuer), issuer=issuer)
    if wanted.source is AuthoritySource.EXISTING:
        return draft.with_finding(_missing(files))
    if draft.facts.file(files.key).exists:
        return draft.with_finding(half(files.key, files.certificate, "ca"))
    if draft.circumstances.ca_key is not None:
        return draft.with_finding(half(draft.circumstances.ca_key.path, files.certificate, "ca"))
    return _made(draft, files)


def made_anew(files: AuthorityFiles) -> str:
    """How to come by another CA where one is made when there is none."""
    return (
        f"Without {files.certificate} and {files.key} the next run makes another CA, which every "
        "client has to trust."
    )


def found_issuer(draft: AnySketch, files: AuthorityFiles, another: str) -> tuple[AnySketch, Issuer]:
    """The CA in these files, with what is wrong with it; raises PkiError."""
    certificate = certificate_at(draft, files.certificate, checks.THE_CA)
    content = Secret(content_of(draft, files.key))
    is_open = draft.facts.file(files.key).exists and not keys.is_encrypted(content)
    key = key_at(draft, files.key, WHAT) if is_open else None
    issuer = Issuer(certificate, files, key, another)
    for problem in checks.ca_problems(certificate, key, now=draft.circumstances.now):
        found = problem_finding("ca", problem, files.certificate, another)
        draft = draft.with_finding(found)
    return warn_of_open_key(warn_of_open_medium(draft), files.key), issuer


def able_to_sign(draft: AnySketch, issuer: Issuer, what: str) -> tuple[AnySketch, Authority | None]:
    """The CA with its key, wherever that is; else a refusal that says ``what`` it has to sign.

    Raises PassphraseNeeded and WrongPassphrase.
    """
    brought, passphrase = draft.circumstances.ca_key, draft.circumstances.ca_passphrase
    if brought is None and issuer.key is not None:
        return draft, Authority(issuer.certificate, issuer.key)
    if brought is None and draft.facts.file(issuer.files.key).exists:
        brought = BroughtKey(issuer.files.key, Secret(content_of(draft, issuer.files.key)))
    if brought is None:
        return _refused(draft, _elsewhere(issuer, what)), None
    try:
        key = brought.opened(passphrase)
    except WrongPassphrase:
        raise
    except PkiError as error:
        found = refusal("unusable-certificate", error.message, error.remedy)
        return _refused(draft, found), None
    if not key.matches(issuer.certificate):
        return _refused(draft, _mismatch(issuer, brought.path)), None
    return draft, Authority(issuer.certificate, key)


def outside_limits(draft: Sketch, issuer: Issuer, error: OutsideLimits) -> Finding:
    """The refusal of a name that the CA may not sign for."""
    is_found = draft.facts.file(issuer.files.certificate).exists
    return refusal(
        "name-outside-limits",
        error.at(issuer.files.certificate).message,
        f"Leave the name out: the limits of a CA cannot be changed. {issuer.another}"
        if is_found
        else Wording(
            "Leave the name out, add its domain to ",
            Named("ca.domains"),
            ", or set ",
            Named("ca.name_constraints", False),
            ".",
        ),
    )


def _another(draft: Draft, files: AuthorityFiles) -> str:
    if draft.answers.ca.source is AuthoritySource.CREATE:
        return made_anew(files)
    return "The answers may name the files of another CA."


def _made(draft: Draft, files: AuthorityFiles) -> Draft:
    wanted, circumstances = draft.answers.ca, draft.circumstances
    passphrase = _new_passphrase(draft) if wanted.encrypted else None
    draft, limits = limits_of_a_new_ca(draft)
    key = circumstances.generate_key(wanted.key_type)
    certificate = create_ca(
        key,
        wanted.subject,
        wanted.days,
        now=circumstances.now,
        serial=draft.ledger.new_serial(circumstances.randomness),
        limits=limits,
    )
    content = encrypted_pem(key, passphrase, circumstances.randomness) if passphrase else key.pem()
    summary = key_summary(key, is_encrypted=passphrase is not None)
    draft = draft.with_file(files.key, content.reveal(), PRIVATE_FILE, secret=True, summary=summary)
    draft = with_certificate(draft, files.certificate, certificate)
    draft = with_entry(draft, certificate, Role.CA, issuer=certificate)
    if _is_unused(draft.answers):
        draft = draft.with_finding(UNUSED)
    return replace(draft, issuer=Issuer(certificate, files, key, made_anew(files)))


def _is_unused(answers: Answers) -> bool:
    """Whether a CA would sign nothing that the answers ask for."""
    return answers.server.source is not CertificateSource.CA and not answers.clients.names


def _new_passphrase(draft: Draft) -> Secret[str]:
    key, passphrase = draft.answers.ca.key, draft.circumstances.ca_passphrase
    if passphrase is None:
        raise PassphraseNeeded(key, is_new=True)
    try:
        return check_passphrase(passphrase)
    except NameProblem as problem:
        raise UnusablePassphrase(key, problem) from problem


def _refused(draft: AnySketch, found: Finding) -> AnySketch:
    """Said once, however much there is to sign."""
    return draft if found in draft.findings else draft.with_finding(found)


def _mismatch(issuer: Issuer, key: PurePosixPath) -> Finding:
    return refusal(
        "ca-key-mismatch",
        f"{key}: this key does not belong to the CA certificate in {issuer.files.certificate}",
        f"Name the key that it was made with. {issuer.another}",
    )


def _missing(files: AuthorityFiles) -> Finding:
    return refusal(
        "ca-missing",
        Wording(
            "by ",
            Named("ca.source", AuthoritySource.EXISTING.value),
            f" the CA is here already, but its certificate {files.certificate} is not there",
        ),
        Wording(
            "Put it there, name the place in ",
            Named("ca.certificate"),
            ", or set ",
            Named("ca.source", AuthoritySource.CREATE.value),
            " to have a CA made.",
        ),
    )


def _elsewhere(issuer: Issuer, what: str) -> Finding:
    return refusal(
        "ca-key-elsewhere",
        f"the CA in {issuer.files.certificate} has to sign {what}, and its key {issuer.files.key} "
        "is not there",
        Wording(
            "Mount the medium that has the key and name it with --ca-key FILE or in ",
            Named("ca.key"),
            ", or put it back for the time of the run. If it is lost for good: "
            f"{issuer.another[0].lower()}{issuer.another[1:]}",
        ),
    )


def _warn_of_clear_key(draft: Draft, issuer: Issuer) -> Draft:
    wanted, key = draft.answers.ca, issuer.files.key
    if not wanted.encrypted or wanted.source is not AuthoritySource.CREATE or issuer.key is None:
        return draft
    return draft.with_finding(
        warning(
            "ca-key-in-clear",
            f"{key}: this key is not encrypted, and one that is found is left as it is",
            f"openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000 -in {key} "
            f"-out {key}.new, then mv {key}.new {key}.",
        )
    )
