"""Certificates that the services for mail programs ask their clients for (TLS_README)."""

from pfwizard.answers.services_answers import ClientCertificates
from pfwizard.answers.wording import Named, Wording
from pfwizard.cf.service import Service
from pfwizard.machine.effective import Effective
from pfwizard.plan.clients.client_access import ASK
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import note, refusal, warning
from pfwizard.plan.services import TLS_FROM_THE_FIRST_BYTE, WITH_STARTTLS, on_port

REQUIRE = "smtpd_tls_req_ccert"
CA_FILE, CA_PATH = "smtpd_tls_CAfile", "smtpd_tls_CApath"
TRUSTS_ALL = "tls_append_default_CA"


def plan_client_certificates(draft: Draft) -> Draft:
    """Have the services ask for certificates, or require them; it is never taken back."""
    services = draft.answers.services
    for submission, is_on, wanted in (
        (TLS_FROM_THE_FIRST_BYTE, services.smtps, services.smtps_client_certificates),
        (WITH_STARTTLS, services.submission, services.submission_client_certificates),
    ):
        if is_on and wanted is not ClientCertificates.UNCHANGED:
            for service in on_port(draft.master, submission.endpoint):
                draft = _asking(draft, service, wanted)
    return draft


def asks_today(effective: Effective) -> ClientCertificates:
    """What a service with these parameters does; requiring implies asking."""
    if effective.is_on(REQUIRE):
        return ClientCertificates.REQUIRE
    return ClientCertificates.ASK if effective.is_on(ASK) else ClientCertificates.UNCHANGED


def _asking(draft: Draft, service: Service, wanted: ClientCertificates) -> Draft:
    if wanted is ClientCertificates.REQUIRE:
        return _requiring(draft, service)
    if asks_today(draft.effective.of(service)) is ClientCertificates.UNCHANGED:
        return draft.with_option(service, ASK, "yes")
    return draft


def _requiring(draft: Draft, service: Service) -> Draft:
    effective = draft.effective.of(service)
    if not effective.value(CA_FILE) and not effective.value(CA_PATH):
        return draft.with_finding(
            refusal(
                "no-ca-for-clients",
                f"the service {service.name} is to require certificates of its clients, and no CA "
                "is named by which they could be judged: it would let nobody in",
                Wording("Name the file of a CA in ", Named("tls.ca_file"), "."),
            )
        )
    if not effective.is_on(REQUIRE):
        draft = draft.with_option(service, REQUIRE, "yes")
    if effective.is_on(TRUSTS_ALL):
        draft = draft.with_finding(
            warning(
                "every-ca-trusted",
                f"{TRUSTS_ALL} lets the service {service.name} take a certificate of any CA that "
                "this system trusts, which is one of anybody's",
                f"Take {TRUSTS_ALL} out of main.cf.",
            )
        )
    return draft.with_finding(
        note(
            "certificates-required",
            f"the service {service.name} sends away every mail program that shows no certificate "
            "of a CA it trusts; whoever has one still has to log in",
        )
    )
