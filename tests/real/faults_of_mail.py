"""Faults of restrictions, tables and relaying."""

from tests.real.fault import MASTER_CF, Fault

CERTIFICATES = {"smtpd_tls_ask_ccert": "yes", "smtpd_tls_fingerprint_digest": "sha256"}

MAIL_FAULTS = (
    Fault(
        "an open relay by a table that permits everybody",
        "relay-stranger",
        "this is an open relay",
        settings={
            "smtpd_relay_restrictions": "check_client_access static:OK, reject_unauth_destination",
            "smtpd_recipient_restrictions": "",
        },
    ),
    Fault(
        "an open relay by mynetworks",
        "relay-stranger",
        "this is an open relay",
        settings={"mynetworks": "0.0.0.0/0"},
    ),
    Fault(
        "a public server that becomes an internal one",
        "delivery-stranger",
        "is refused: 554",
        settings={"smtpd_recipient_restrictions": "permit_mynetworks, reject"},
    ),
    Fault(
        "restrictions that refuse nobody",
        "answers",
        "neither smtpd_relay_restrictions nor smtpd_recipient_restrictions refuses anybody",
        settings={
            "smtpd_relay_restrictions": "",
            "smtpd_recipient_restrictions": "permit_mynetworks",
        },
    ),
    Fault(
        "an open relay for every certificate",
        "strange-certificate",
        "whoever shows any certificate at all may send to everywhere",
        settings={
            **CERTIFICATES,
            "relay_clientcerts": "static:all",
            "smtpd_relay_restrictions": "permit_tls_clientcerts, reject_unauth_destination",
        },
    ),
    Fault(
        "a client certificate that is not listed",
        "relay-certificate",
        "the client with this certificate may not send to elsewhere",
        settings={
            **CERTIFICATES,
            "relay_clientcerts": "inline:{ {00:11:22 = another} }",
            "smtpd_relay_restrictions": "permit_tls_clientcerts, reject_unauth_destination",
        },
        client="/root/client.pem",
    ),
    Fault(
        "a restriction that there is not",
        "delivery-stranger",
        "permit_everybody is no restriction that Postfix knows",
        settings={"smtpd_client_restrictions": "permit_everybody"},
    ),
    Fault(
        "a table that is not there",
        "delivery-stranger",
        "the table /etc/postfix/nowhere.db does not exist",
        settings={"smtpd_client_restrictions": "check_client_access hash:/etc/postfix/nowhere"},
    ),
    Fault(
        "a relay that does not know who has logged in",
        "relay-login",
        "has logged in, and may not send to elsewhere: 554",
        edits={
            MASTER_CF: [
                (
                    "\n  -o milter_macro_daemon_name=ORIGINATING\n",
                    "\n  -o smtpd_relay_restrictions=reject_unauth_destination\n",
                )
            ]
        },
        differs=True,
    ),
    Fault(
        "a type of table that this Postfix lacks",
        "relay-stranger",
        "this Postfix lacks the table type mysql",
        settings={"virtual_mailbox_maps": "mysql:/etc/postfix/users.cf"},
    ),
    Fault(
        "a dead policy server",
        "delivery-stranger",
        "the policy server 127.0.0.1:10023 cannot be asked: Connection refused",
        settings={"smtpd_recipient_restrictions": "check_policy_service inet:127.0.0.1:10023"},
    ),
    Fault(
        "a dead milter",
        "answers",
        "the milter inet:127.0.0.1:8891 cannot be asked: Connection refused",
        settings={"smtpd_milters": "inet:127.0.0.1:8891"},
        differs=True,
    ),
)
