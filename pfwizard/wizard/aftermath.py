"""What to know when a change has been applied: how to try it, what to publish, what runs out."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from pfwizard.answers.answers import Answers, AuthoritySource, CertificateSource
from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.apply.manifest import TransactionId
from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.machine.effective import Effective
from pfwizard.machine.facts import Facts
from pfwizard.pki.names import is_ip
from pfwizard.plan.plan import Plan, SmtpPort
from pfwizard.plan.server.deploy_hook import HOOK, lineage_of
from pfwizard.plan.server.server_pair import pairs_of
from pfwizard.plan.services import ports_of
from pfwizard.plan.wording import described, headline
from pfwizard.publishing.commands import in_lines
from pfwizard.publishing.publication import facts_after, publication
from pfwizard.publishing.section import Section as Section
from pfwizard.publishing.sections import fingerprint_lines, records_section
from pfwizard.publishing.trust_stores import how_to_trust
from pfwizard.quoting import harmless
from pfwizard.wizard.certificates_in_use import certificate_in
from pfwizard.wizard.probation import awaits_a_certificate

LOGIN = ("--auth PLAIN --auth-user USER", "--to USER")
"""Options of swaks(1)."""


def aftermath(
    plan: Plan, facts: Facts, answers: Answers, now: datetime, options: str = ""
) -> tuple[Section, ...]:
    """Everything worth knowing after this plan has been applied.

    ``options`` are those of the place, as a command is given them.
    """
    if awaits_a_certificate(plan):
        return tuple(_until_it_comes(answers, options))
    after = facts_after(facts, plan)
    effective = Effective(MainCf.parse(plan.main_cf), facts.postfix.defaults)
    ports = ports_of(MasterCf.parse(plan.master_cf), effective)
    is_ours = answers.server.source is CertificateSource.CA
    ca = answers.ca.certificate
    sections = (
        Section("To enter a user", tuple(_entering_a_user(effective, answers))),
        Section("Try it from another machine", tuple(_trials(answers, ports))),
        Section("What clients need", tuple(_for_clients(answers))),
        Section("Certificates", tuple(_certificates(after, answers, now))),
        Section("Renewal", tuple(_renewal(after, answers))),
        records_section(publication(after)),
        Section("To install the CA certificate", tuple(how_to_trust(ca.name)) if is_ours else ()),
    )
    return tuple(section for section in sections if section.lines)


def _until_it_comes(answers: Answers, options: str) -> Iterator[Section]:
    """What to do where the certificate has only been asked for."""
    request = answers.server.request
    more = [options.strip()] if options else []
    yield Section(
        "Nothing of Postfix has been changed yet",
        ("A key and a request are there. The rest follows when the certificate has come.",),
    )
    yield Section(
        "To send to the CA",
        (
            "The request, which holds no secret but a challenge password, if it has one:",
            *_indented(f"cat {request}"),
            "What it asks for:",
            *_indented("openssl req -noout -text", f"-in {request}"),
        ),
    )
    yield Section(
        "When the certificate has come",
        (
            "Save the answers now, as ANSWERS. Then put what the CA has sent in its place:",
            *_indented("pfwizard install-certificate FILE", "--answers ANSWERS", *more),
            "The same answers do the rest:",
            *_indented("pfwizard --answers ANSWERS", *more),
        ),
    )


def _indented(*command: str) -> Iterator[str]:
    return (f"  {line}" for line in in_lines(*command))


def aftermath_of_rollback(
    plan: Plan, undone: TransactionId, options: str = ""
) -> tuple[Section, ...]:
    """The same when the plan has taken this transaction back; ``options`` as ``Place`` has them."""
    changes = (harmless(headline(change)) for change in plan.changes)
    actions = (harmless(described(action)) for action in plan.actions_to_show)
    return (
        Section(f"Transaction {undone} was taken back", (*changes, *actions)),
        Section(
            "What next",
            (
                "Send mail, and log in if users could before.",
                "Set back clients that were set up for what is gone.",
                f"pfwizard history{options} lists every change, pfwizard{options} makes a new one.",
            ),
        ),
    )


def _trials(answers: Answers, ports: tuple[SmtpPort, ...]) -> Iterator[str]:
    """Commands that verify the certificate against the CA and the host name (openssl-s_client).

    Without a file of a CA, the roots of the machine where they are run count.
    """
    host = _to_connect_to(answers.server.names)
    check = "-verify_ip" if is_ip(host) else "-verify_hostname"
    place = f"[{host}]" if ":" in host else host
    is_ours = answers.server.source is CertificateSource.CA
    trusting = (f"-CAfile {answers.ca.certificate.name}",) if is_ours else ()
    for port in ports:
        if port.offers_tls:
            starttls = ("-starttls smtp",) if port.greets else ()
            yield from in_lines(
                f"openssl s_client -connect {place}:{port.port}",
                *starttls,
                *trusting,
                f"{check} {host}",
                "-verify_return_error -brief",
            )
    if answers.sasl.enabled and answers.services.smtps:
        yield from in_lines(f"swaks --server {host}:465", "--tls-on-connect", *LOGIN)
    elif answers.sasl.enabled:
        number = 587 if answers.services.submission else 25
        yield from in_lines(f"swaks --server {host}:{number}", "--tls", *LOGIN)


def _entering_a_user(effective: Effective, answers: Answers) -> Iterator[str]:
    """saslpasswd2(8), for the realm of a login without a domain; nothing else fills sasldb."""
    if not answers.sasl.enabled or answers.sasl.backend is not SaslBackend.SASLDB:
        return
    realm = effective.value("smtpd_sasl_local_domain") or effective.value("myhostname")
    database = answers.sasl.database
    file = (f"-f {database}",) if database else ()
    yield from in_lines("saslpasswd2 -c", *file, f"-u {realm} USER")


def _for_clients(answers: Answers) -> Iterator[str]:
    if answers.server.source is CertificateSource.CA:
        yield f"The CA certificate, to be installed as a trusted one: {answers.ca.certificate}"
    else:
        yield "Nothing, if their systems know the CA that has signed; else its certificate."
    yield f"The server's name, exactly as in its certificate: {', '.join(answers.server.names)}"


def _certificates(facts: Facts, answers: Answers, now: datetime) -> Iterator[str]:
    named = list(zip(("Server", "Server, ECDSA"), pairs_of(answers.server), strict=False))
    places = [(what, pair.certificate) for what, pair in named]
    if answers.ca.source is not AuthoritySource.NONE:
        places.insert(0, ("CA", answers.ca.certificate))
    for what, path in places:
        certificate = certificate_in(facts, path)
        if certificate is None:
            continue
        until = certificate.facts.not_after
        yield f"{what}: valid until {until:%Y-%m-%d}, {(until - now).days} days left"
        if certificate.facts.limits:
            yield "  It signs for these only, with all names below them:"
            yield from (f"    {limit}" for limit in certificate.facts.limits)
        yield from fingerprint_lines(certificate)


def _renewal(facts: Facts, answers: Answers) -> Iterator[str]:
    """Who does it, where that is somebody else."""
    if answers.server.source is not CertificateSource.FILES:
        return
    for pair in pairs_of(answers.server):
        lineage = lineage_of(facts, pair.certificate)
        if lineage is None:
            yield f"{pair.certificate}: whoever renews it has to run postfix reload."
        else:
            yield f"certbot renews {lineage.name}, and then runs"
            yield f"  {HOOK},"
            yield "  which has Postfix show the new certificate."


def _to_connect_to(names: Sequence[str]) -> str:
    """The first name that stands for one host; below a wildcard any name will do."""
    hosts = [name for name in names if not name.startswith("*")]
    return hosts[0] if hosts else names[0].replace("*", "mail", 1)
