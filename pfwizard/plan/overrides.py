"""What else in master.cf decides whether the settings in main.cf have their effect."""

from pfwizard.answers.wording import Named, Wording
from pfwizard.cf.master_cf import MasterCf
from pfwizard.cf.service import Service
from pfwizard.enumeration import listed
from pfwizard.machine.effective import Effective
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import Finding, warning
from pfwizard.plan.server.layout import CHAIN_FILES, PARAMETERS_OF_A_PAIR
from pfwizard.plan.services import smtp_servers
from pfwizard.plan.tls.tls import PAIR, level_of

EQUAL = (
    "smtpd_sasl_path",
    "smtpd_sasl_type",
    "smtpd_tls_CAfile",
    "smtpd_tls_cert_file",
    "smtpd_tls_chain_files",
    "smtpd_tls_eccert_file",
    "smtpd_tls_eckey_file",
    "smtpd_tls_key_file",
)
"""Parameters in which a service is expected to follow main.cf."""


def judge_overrides(draft: Draft) -> Draft:
    """Tell of services that do not do what the answers ask for."""
    for service in smtp_servers(draft.master, draft.effective):
        draft = _judge_service(_with_whole_pairs(draft, service), service)
    return _judge_postscreen(draft)


def _judge_service(draft: Draft, service: Service) -> Draft:
    without_effect = _without_effect(draft, service)
    if without_effect:
        draft = draft.with_finding(_overridden_by_chain(draft, service, without_effect))
    names = [name for name in overridden(draft.effective, service) if name not in without_effect]
    if not names:
        return draft
    return draft.with_finding(
        warning(
            "overridden-in-master",
            f"the service {service.name} in master.cf has its own {listed(names)}, "
            "which the settings in main.cf do not change",
            "Remove these -o options from master.cf if the service is to follow main.cf.",
        )
    )


def overridden(ours: Effective, service: Service) -> list[str]:
    """The parameters in which a service does not follow main.cf, or is less strict about TLS."""
    theirs = ours.of(service)
    names = [
        name
        for name in EQUAL
        if service.option(name) is not None and theirs.value(name) != ours.value(name)
    ]
    if level_of(theirs) < level_of(ours) and not theirs.is_on("smtpd_tls_wrappermode"):
        names.append("smtpd_tls_security_level")
    return names


# --- certificates ---------------------------------------------------------------------------------


def _with_whole_pairs(draft: Draft, service: Service) -> Draft:
    """A certificate that the service names itself keeps its key, and such a key its certificate.

    Where it has one half alone, the other is that of main.cf, or by default the same file.
    """
    if draft.effective.of(service).value(CHAIN_FILES):
        return draft
    for certificate, key in PAIR.items():
        own_certificate, own_key = (_own(draft, service, name) for name in (certificate, key))
        if own_certificate is not None and service.option(key) is None:
            draft = _keeping(draft, service, key, instead=own_certificate)
        elif own_key is not None and service.option(certificate) is None:
            draft = _keeping(draft, service, certificate)
    return draft


def _own(draft: Draft, service: Service, name: str) -> str | None:
    """The service's own value, where it is not that of main.cf all the same."""
    theirs = draft.effective.of(service).value(name)
    is_own = service.option(name) is not None and theirs != draft.effective.value(name)
    return theirs if is_own else None


def _keeping(draft: Draft, service: Service, name: str, instead: str = "") -> Draft:
    """Plan that the service has the value that it has had, or ``instead`` of none."""
    kept = draft.effective_until_now.of(service).value(name) or instead
    is_changed = kept != draft.effective.of(service).value(name)
    return draft.with_option(service, name, kept) if kept and is_changed else draft


def _without_effect(draft: Draft, service: Service) -> list[str]:
    """The service's own files that the chain of main.cf overrides (postconf(5))."""
    if service.option(CHAIN_FILES) is not None or not draft.effective.value(CHAIN_FILES):
        return []
    return sorted(PARAMETERS_OF_A_PAIR & {option.name for option in service.options})


def _overridden_by_chain(draft: Draft, service: Service, names: list[str]) -> Finding:
    return warning(
        "certificate-without-effect",
        f"the service {service.name} in master.cf has its own {listed(names)}, without any effect: "
        f"smtpd_tls_chain_files in main.cf overrides it, and clients are shown the certificate in "
        f"{draft.effective.value(CHAIN_FILES)}",
        Wording(
            "Set ",
            Named("server.layout", "pair"),
            ", or give the service an option smtpd_tls_chain_files of its own; or remove these.",
        ),
    )


def _judge_postscreen(draft: Draft) -> Draft:
    return draft.with_finding(TLSPROXY_MISSING) if lacks_tlsproxy(draft.master) else draft


TLSPROXY_MISSING = warning(
    "tlsproxy-missing",
    "postscreen answers on port 25, but its helper for TLS, tlsproxy, is not in master.cf",
    "Uncomment the tlsproxy service in master.cf.",
)


def lacks_tlsproxy(master: MasterCf) -> bool:
    """postscreen(8) leaves TLS to tlsproxy(8), which the stock master.cf has switched off."""
    commands = {service.command for service in master.services}
    return "postscreen" in commands and "tlsproxy" not in commands
