"""The smtpd_tls_* parameters: TLS_README and postconf(5)."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from pfwizard.answers.answers import (
    AuthoritySource,
    CertificateLayout,
    CertificateSource,
    ServerAnswers,
)
from pfwizard.answers.wording import Named, Wording
from pfwizard.machine.effective import Effective
from pfwizard.machine.postfix import SINCE
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import Finding, note, refusal, warning
from pfwizard.plan.server.layout import layout_of
from pfwizard.plan.server.server_pair import pairs_of
from pfwizard.plan.tls.obsolete import plan_obsolete
from pfwizard.plan.tls.older_levels import OF_SERVER, OLDER_LEVELS
from pfwizard.plan.tls.profile import plan_profile
from pfwizard.plan.tls.service_levels import keep_levels
from pfwizard.plan.tls.tls_versions import at_least, is_at_least_as_strict
from pfwizard.plan.tls.tlsproxy import judge_tlsproxy

LEVELS = ("", "none", "may", "encrypt")
"""smtpd_tls_security_level from the weakest to the strictest."""

CLIENT_LEVELS = dict.fromkeys(("verify", "secure", "fingerprint"), "encrypt")
"""Levels of the SMTP client, which smtpd takes for ``encrypt`` (src/smtpd/smtpd.c)."""

PAIR = {
    "smtpd_tls_cert_file": "smtpd_tls_key_file",
    "smtpd_tls_eccert_file": "smtpd_tls_eckey_file",
    "smtpd_tls_dcert_file": "smtpd_tls_dkey_file",
}
"""Certificate and key by type: RSA, ECDSA, DSA. smtpd_tls_chain_files overrides all of them.

With several of them each client is shown the one that its signature algorithms are for.
"""

PLACEHOLDERS = frozenset(
    {
        "/etc/ssl/certs/ssl-cert-snakeoil.pem",  # Debian's ssl-cert
        "/etc/pki/tls/certs/postfix.pem",  # made by Red Hat's postfix package
    }
)
"""Certificates that packages make for want of a real one; no client trusts them."""


def plan_tls(draft: Draft) -> Draft:
    """Plan the server's TLS settings in main.cf."""
    for step in (
        plan_obsolete,
        _certificate,
        _ca_file,
        _level,
        _levels_of_services,
        _log_level,
        plan_profile,
        _versions,
        _auth_only,
        _random_source,
        judge_tlsproxy,
    ):
        draft = step(draft)
    return draft


def _level(draft: Draft) -> Draft:
    wanted = draft.answers.tls.security_level.value
    if LEVELS.index(wanted) < level_of(draft.effective):
        return draft.with_finding(
            note(
                "stricter-level-kept",
                Wording(
                    "TLS is required on every port already, which is stricter than the "
                    f'"{wanted}" of ',
                    Named("tls.security_level"),
                    "; it stays required",
                ),
                "To relax it, set smtpd_tls_security_level in main.cf by hand.",
            )
        )
    return draft.with_setting("smtpd_tls_security_level", wanted)


def _levels_of_services(draft: Draft) -> Draft:
    for older in OLDER_LEVELS:
        draft = keep_levels(draft, older)
    return draft


def level_of(effective: Effective) -> int:
    """The place in LEVELS of the level in force."""
    return LEVELS.index(_present_level(effective))


def _present_level(effective: Effective) -> str:
    """The two older parameters count only where the newer one is empty."""
    level = effective.value("smtpd_tls_security_level").lower()
    if level:
        known = {**dict(zip(LEVELS, LEVELS, strict=True)), **CLIENT_LEVELS}
        return known.get(level, "")
    return OF_SERVER.level_in(effective)


def _log_level(draft: Draft) -> Draft:
    level = draft.answers.tls.log_level
    return draft if level is None else draft.with_setting("smtpd_tls_loglevel", str(level))


def _certificate(draft: Draft) -> Draft:
    draft = _tell_of_replaced_certificate(draft)
    if layout_of(draft.answers.server, draft.facts) is CertificateLayout.CHAIN:
        return _chain_files(draft)
    if draft.effective.value("smtpd_tls_chain_files"):
        draft = draft.with_setting("smtpd_tls_chain_files", "")
    pairs = pairs_of(draft.answers.server)
    types = tuple(PAIR.items())
    draft = _without_pairs(draft, dict(types[len(pairs) :]))
    for (certificate_name, key_name), pair in zip(types, pairs, strict=False):
        draft = draft.with_setting(certificate_name, str(pair.certificate))
        draft = draft.with_setting(key_name, str(pair.key))
    return draft


