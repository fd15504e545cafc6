"""How the server's certificate and key are kept: as a pair of files, or as one chain file."""

from pfwizard.answers.answers import CertificateLayout, ServerAnswers
from pfwizard.cf.master_cf import MasterCf
from pfwizard.machine.facts import Facts
from pfwizard.machine.postfix import SINCE

CHAIN_FILES = "smtpd_tls_chain_files"

PARAMETERS_OF_A_PAIR = frozenset(
    f"smtpd_tls_{kind}{what}_file" for kind in ("", "ec", "d") for what in ("cert", "key")
)
"""Those that have no effect where smtpd_tls_chain_files is set (postconf(5))."""


def layout_of(server: ServerAnswers, facts: Facts) -> CertificateLayout:
    """What the answers ask for; left to us, what main.cf has today, else what is newer.

    A chain file cannot show a new certificate with an old key, not for a moment (postconf(5),
    smtpd_tls_chain_files). But it would override what a service has of its own.
    """
    if server.layout is not CertificateLayout.AUTO:
        return server.layout
    today = facts.effective
    if facts.postfix.version < SINCE[CHAIN_FILES]:
        return CertificateLayout.PAIR
    if today.value(CHAIN_FILES):
        return CertificateLayout.CHAIN
    is_pair = today.value("smtpd_tls_cert_file") == str(server.certificate)
    if is_pair or _would_override_a_service(facts.configuration.master):
        return CertificateLayout.PAIR
    return CertificateLayout.CHAIN


def _would_override_a_service(master: MasterCf) -> bool:
    return any(
        service.command == "smtpd"
        and master.find(service.endpoint) == service
        and service.option(CHAIN_FILES) is None
        and not PARAMETERS_OF_A_PAIR.isdisjoint(option.name for option in service.options)
        for service in master.services
    )
