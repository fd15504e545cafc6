"""Configurations and answers that are as they should be, made by chance from what servers have.

The same seed makes the same ones, whatever else has been made before.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.real.sasl.login_server import NAME, PASSWORD, PasswordServer

SERVER = "mail.kernel-panic.it"

SETTINGS: Mapping[str, Sequence[str]] = {
    "inet_interfaces": ("all", "loopback-only", "127.0.0.1", f"{SERVER}, localhost"),
    "inet_protocols": ("all", "ipv4"),
    "compatibility_level": ("0", "2", "3.6"),
    "disable_vrfy_command": ("yes",),
    "smtpd_helo_required": ("yes",),
    "smtpd_helo_restrictions": (
        "permit_mynetworks, reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname",
        "permit_mynetworks permit_sasl_authenticated reject_invalid_helo_hostname",
    ),
    "smtpd_client_restrictions": (
        "permit_mynetworks, reject_unauth_pipelining",
        "permit_mynetworks, permit_sasl_authenticated, permit",
        "check_client_access cidr:/etc/postfix/clients.cidr",
    ),
    "smtpd_sender_restrictions": (
        "reject_non_fqdn_sender",
        "permit_mynetworks, reject_unknown_sender_domain",
        "reject_unlisted_sender",
    ),
    "smtpd_relay_restrictions": (
        "permit_mynetworks permit_sasl_authenticated defer_unauth_destination",
        "permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination",
        "permit_mynetworks, reject_unauth_destination",
    ),
    "smtpd_recipient_restrictions": (
        "permit_mynetworks, reject_unauth_destination",
        "permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination, permit",
        "permit_mynetworks, reject_unauth_destination, check_recipient_access inline:{no@ours=OK}",
        "permit_mynetworks, reject_unauth_destination, check_policy_service unix:private/policy",
        "permit_mynetworks, reject_unauth_destination, reject_unverified_recipient",
        "permit_mynetworks, reject_unauth_destination, reject_unlisted_recipient",
    ),
    "smtpd_data_restrictions": ("reject_unauth_pipelining", "reject_multi_recipient_bounce"),
    "smtpd_delay_reject": ("yes", "no"),
    "header_checks": ("regexp:/etc/postfix/header_checks",),
    "body_checks": ("regexp:/etc/postfix/header_checks",),
    "content_filter": ("smtp:[127.0.0.1]:10024",),
    "smtpd_milters": ("inet:127.0.0.1:8891", "unix:/run/nowhere/milter.sock"),
    "milter_default_action": ("accept",),
    "mynetworks": ("127.0.0.0/8 [::1]/128", "cidr:/etc/postfix/networks.cidr", "192.0.2.0/24"),
    "mynetworks_style": ("host",),
    "relay_domains": ("", "example.org", "$mydestination"),
    "mydestination": (
        f"$myhostname, {SERVER}, localhost",
        "localhost",
    ),
    "virtual_mailbox_domains": ("kernel-panic.it",),
    "virtual_alias_maps": ("inline:{ {info@kernel-panic.it=root} }",),
    "local_recipient_maps": ("",),
    "recipient_delimiter": ("+",),
    "smtpd_banner": ("$myhostname ESMTP",),
    "smtpd_discard_ehlo_keywords": ("chunking", "silent-discard, dsn"),
    "smtpd_tls_ask_ccert": ("yes",),
    "smtpd_tls_received_header": ("yes",),
    "smtpd_tls_loglevel": ("0", "1"),
    "smtpd_tls_protocols": ("!SSLv2, !SSLv3", ">=TLSv1.2"),
    "smtpd_tls_mandatory_ciphers": ("high", "medium"),
    "smtpd_tls_exclude_ciphers": ("aNULL, MD5, DES", "RC4"),
    "smtpd_tls_session_cache_database": ("btree:${data_directory}/smtpd_scache",),
    "smtpd_tls_auth_only": ("yes", "no"),
    "tls_preempt_cipherlist": ("yes",),
    "tls_server_sni_maps": ("$default_database_type:/etc/postfix/sni",),
    "smtpd_client_connection_count_limit": ("2",),
    "smtpd_client_connection_rate_limit": ("3",),
    "smtpd_client_auth_rate_limit": ("2",),
    "smtpd_client_new_tls_session_rate_limit": ("3",),
    "smtpd_client_recipient_rate_limit": ("1",),
    "smtpd_soft_error_limit": ("1",),
    "smtpd_hard_error_limit": ("2",),
    "message_size_limit": ("1000000", "0"),
    "soft_bounce": ("yes",),
    "smtputf8_enable": ("no",),
    "smtpd_sasl_security_options": ("noanonymous",),
    "smtpd_sasl_authenticated_header": ("yes",),
    "smtpd_reject_unlisted_recipient": ("no",),
    "address_verify_map": ("btree:${data_directory}/verify",),
    "debug_peer_list": ("127.0.0.1",),
}
"""What main.cf has besides the package's, with the values that it has."""