def _chain_files(draft: Draft) -> Draft:
    since = SINCE["smtpd_tls_chain_files"]
    version = draft.facts.postfix.version
    if version < since:
        return draft.with_finding(
            refusal(
                "chain-files-unknown",
                f"Postfix {version} does not know smtpd_tls_chain_files, which came with {since}",
                Wording("Set ", Named("server.layout", "pair"), "."),
            )
        )
    draft = _without_pairs(draft, PAIR)
    files = " ".join(map(str, chain_files(draft.answers.server)))
    return draft.with_setting("smtpd_tls_chain_files", files)


def chain_files(server: ServerAnswers) -> tuple[PurePosixPath, ...]:
    """What smtpd_tls_chain_files names: keys first, each with its certificates behind it.

    A file of ours has both. What belongs to others is named as it is, file by file.
    """
    are_others = server.source is CertificateSource.FILES
    files = [
        path
        for pair in pairs_of(server)
        for path in ((pair.key, pair.certificate) if are_others else (pair.key,))
    ]
    return tuple(dict.fromkeys(files))


def _without_pairs(draft: Draft, pairs: Mapping[str, str]) -> Draft:
    for name in (each for pair in pairs.items() for each in pair):
        if draft.main.get(name):
            draft = draft.with_setting(name, "")
    return draft


def _tell_of_replaced_certificate(draft: Draft) -> Draft:
    server = draft.answers.server
    effective = draft.effective_until_now
    served = effective.elements("smtpd_tls_chain_files") or [
        file for name in PAIR for file in effective.elements(name)
    ]
    ours = {str(path) for pair in pairs_of(server) for path in (pair.certificate, pair.key)}
    others = [file for file in served if file not in ours and file != "none"]
    if not others:
        return draft
    words = f"until now clients were shown the certificate in {others[0]}"
    if others[0] in PLACEHOLDERS:
        return draft.with_finding(note("placeholder-replaced", words))
    if server.source is CertificateSource.CA:
        return draft.with_finding(_replaced_by_our_own(draft, words))
    return draft.with_finding(
        note(
            "certificate-replaced",
            words,
            "Publish the new fingerprint where the old one is published, such as in TLSA records: "
            "pfwizard publish writes them.",
        )
    )


def _replaced_by_our_own(draft: Draft, words: str) -> Finding:
    return warning(
        "certificate-replaced",
        f"{words}; the new one is of your own CA, which nobody trusts who has not been given "
        f"{draft.answers.ca.certificate}",
        "Give this file to all clients, and publish the new fingerprint where the old one is "
        "published, such as in TLSA records: pfwizard publish writes them.",
    )


def _ca_file(draft: Draft) -> Draft:
    file = draft.answers.tls.ca_file
    if file is None:
        return draft
    if not _will_exist(draft, file):
        return draft.with_finding(
            refusal(
                "ca-file-missing",
                f"{file} does not exist, and Postfix switches TLS off altogether without it",
                Wording(
                    "Correct ",
                    Named("tls.ca_file"),
                    ", or leave it empty: only client certificates need it.",
                ),
            )
        )
    return draft.with_setting("smtpd_tls_CAfile", str(file))


def _will_exist(draft: Draft, file: PurePosixPath) -> bool:
    authority = draft.answers.ca
    if file == authority.certificate and authority.source is not AuthoritySource.NONE:
        return True  # it is found, made, or refused for a reason of its own
    return draft.facts.file(file).exists or file in {change.path for change in draft.changes}


def _random_source(draft: Draft) -> Draft:
    source = draft.answers.tls.random_source
    return draft.with_setting("tls_random_source", source) if source else draft


def _versions(draft: Draft) -> Draft:
    minimum = draft.answers.tls.minimum_version
    version = draft.facts.postfix.version
    if not minimum:
        return draft
    for name in ("smtpd_tls_protocols", "smtpd_tls_mandatory_protocols"):
        present = draft.effective.value(name)
        if not present or not is_at_least_as_strict(present, minimum, version):
            draft = draft.with_setting(name, at_least(minimum, version))
    return draft


def _auth_only(draft: Draft) -> Draft:
    if draft.answers.tls.auth_only:
        return draft.with_setting("smtpd_tls_auth_only", "yes")
    return draft
