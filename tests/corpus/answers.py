"""The two sets of answers that every configuration is planned with, and what they ask for."""

from enum import Enum

from pfwizard.answers.answers import Answers
from pfwizard.answers.reading import parse
from pfwizard.machine.postfix import Version
from tests.guide import ANSWERS, MAIN_CF

AT_ONCE = 'key_type = "ec:p256"'
"""Keys that are made at once."""

DEFAULT_ANSWERS = f"""\
format = 1
[ca]
{AT_ONCE}
[ca.subject]
common_name = "ca.example.org"
[server]
{AT_ONCE}
names = ["mail.example.org"]
[server.subject]
common_name = "mail.example.org"
"""
"""What has no default is answered, and nothing else."""


class Asked(Enum):
    """Whose answers."""

    DEFAULT = "default"
    GUIDE = "guide"

    def __str__(self) -> str:
        return self.value

    @property
    def text(self) -> str:
        """The answers file."""
        guide = ANSWERS.replace('key_type = "rsa:2048"', AT_ONCE)
        return DEFAULT_ANSWERS if self is Asked.DEFAULT else guide

    @property
    def answers(self) -> Answers:
        return parse(self.text.encode())

    def settings(self, version: Version) -> dict[str, str]:
        """What main.cf says afterwards, wherever nothing is against it."""
        if self is Asked.GUIDE:
            return MAIN_CF
        key = "/etc/postfix/ssl/private/server.key"
        pair = {"smtpd_tls_cert_file": "/etc/postfix/ssl/server.crt", "smtpd_tls_key_file": key}
        return {
            "smtpd_tls_security_level": "may",
            "smtpd_recipient_restrictions": "permit_mynetworks permit_sasl_authenticated",
            **(pair if version < CHAIN_FILES else {"smtpd_tls_chain_files": key}),
        }


CHAIN_FILES = Version(3, 4)

LOGGED_IN = "permit_sasl_authenticated,reject"


def added(label: str, version: Version) -> dict[str, str]:
    """The options of a service for port 465 that is written anew: as in the stock master.cf."""
    options = {
        "syslog_name": f"postfix/{label}",
        "smtpd_tls_wrappermode": "yes",
        "smtpd_sasl_auth_enable": "yes",
        "smtpd_reject_unlisted_recipient": "no",
        "smtpd_client_restrictions": LOGGED_IN,
        "smtpd_helo_restrictions": "",
        "smtpd_sender_restrictions": "",
        "milter_macro_daemon_name": "ORIGINATING",
    }
    if version < Version(3, 7):
        options |= {"smtpd_recipient_restrictions": "", "smtpd_relay_restrictions": LOGGED_IN}
    else:
        options |= {"smtpd_recipient_restrictions": LOGGED_IN, "smtpd_relay_restrictions": ""}
    if version >= Version(3, 8):
        options |= {"local_header_rewrite_clients": "static:all"}
    if version >= Version(3, 10):
        options |= {"smtpd_forbid_unauth_pipelining": "no", "smtpd_hide_client_session": "yes"}
    return options