TOGETHER = (("smtpd_milters", "milter_default_action"),)
"""Without the second, the first would put off all mail."""

FILES: Mapping[str, str] = {
    "/etc/postfix/policy": """\
while read -r line; do
    [ "$line" ] || printf "action=DUNNO\\n\\n"
done
""",
    "/etc/postfix/header_checks": "/^X-Unwanted:/ REJECT\n",
    "/etc/postfix/clients.cidr": "192.0.2.66 REJECT\n",
    "/etc/postfix/networks.cidr": "127.0.0.0/8 ours\n10.0.0.0/8 ours\n",
}
"""What they name; the table for SNI is made once, because postmap(1) has to."""

POLICY = """\
policy unix - n n - 0 spawn
  user=nobody argv=/bin/sh /etc/postfix/policy
"""
"""A server that is asked about every recipient (SMTPD_POLICY_README)."""

POSTSCREEN = """\
smtp inet n - {jail} - 1 postscreen
  -o postscreen_greet_action=enforce
smtpd pass - - {jail} - - smtpd
dnsblog unix - - {jail} - 0 dnsblog
tlsproxy unix - - {jail} - 0 tlsproxy
"""

SMTP = (
    "smtp inet n - y - - smtpd\n",
    "smtp inet n - n - - smtpd\n",
    "smtp inet n - y - - smtpd\n  -o smtpd_sasl_auth_enable=no\n",
    "smtp inet n - n - 20 smtpd\n  -o { smtpd_banner = $myhostname ESMTP }\n",
    POSTSCREEN.format(jail="y"),
    POSTSCREEN.format(jail="n"),
)

AFTER_A_FILTER = """\
127.0.0.1:10025 inet n - n - - smtpd
  -o content_filter=
  -o smtpd_tls_security_level=none
  -o mynetworks=127.0.0.0/8
  -o smtpd_recipient_restrictions=permit_mynetworks,reject
"""

OF_SUBMISSION = (
    "  -o syslog_name=postfix/{name}\n"
    "  -o smtpd_sasl_auth_enable=yes\n"
    "  -o smtpd_reject_unlisted_recipient=no\n"
    "  -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject\n"
)
MORE_SERVICES = (
    "submission inet n - y - - smtpd\n  -o smtpd_tls_security_level=encrypt\n"
    + OF_SUBMISSION.format(name="submission"),
    "submissions inet n - y - - smtpd\n  -o smtpd_tls_wrappermode=yes\n"
    + OF_SUBMISSION.format(name="submissions"),
    "smtps inet n - n - - smtpd\n  -o smtpd_tls_wrappermode=yes\n"
    + OF_SUBMISSION.format(name="smtps"),
    "2525 inet n - n - - smtpd\n  -o smtpd_tls_security_level=may\n",
    AFTER_A_FILTER,
    "#submission inet n - y - - smtpd\n#  -o syslog_name=postfix/submission\n",
)

