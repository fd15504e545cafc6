"""What clients would say of the certificates that they are shown."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from pfwizard.check.inspection import Inspection
from pfwizard.check.presented import (
    Presented,
    about,
    meant_to_be_verified,
    presented,
    usable_certificates,
)
from pfwizard.check.rule import Find, Occurrence, Rule
from pfwizard.check.tls_files import CLIENT_CA_FILES, CLIENT_CHAINS, CLIENT_PAIRS
from pfwizard.expiry.judgement import Judge, Judgement
from pfwizard.pki.chains import Chain, chain_problems
from pfwizard.pki.checks import Defect, Problem, server_problems
from pfwizard.plan.plan import Severity
from pfwizard.plan.server.deploy_hook import lineage_of, renewal_settings_of
from pfwizard.plan.server.foreign_chain import BUNDLES, warn_of_long_validity
from pfwizard.plan.server.served import paths
from pfwizard.plan.tls.tls import PLACEHOLDERS

SOON = (Judgement.ABOUT_TO_EXPIRE, Judgement.EXPIRES_SOON)


def _defects(*defects: Defect) -> Find:
    """The cases of what the judgement of a certificate knows by these names."""

    def find(inspection: Inspection) -> Iterator[Occurrence]:
        for each, chain in meant_to_be_verified(inspection):
            for problem in _problems(inspection, each, chain):
                if problem.defect in defects:
                    yield about(each, problem.message, problem.remedy)

    return find


def _problems(inspection: Inspection, each: Presented, chain: Chain) -> Iterator[Problem]:
    """But for what certificate_chains tells, for which the roots of this system are read."""
    name = each.daemons[0].effective.value("myhostname").lower()
    yield from server_problems(
        chain.leaf,
        None,
        issuer=None,
        names=[name] if _can_be_certified(name) and chain.leaf.facts.dns_names else [],
        now=inspection.now,
    )
    yield from chain_problems(chain, trusted=(), now=inspection.now)


def _can_be_certified(name: str) -> bool:
    """Debian takes the name from a file where the parameter holds a path."""
    return "." in name and "/" not in name and not name.endswith(".localdomain")


# --- more than the judgement of one certificate ---------------------------------------------------


def _expires_soon(inspection: Inspection) -> Iterator[Occurrence]:
    judge = Judge(inspection.now)
    for each, chain in meant_to_be_verified(inspection):
        for certificate in chain.sent():
            if judge.judgement_of(certificate.validity) in SOON:
                yield about(
                    each,
                    f"the certificate of {certificate.facts.subject} expires on "
                    f"{certificate.facts.not_after:%Y-%m-%d}",
                    "Have it renewed: pfwizard renew does it where the CA is your own.",
                )


def _without_names(inspection: Inspection) -> Iterator[Occurrence]:
    for each, chain in meant_to_be_verified(inspection):
        facts = chain.leaf.facts
        if not facts.dns_names and not facts.ip_addresses:
            yield about(
                each,
                "the certificate has no subjectAltName, and most clients do not look for the name "
                "anywhere else",
                "Have it issued again, with the names that clients dial as subjectAltName.",
            )


def _too_long(inspection: Inspection) -> Iterator[Occurrence]:
    for each, chain in meant_to_be_verified(inspection):
        serves_mail_programs = any(
            daemon.effective.is_on("smtpd_sasl_auth_enable") for daemon in each.daemons
        )
        for finding in warn_of_long_validity(chain.leaf) if serves_mail_programs else ():
            yield about(each, finding.message, finding.remedy)


def _placeholder(inspection: Inspection) -> Iterator[Occurrence]:
    for each in presented(inspection):
        if str(each.file) in PLACEHOLDERS:
            yield about(
                each,
                "this certificate was made by a package for want of a real one, and no client "
                "trusts it",
                "Have one issued if mail programs are to connect; other mail servers do not mind.",
            )


def _self_signed(inspection: Inspection) -> Iterator[Occurrence]:
    for each, chain in meant_to_be_verified(inspection):
        if chain.leaf.is_self_issued:
            yield about(
                each,
                "the certificate is signed by itself: clients cannot verify it unless each of "
                "them is told to trust it",
                "Have one issued by a CA; pfwizard makes one of your own.",
            )


def _as_client(inspection: Inspection) -> Iterator[Occurrence]:
    own = {each.file for each in presented(inspection)}
    for name in (*CLIENT_CHAINS, *CLIENT_PAIRS):
        daemons = [
            each for each in inspection.clients if each.service.command == name.partition("_")[0]
        ]
        for value in inspection.in_force(name, daemons):
            if not own.isdisjoint(paths(name, value.effective)):
                yield Occurrence(
                    f"{name} shows the server's certificate to every server that mail is "
                    "delivered to; hardly any asks for one, and some refuse a wrong one",
                    f"Take out {name}, unless a relay asks for it.",
                    value.place,
                    str(value),
                )


def _as_authority(inspection: Inspection) -> Iterator[Occurrence]:
    own = {certificate for each in presented(inspection) for certificate in each.certificates[:1]}
    for name in CLIENT_CA_FILES:
        for value in inspection.in_force(name, inspection.clients):
            for path in paths(name, value.effective):
                state = inspection.file(path)
                found = usable_certificates((state.content if state else None) or b"")[:1]
                if found and found[0] in own and not found[0].facts.is_ca:
                    yield Occurrence(
                        f"{name} is for the CAs of other servers, and {path} begins with this "
                        "server's own certificate: no other server can be verified",
                        f"Set it to the bundle of this system, such as {BUNDLES[0]}.",
                        value.place,
                        str(value),
                    )


# --- renewal --------------------------------------------------------------------------------------


def _not_reloaded(inspection: Inspection) -> Iterator[Occurrence]:
    for each in presented(inspection):
        if inspection.file(each.file) is None:
            continue
        lineage = lineage_of(inspection.facts, each.file)
        if lineage is not None and not _tells_postfix(inspection, renewal_settings_of(lineage)):
            yield about(
                each,
                "certbot renews this certificate, and nothing reloads Postfix afterwards: servers "
                "that are busy go on with the old one",
                "Put a program that runs postfix reload into "
                "/etc/letsencrypt/renewal-hooks/deploy; pfwizard does that.",
            )


def _tells_postfix(inspection: Inspection, settings: PurePosixPath) -> bool:
    """Whether one of certbot's hooks has to do with Postfix."""
    for path, state in inspection.facts.files.items():
        is_hook = path.parent.parent.name == "renewal-hooks" or path == settings
        if is_hook and b"postfix" in (state.content or b"").lower():
            return True
    return False


