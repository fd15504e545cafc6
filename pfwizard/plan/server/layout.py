"""How the server's certificate and key are kept: as a pair of files, or as one chain file."""

from pfwizard.answers.answers import CertificateLayout, ServerAnswers
from pfwizard.machine.facts import Facts
from pfwizard.machine.postfix import SINCE


def layout_of(server: ServerAnswers, facts: Facts) -> CertificateLayout:
    """What the answers ask for; left to us, what main.cf has today, else what is newer.

    A chain file cannot show a new certificate with an old key, not for a moment (postconf(5),
    smtpd_tls_chain_files).
    """
    if server.layout is not CertificateLayout.AUTO:
        return server.layout
    today = facts.effective
    if facts.postfix.version < SINCE["smtpd_tls_chain_files"]:
        return CertificateLayout.PAIR
    is_pair = today.value("smtpd_tls_cert_file") == str(server.certificate)
    if is_pair and not today.value("smtpd_tls_chain_files"):
        return CertificateLayout.PAIR
    return CertificateLayout.CHAIN
