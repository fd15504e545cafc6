"""In which files the server's certificate and key are: a pair, or one chain file."""

from pfwizard.answers.answers import CertificateLayout
from pfwizard.machine.postfix import SINCE
from pfwizard.plan.draft import Draft


def layout_of(draft: Draft) -> CertificateLayout:
    """What the answers ask for; left to us, what main.cf has today, else what is newer.

    A chain file cannot show a new certificate with an old key, not for a moment (postconf(5),
    smtpd_tls_chain_files).
    """
    wanted = draft.answers.server.layout
    if wanted is not CertificateLayout.AUTO:
        return wanted
    today = draft.effective_until_now
    if draft.facts.postfix.version < SINCE["smtpd_tls_chain_files"]:
        return CertificateLayout.PAIR
    is_pair = today.value("smtpd_tls_cert_file") == str(draft.answers.server.certificate)
    if is_pair and not today.value("smtpd_tls_chain_files"):
        return CertificateLayout.PAIR
    return CertificateLayout.CHAIN
