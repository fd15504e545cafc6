"""What else in master.cf decides whether the settings in main.cf have their effect."""

from pfwizard.cf.service import Service
from pfwizard.enumeration import listed
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import warning
from pfwizard.plan.services import smtp_servers
from pfwizard.plan.tls import level_of

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
    for service in smtp_servers(draft.master):
        names = _overridden(draft, service)
        if names:
            draft = draft.with_finding(
                warning(
                    "overridden-in-master",
                    f"the service {service.name} in master.cf has its own {listed(names)}, "
                    "which the settings in main.cf do not change",
                    "Remove these -o options from master.cf if the service is to follow main.cf.",
                )
            )
    return _judge_postscreen(draft)


def _overridden(draft: Draft, service: Service) -> list[str]:
    ours = draft.effective
    theirs = ours.of(service)
    names = [
        name
        for name in EQUAL
        if service.option(name) is not None and theirs.value(name) != ours.value(name)
    ]
    if level_of(theirs) < level_of(ours) and not theirs.is_on("smtpd_tls_wrappermode"):
        names.append("smtpd_tls_security_level")
    return names


def _judge_postscreen(draft: Draft) -> Draft:
    """postscreen(8) leaves TLS to tlsproxy(8), which the stock master.cf has switched off."""
    commands = {service.command for service in draft.master.services}
    if "postscreen" not in commands or "tlsproxy" in commands:
        return draft
    return draft.with_finding(
        warning(
            "tlsproxy-missing",
            "postscreen answers on port 25, but its helper for TLS, tlsproxy, is not in master.cf",
            "Uncomment the tlsproxy service in master.cf.",
        )
    )
