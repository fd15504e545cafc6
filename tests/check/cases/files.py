"""main.cf and master.cf: what cannot be read, is not meant, is of old, or overridden."""

from dataclasses import replace
from pathlib import PurePosixPath

from pfwizard.machine.postfix import Version
from tests.check.builders import LOGINS, SUBMISSION, SUBMISSIONS, Case, main_cf, master_cf
from tests.plan.builders import (
    BARE_MASTER,
    MAIN_CF,
    STOCK_MAIN,
    directory,
    file,
    machine,
    with_files,
)

READING = {
    "unreadable-line": Case(main_cf("smtpd_banner\n"), main_cf("smtpd_banner =\n")),
    "ignored-line": Case(
        machine("  relayhost = there\n" + STOCK_MAIN, BARE_MASTER),
        machine("# first\n  # then\n" + STOCK_MAIN, BARE_MASTER),
    ),
    "broken-expansion": Case(main_cf("relayhost = ${myhostname\n"), main_cf("relayhost = $$\n")),
}

MAIN = {
    "duplicate-setting": Case(
        main_cf("relayhost = here\nrelayhost = there\n"),
        main_cf("relayhost = here\nrelayhost = here\n"),
    ),
    "inline-comment": Case(
        main_cf("relayhost = mail.example.org # for now\n"),
        main_cf("# for now\nrelayhost = mail.example.org\nsmtpd_banner = $myhostname ESMTP # 1\n"),
    ),
    "indented-setting": Case(
        main_cf("smtpd_banner = here\n smtpd_tls_auth_only = yes\n"),
        main_cf(
            "smtpd_tls_auth_only = yes\ndebugger_command =\n PATH=/bin:/usr/bin\n"
            "smtpd_milters = { inet:localhost:8891,\n  default_action=accept }\n"
        ),
    ),
    "no-final-newline": Case(machine(STOCK_MAIN.rstrip("\n"), BARE_MASTER), main_cf("")),
    "undefined-parameter": Case(
        master_cf(SUBMISSION + "  -o smtpd_client_restrictions=$mua_client_restrictions\n"),
        master_cf(
            SUBMISSION + "  -o smtpd_client_restrictions=$mua_client_restrictions\n",
            "mua_client_restrictions = permit_sasl_authenticated, reject\n"
            'mailbox_command = procmail -a "$EXTENSION"\n',
        ),
    ),
    "parameter-unknown": Case(
        main_cf("smtpd_tls_auth_onyl = yes\n"),
        main_cf("smtpd_tls_auth_only = yes\nmy_networks_at_home = 192.0.2.0/24\n"),
    ),
    "table-type-unavailable": Case(
        main_cf("virtual_alias_maps = lmdb:/etc/postfix/virtual\n"),
        main_cf("virtual_alias_maps = hash:/etc/postfix/virtual, proxy:hash:/etc/other\n"),
    ),
}

OBSOLETE = {
    "obsolete-parameter": Case(
        main_cf("smtpd_use_tls = yes\n"), main_cf("smtpd_tls_security_level = may\n")
    ),
    "obsolete-restriction": Case(
        main_cf("smtpd_recipient_restrictions = reject_unknown_hostname\n"),
        main_cf("smtpd_recipient_restrictions = reject_unknown_helo_hostname\n"),
    ),
    "unavailable-parameter": Case(
        main_cf("smtpd_tls_enable_rpk = yes\n"), main_cf("smtpd_sasl_mechanism_filter = plain\n")
    ),
    "ciphers-by-hand": Case(
        main_cf("tls_high_cipherlist = EDH+CAMELLIA:EECDH+AESGCM\n"),
        main_cf("smtpd_tls_ciphers = high\n"),
    ),
    "settings-unneeded": Case(
        main_cf("tls_random_source = dev:/dev/urandom\n"), main_cf("tls_random_source =\n")
    ),
    "obsolete-dialect": Case(
        main_cf("broken_sasl_auth_clients = yes\n"), main_cf("broken_sasl_auth_clients = no\n")
    ),
}

ON_EACH_AND_ALL = master_cf(SUBMISSIONS + SUBMISSIONS.replace("submissions", "127.0.0.1:smtps"))
POSTFIX_3_5 = replace(ON_EACH_AND_ALL.postfix, version=Version(3, 5, 25))