TRUTHS = ("true", "false")
NAMES = (f'["{SERVER}"]', f'["{SERVER}", "smtp.kernel-panic.it"]')
RESTRICTIONS = '["permit_mynetworks", "permit_sasl_authenticated"]'

AS_OF_THE_PACKAGE = 0.3
"""How many of them leave port 25 as it is."""

SUBMISSIONS = ("submissions inet", "smtps inet")
"""Two names of one port."""


@dataclass(frozen=True)
class GoodPlan:
    """``files`` are contents by path, ``answers`` an answers file, and ``user`` can log in."""

    seed: int
    files: Mapping[str, str]
    answers: str = field(repr=False)
    user: str = NAME
    password: str = PASSWORD


def good_plan(seed: int, stock: Mapping[str, str], checkers: Sequence[PasswordServer]) -> GoodPlan:
    """``stock`` are the package's main.cf and master.cf; one of ``checkers`` knows the user."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret comes of it
    checker = chance.choice(checkers)
    main_cf, master_cf = "/etc/postfix/main.cf", "/etc/postfix/master.cf"
    files = {
        **FILES,
        main_cf: stock[main_cf] + "".join(_settings(chance)),
        master_cf: _master_cf(chance, stock[master_cf]),
    }
    return GoodPlan(seed, files, _answers(chance, checker), checker.user)


def _settings(chance: random.Random) -> list[str]:
    names = set(chance.sample(sorted(SETTINGS), chance.randint(0, 14)))
    for group in TOGETHER:
        if names & set(group):
            names |= set(group)
    return [f"{name} = {chance.choice(SETTINGS[name])}\n" for name in sorted(names)]


def _master_cf(chance: random.Random, stock: str) -> str:
    """The first line of the package's is for port 25."""
    first, *others = [line for line in stock.splitlines(keepends=True) if line[0] not in "#\n"]
    more = chance.sample(MORE_SERVICES, chance.randint(0, 3))
    if all(any(each.startswith(name) for each in more) for name in SUBMISSIONS):
        more = [each for each in more if not each.startswith(SUBMISSIONS[1])]
    begin = first if chance.random() < AS_OF_THE_PACKAGE else chance.choice(SMTP)
    return "".join([begin, *others, *more, POLICY])


def _answers(chance: random.Random, checker: PasswordServer) -> str:
    pick = chance.choice
    smtps, submission = pick([(True, True), (True, False), (False, True), (True, True)])
    profile = pick(["", "", "postfix", "intermediate", "modern", "ncsc"])
    version = "" if profile else pick(["", "TLSv1.2", "TLSv1.3"])
    ecdsa = pick([True, False])
    lines = [
        "format = 1",
        "[ca]",
        f'key_type = "{pick(["ec:p256", "ec:p384"])}"',
        "[ca.subject]",
        'common_name = "Certificate authority"',
        "[server]",
        f"names = {pick(NAMES)}",
        f'key_type = "{"rsa:2048" if ecdsa else pick(["rsa:2048", "ec:p256"])}"',
        f'layout = "{pick(["auto", "pair", "chain"])}"',
        f"ecdsa = {str(ecdsa).lower()}",
        "[server.subject]",
        f'common_name = "{SERVER}"',
        "[tls]",
        f'security_level = "{pick(["may", "may", "may", "encrypt"])}"',
        f'profile = "{profile}"',
        f'minimum_version = "{version}"',
        f"auth_only = {pick(['true', 'false'])}",
        'ca_file = "/etc/ssl/ca.crt"',
        "[services]",
        f"smtps = {str(smtps).lower()}",
        f"submission = {str(submission).lower()}",
        *([f'smtps_client_certificates = "{pick(["", "ask", "require"])}"'] if smtps else []),
        *([f'submission_client_certificates = "{pick(["", "ask"])}"'] if submission else []),
        "[sasl]",
        f'scope = "{pick(["submission", "everywhere"])}"',
        f"broken_clients = {pick(['true', 'false'])}",
        f"recipient_restrictions = {pick(['[]', RESTRICTIONS])}",
        checker.answers,
    ]
    return "\n".join(lines) + "\n"
