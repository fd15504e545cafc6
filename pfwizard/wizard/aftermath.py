"""What to know when a change has been applied: how to try it, what to publish, what runs out."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import PurePosixPath

from pfwizard.answers.answers import Answers
from pfwizard.apply.manifest import TransactionId
from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.machine.effective import Effective
from pfwizard.machine.facts import Facts
from pfwizard.pki.certificates import Certificate, load_certificates
from pfwizard.pki.errors import PkiError
from pfwizard.pki.names import is_ip
from pfwizard.plan.plan import Plan, SmtpPort
from pfwizard.plan.services import ports_of
from pfwizard.plan.wording import described, headline
from pfwizard.publishing.commands import in_lines
from pfwizard.publishing.publication import facts_after, publication
from pfwizard.publishing.section import Section as Section
from pfwizard.publishing.sections import fingerprint_lines, records_section
from pfwizard.publishing.trust_stores import how_to_trust
from pfwizard.quoting import harmless

LOGIN = ("--auth PLAIN --auth-user USER", "--to USER")
"""Options of swaks(1)."""


def aftermath(plan: Plan, facts: Facts, answers: Answers, now: datetime) -> tuple[Section, ...]:
    """Everything worth knowing after this plan has been applied."""
    server = _certificate(plan, facts, answers.server.certificate)
    authority = _certificate(plan, facts, answers.ca.certificate)
    effective = Effective(MainCf.parse(plan.main_cf), facts.postfix.defaults)
    ports = ports_of(MasterCf.parse(plan.master_cf), effective)
    sections = (
        Section("Try it from another machine", tuple(_trials(answers, ports))),
        Section("What clients need", tuple(_for_clients(answers))),
        Section("Certificates", tuple(_certificates(authority, server, now))),
        records_section(publication(facts_after(facts, plan))),
        Section("To install the CA certificate", tuple(how_to_trust(answers.ca.certificate.name))),
    )
    return tuple(section for section in sections if section.lines)


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
                "Send and fetch mail, and log in if users could before.",
                "Set back clients that were set up for what is gone.",
                f"pfwizard history{options} lists every change, pfwizard{options} makes a new one.",
            ),
        ),
    )


def _certificate(plan: Plan, facts: Facts, path: PurePosixPath) -> Certificate | None:
    """The certificate as it stands now: planned, or there before."""
    planned = [change.after for change in plan.changes if change.path == path]
    content = planned[0] if planned else facts.file(path).content
    try:
        return None if content is None else load_certificates(content)[0]
    except PkiError:
        return None


def _trials(answers: Answers, ports: tuple[SmtpPort, ...]) -> Iterator[str]:
    """Commands that verify the certificate against the CA and the host name (openssl-s_client)."""
    host = _to_connect_to(answers.server.names)
    check = "-verify_ip" if is_ip(host) else "-verify_hostname"
    place = f"[{host}]" if ":" in host else host
    ca_file = answers.ca.certificate.name
    for port in ports:
        if port.offers_tls:
            starttls = ("-starttls smtp",) if port.greets else ()
            yield from in_lines(
                f"openssl s_client -connect {place}:{port.port}",
                *starttls,
                f"-CAfile {ca_file}",
                f"{check} {host}",
                "-verify_return_error -brief",
            )
    if answers.sasl.enabled and answers.services.smtps:
        yield from in_lines(f"swaks --server {host}:465", "--tls-on-connect", *LOGIN)
    elif answers.sasl.enabled:
        number = 587 if answers.services.submission else 25
        yield from in_lines(f"swaks --server {host}:{number}", "--tls", *LOGIN)


def _for_clients(answers: Answers) -> Iterator[str]:
    yield f"The CA certificate, to be installed as a trusted one: {answers.ca.certificate}"
    yield f"The server's name, exactly as in its certificate: {', '.join(answers.server.names)}"


def _certificates(
    authority: Certificate | None, server: Certificate | None, now: datetime
) -> Iterator[str]:
    for what, certificate in (("CA", authority), ("Server", server)):
        if certificate is None:
            continue
        facts = certificate.facts
        days = (facts.not_after - now).days
        yield f"{what}: valid until {facts.not_after:%Y-%m-%d}, {days} days left"
        yield from fingerprint_lines(certificate)


def _to_connect_to(names: Sequence[str]) -> str:
    """The first name that stands for one host; below a wildcard any name will do."""
    hosts = [name for name in names if not name.startswith("*")]
    return hosts[0] if hosts else names[0].replace("*", "mail", 1)