MASTER = {
    "option-with-blanks": Case(
        master_cf("submission inet n - n - - smtpd\n  -o smtpd_client_restrictions = reject\n"),
        master_cf("submission inet n - n - - smtpd\n  -o { smtpd_client_restrictions = reject }\n"),
    ),
    "option-quoted": Case(
        master_cf(SUBMISSION + '  -o syslog_name="submission"\n'),
        master_cf(SUBMISSION + "  -o syslog_name=submission\n"),
    ),
    "option-without-effect": Case(
        master_cf(SUBMISSION + "  -o smtpd_tls_session_cache_database=btree:/x\n"),
        master_cf(SUBMISSION + "  -o smtpd_tls_loglevel=2\n"),
    ),
    "half-uncommented-service": Case(
        master_cf("#submission inet n - n - - smtpd\n  -o smtpd_tls_security_level=encrypt\n"),
        master_cf("#submission inet n - n - - smtpd\n#  -o smtpd_tls_security_level=encrypt\n"),
    ),
    "submission-options-on-port-25": Case(
        master_cf("  -o smtpd_tls_security_level=encrypt\n"),
        master_cf("  -o smtpd_tls_security_level=may\n" + SUBMISSION),
    ),
    "duplicate-service": Case(
        master_cf(SUBMISSIONS + SUBMISSIONS.replace("submissions", "smtps")),
        master_cf(SUBMISSIONS + SUBMISSIONS.replace("submissions", "127.0.0.1:smtps")),
    ),
    "port-taken-twice": Case(replace(ON_EACH_AND_ALL, postfix=POSTFIX_3_5), ON_EACH_AND_ALL),
    "port-dealt-out": Case(
        master_cf(SUBMISSIONS + SUBMISSIONS.replace("submissions", "0.0.0.0:465")),
        master_cf(SUBMISSIONS + SUBMISSIONS.replace("submissions", "0.0.0.0:587")),
    ),
    "port-divided": Case(
        ON_EACH_AND_ALL, master_cf(SUBMISSIONS.replace("submissions", "127.0.0.1:smtps"))
    ),
    "overridden-in-master": Case(
        master_cf(SUBMISSION + "  -o smtpd_sasl_type=dovecot\n", "smtpd_sasl_type = cyrus\n"),
        master_cf(SUBMISSION + "  -o smtpd_sasl_type=dovecot\n"),
    ),
    "differs-from-main": Case(
        master_cf(SUBMISSION + LOGINS, "smtpd_sasl_auth_enable = no\n"),
        master_cf(SUBMISSION + LOGINS, "smtpd_sasl_auth_enable = yes\n"),
    ),
    "no-implicit-tls": Case(master_cf(SUBMISSION), master_cf(SUBMISSION + SUBMISSIONS)),
    "tlsproxy-missing": Case(
        machine(STOCK_MAIN, "smtp inet n - n - 1 postscreen\n"),
        machine(STOCK_MAIN, "smtp inet n - n - 1 postscreen\ntlsproxy unix - - n - 0 tlsproxy\n"),
    ),
    "tlsproxy-differs": Case(
        machine(
            STOCK_MAIN,
            "smtp inet n - n - 1 postscreen\nsmtpd pass - - n - - smtpd\n"
            "  -o smtpd_tls_cert_file=/etc/other.pem\n",
        ),
        machine(STOCK_MAIN, "smtp inet n - n - 1 postscreen\nsmtpd pass - - n - - smtpd\n"),
    ),
}

GENERATED = replace(
    file(MAIN_CF, STOCK_MAIN.encode()), real=PurePosixPath("/nix/store/8f0c1-main.cf")
)
LINKED = replace(file(MAIN_CF, STOCK_MAIN.encode()), real=PurePosixPath("/srv/postfix/mail.cf"))

OTHERS = {
    "configuration-generated": Case(with_files(main_cf(""), GENERATED), main_cf("")),
    "configuration-managed": Case(
        main_cf("# Ansible managed\n"), main_cf("# managed by hand, with care\n")
    ),
    "configuration-shared": Case(with_files(main_cf(""), directory("/etc/etckeeper")), main_cf("")),
    "configuration-linked": Case(with_files(main_cf(""), LINKED), main_cf("")),
}

CASES = {**READING, **MAIN, **OBSOLETE, **MASTER, **OTHERS}
