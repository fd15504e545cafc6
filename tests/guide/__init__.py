"""The recipe that pfwizard grew out of: its answers, and what it writes into main.cf."""

from pathlib import Path

ANSWERS = (Path(__file__).parent / "guide.toml").read_text()

SOCKET_OF_THE_GUIDE = "/var/run/courier-auth/socket"

MAIN_CF = {
    "smtpd_tls_security_level": "may",
    "smtpd_tls_loglevel": "1",
    "smtpd_tls_cert_file": "/etc/postfix/ssl/server.crt",
    "smtpd_tls_key_file": "/etc/postfix/ssl/private/server.key",
    "smtpd_tls_CAfile": "/etc/ssl/ca.crt",
    "tls_random_source": "dev:/dev/urandom",
    "smtpd_sasl_auth_enable": "yes",
    "smtpd_recipient_restrictions": "permit_mynetworks permit_sasl_authenticated",
    "broken_sasl_auth_clients": "yes",
    "smtpd_sasl_local_domain": "$mydomain",
}


def answers_with_socket(socket: str) -> str:
    """The guide's answers on a platform whose authdaemond listens elsewhere."""
    changed = ANSWERS.replace(SOCKET_OF_THE_GUIDE, socket)
    assert changed != ANSWERS
    return changed