RULES = (
    Rule(
        "certificate-expired",
        Severity.REFUSAL,
        "A certificate that has expired",
        "Clients that verify it refuse to connect; other mail servers mostly do not look.",
        _defects(Defect.EXPIRED),
    ),
    Rule(
        "certificate-not-yet-valid",
        Severity.REFUSAL,
        "A certificate that is not valid yet",
        "Either it was issued for later, or a clock is wrong.",
        _defects(Defect.NOT_YET_VALID),
    ),
    Rule(
        "certificate-expires-soon",
        Severity.WARNING,
        "A certificate that expires soon",
        "pfwizard status tells how long each of them lasts, for monitoring.",
        _expires_soon,
    ),
    Rule(
        "certificate-wrong-purpose",
        Severity.WARNING,
        "A certificate that is not for a TLS server",
        "Its extendedKeyUsage does not name serverAuth (RFC 5280 section 4.2.1.12).",
        _defects(Defect.WRONG_PURPOSE),
    ),
    Rule(
        "certificate-weak",
        Severity.WARNING,
        "A certificate with a weak key or signature",
        "RSA keys of less than 2048 bits, and signatures with MD5 or SHA-1, are refused by the "
        "TLS libraries of today.",
        _defects(Defect.WEAK_KEY, Defect.WEAK_SIGNATURE),
    ),
    Rule(
        "certificate-old-version",
        Severity.WARNING,
        "A certificate of X.509 version 1",
        "openssl x509 -req leaves out every extension unless it is told otherwise, and so makes "
        "certificates of version 1, without names and purposes.",
        _defects(Defect.OLD_VERSION),
    ),
    Rule(
        "certificate-without-names",
        Severity.WARNING,
        "A certificate without subjectAltName",
        "Browsers, Apple's mail programs and everything in Go look for the name there alone; the "
        "common name has been out of use since RFC 2818.",
        _without_names,
    ),
    Rule(
        "certificate-name-mismatch",
        Severity.NOTE,
        "A certificate that is not for this server's name",
        "myhostname is the name by which the server greets. Where clients dial another one, and "
        "the certificate has that, all is well.",
        _defects(Defect.NAME_NOT_COVERED),
    ),
    Rule(
        "certificate-lasts-too-long",
        Severity.WARNING,
        "A certificate that Apple's clients refuse for its length",
        "iOS and macOS take no server certificate of more than 825 days, whoever issued it "
        "(support.apple.com 103769).",
        _too_long,
    ),
    Rule(
        "certificate-placeholder",
        Severity.NOTE,
        "The certificate that a package has made",
        "It lets servers encrypt among each other, which verify nothing.",
        _placeholder,
    ),
    Rule(
        "certificate-self-signed",
        Severity.NOTE,
        "A certificate that is signed by itself",
        "It is enough for mail servers among each other, and for DANE.",
        _self_signed,
    ),
    Rule(
        "server-certificate-as-client",
        Severity.WARNING,
        "The server's certificate shown to other servers",
        "TLS_README advises against it: a client certificate is of use only where a relay asks "
        "for one.",
        _as_client,
    ),
    Rule(
        "ca-file-is-own-certificate",
        Severity.WARNING,
        "The server's certificate in place of the CAs",
        "smtp_tls_CAfile holds the roots by which other servers are verified.",
        _as_authority,
    ),
    Rule(
        "renewal-without-reload",
        Severity.WARNING,
        "A renewal after which Postfix is not reloaded",
        "A process of smtpd reads the certificate when it starts, and a busy one lives long.",
        _not_reloaded,
    ),
)
