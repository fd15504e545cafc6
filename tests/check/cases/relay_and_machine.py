"""Who may relay, and what is wrong with the machine."""

from pathlib import PurePosixPath

from pfwizard.check.own_log import LONGEST_QUEUE
from pfwizard.machine.facts import Facts
from tests.check.builders import SUBMISSION, Case, main_cf, master_cf
from tests.plan.builders import (
    BARE_MASTER,
    MAIN_CF,
    STOCK_MAIN,
    file,
    machine,
    with_files,
)

NETWORK = {
    "inet-protocols-wrong": Case(
        main_cf("inet_protocols = ipv5\n"), main_cf("inet_protocols = ipv4, ipv6\n")
    ),
    "inet-interfaces-wrong": Case(
        main_cf("inet_interfaces = al\n"), main_cf("inet_interfaces = all\n")
    ),
}

RELAY = {
    "open-relay": Case(
        main_cf("smtpd_relay_restrictions = permit\n"),
        main_cf("smtpd_relay_restrictions = reject_unauth_destination, permit\n"),
    ),
    "open-relay-mynetworks": Case(
        main_cf("mynetworks = 127.0.0.0/8, 0.0.0.0/0\n"), main_cf("mynetworks = 192.0.2.0/24\n")
    ),
    "open-relay-domains": Case(
        main_cf("relay_domains = static:all\n"), main_cf("relay_domains = example.org\n")
    ),
    "service-cannot-start": Case(
        main_cf("smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = permit_mynetworks\n"),
        main_cf("smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = reject\n"),
    ),
    "relay-rests-on-a-claim": Case(
        main_cf(
            "smtpd_relay_restrictions =\n"
            "smtpd_recipient_restrictions = check_sender_access hash:/etc/postfix/friends, "
            "reject_unauth_destination\n"
        ),
        main_cf("smtpd_recipient_restrictions = check_sender_access hash:/etc/postfix/friends\n"),
    ),
    "mynetworks-not-judged": Case(
        main_cf("mynetworks = hash:/etc/postfix/networks\n"), main_cf("mynetworks = 127.0.0.1\n")
    ),
    "mynetworks-of-containers": Case(
        main_cf("mynetworks = 127.0.0.0/8 172.17.0.0/16\n"),
        main_cf("mynetworks = 127.0.0.0/8 172.17.0.4 10.0.0.0/8\n"),
    ),
    "restriction-never-asked": Case(
        main_cf("smtpd_sender_restrictions = permit, reject_unknown_sender_domain\n"),
        main_cf(
            "smtpd_sender_restrictions = warn_if_reject reject, reject_unknown_sender_domain, "
            "permit\n"
        ),
    ),
    "restriction-unknown": Case(
        main_cf("smtpd_recipient_restrictions = reject_unknown_sender_domian\n"),
        main_cf(
            "smtpd_restriction_classes = greylisted\ngreylisted = check_policy_service unix:x\n"
            "smtpd_recipient_restrictions = greylisted\n"
        ),
    ),
}

CLIENT = BARE_MASTER + "smtp unix - - n - - smtp\n"
LOGINS = PurePosixPath("/etc/postfix/sasl_passwd")
WITH_A_LOGIN = f"smtp_sasl_password_maps = hash:{LOGINS}\n"
AT_ONCE = "smtp_tls_wrappermode = yes\nsmtp_tls_security_level = "


def with_logins(text_mode: int, built_mode: int) -> Facts:
    """A machine with a table of logins for other servers, and what is built of it."""
    text, built = file(LOGINS, b"", text_mode), file(PurePosixPath(f"{LOGINS}.db"), b"", built_mode)
    return machine(STOCK_MAIN + WITH_A_LOGIN, CLIENT, text, built)


RELAY_HOST = {
    "relay-passwords-open": Case(with_logins(0o600, 0o644), with_logins(0o600, 0o640)),
    "wrappermode-without-tls": Case(
        machine(STOCK_MAIN + AT_ONCE + "may\n", CLIENT),
        machine(STOCK_MAIN + AT_ONCE + "encrypt\n", CLIENT),
    ),
}

HALF_DONE = file(PurePosixPath("/etc/postfix/main.cf.tmp"), b"")
OF_A_PACKAGE = file(PurePosixPath("/etc/postfix/master.cf.rpmnew"), b"")
OF_THE_PACKAGE = file(PurePosixPath("/etc/postfix/master.cf.proto"), b"")

LOG = "maillog_file = /var/log/mail.log\n"
TWICE = "relayhost = here\nrelayhost = there\n"

MACHINE = {
    "log-waits-for-itself": Case(
        with_files(main_cf(LOG + TWICE), file(LONGEST_QUEUE, b"10\n")),
        with_files(main_cf(LOG + TWICE), file(LONGEST_QUEUE, b"512\n")),
    ),
    "configuration-writable": Case(
        with_files(main_cf(""), file(MAIN_CF, STOCK_MAIN.encode(), 0o664)), main_cf("")
    ),
    "edit-unfinished": Case(with_files(main_cf(""), HALF_DONE), main_cf("")),
    "left-by-package": Case(
        with_files(main_cf(""), OF_A_PACKAGE), with_files(main_cf(""), OF_THE_PACKAGE)
    ),
    "postfix-too-old": Case(
        machine(STOCK_MAIN, BARE_MASTER, version="2.11.3"), machine(STOCK_MAIN, BARE_MASTER)
    ),
    "postfix-not-running": Case(
        machine(STOCK_MAIN, BARE_MASTER, is_running=False),
        machine(STOCK_MAIN, BARE_MASTER, is_running=False, works_on_a_tree=True),
    ),
    "other-instances": Case(
        main_cf("multi_instance_directories = /etc/postfix-out\n"),
        main_cf("multi_instance_name = postfix-out\n"),
    ),
    "loopback-only": Case(
        master_cf(SUBMISSION, "inet_interfaces = localhost\n"),
        main_cf("inet_interfaces = localhost\n"),
    ),
}

CASES = {**NETWORK, **RELAY, **RELAY_HOST, **MACHINE}
