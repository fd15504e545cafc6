"""Faults of master.cf."""

from tests.real.fault import END, MASTER_CF, SUBMISSION, Fault

STRAY_OPTIONS = (
    "  -o syslog_name=postfix/submission\n"
    "  -o smtpd_client_restrictions=permit_sasl_authenticated,reject\n"
)

WITH_UNSET_PARAMETERS = (
    f"{SUBMISSION}  -o smtpd_relay_restrictions=$mua_relay_restrictions\n"
    "  -o smtpd_recipient_restrictions=$mua_recipient_restrictions\n"
)
WITH_DOVECOT = f"{SUBMISSION}  -o smtpd_sasl_type=dovecot\n  -o smtpd_sasl_path=private/auth\n"

SECOND_465 = "465 inet n - n - - smtpd\n"

POSTSCREEN = "       n       -       1       postscreen\nsmtpd pass - - n - - smtpd\n#smtp "

SERVICE_FAULTS = (
    Fault(
        "postscreen without the helper that encrypts its own words",
        "postscreen-tls",
        "postscreen has tlsproxy encrypt what it says, and cannot reach it: No such file",
        settings={"postscreen_pipelining_enable": "yes"},
        edits={MASTER_CF: [("       n       -       -       smtpd\n#smtp ", POSTSCREEN)]},
    ),
    Fault(
        "TLS at once on port 25",
        "customary",
        "port 25 begins with TLS at once",
        settings={"smtpd_tls_wrappermode": "yes"},
    ),
    Fault(
        "blanks around the = of an option",
        "answers",
        "blanks around the = of the option -o smtpd_tls_security_level",
        edits={MASTER_CF: [(END, f"{SUBMISSION}  -o smtpd_tls_security_level = encrypt\n")]},
    ),
    Fault(
        "a blank in the value of an option",
        "answers",
        "Postfix takes reject behind it for an argument of its own",
        edits={MASTER_CF: [(END, f"{SUBMISSION}  -o smtpd_client_restrictions=permit, reject\n")]},
    ),
    Fault(
        "the options of a commented service on port 25",
        "delivery-stranger",
        "is refused: 554",
        edits={MASTER_CF: [("smtpd\n#smtp ", f"smtpd\n{STRAY_OPTIONS}#smtp ")]},
    ),
    Fault(
        "no TLS at once on port 465",
        "customary",
        "port 465 greets in clear",
        edits={MASTER_CF: [("  -o smtpd_tls_wrappermode=yes\n", "")]},
    ),
    Fault(
        "two entries for one port, of which the wrong one counts",
        "customary",
        "and 465 in line ",
        edits={MASTER_CF: [(END, SECOND_465)]},
        differs=True,
    ),
    Fault(
        "quotes around the value of an option",
        "answers",
        "the quotes around encrypt are a part of the value",
        edits={MASTER_CF: [(END, f'{SUBMISSION}  -o smtpd_tls_security_level="encrypt"\n')]},
    ),
    Fault(
        "restrictions by the name of parameters that nobody sets",
        "answers",
        "neither smtpd_relay_restrictions nor smtpd_recipient_restrictions refuses anybody",
        edits={MASTER_CF: [(END, WITH_UNSET_PARAMETERS)]},
    ),
    Fault(
        "a service with another type of SASL",
        "password-checker",
        "the socket of Dovecot, /var/spool/postfix/private/auth, is not there",
        edits={MASTER_CF: [(END, WITH_DOVECOT)]},
    ),
    Fault(
        "a port that another program has",
        "port",
        "another program listens on port 465",
        before='python3 -c \'import socket, time; s = socket.create_server(("", 465)); '
        "time.sleep(60)' >/dev/null 2>&1 & echo $! >/root/listener; sleep 1",
        after="kill $(cat /root/listener)",
    ),
)
