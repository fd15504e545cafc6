"""Faults of certificates, keys and TLS parameters."""

from tests.machines.suites import SUITES
from tests.real.fault import ALL, Fault

CERTIFICATE, KEY = "/etc/postfix/ssl/server.crt", "/etc/postfix/ssl/private/server.key"
CA = "/etc/ssl/ca.crt"

WITH_A_CHAIN = "/root/chain.toml"
"""Answers for key and certificate in one file."""

OLD = ("bullseye",)
NEW = tuple(name for name in SUITES if name not in OLD)
"""Ranges of TLS versions came with Postfix 3.6."""

TLS_FAULTS = (
    Fault(
        "a key of somebody else",
        "answers",
        "the key does not belong to the certificate",
        edits={KEY: [(ALL, "</root/other.key")]},
        differs=True,
    ),
    Fault(
        "a key behind a passphrase",
        "answers",
        "the server's key is encrypted",
        edits={KEY: [(ALL, "</root/encrypted.key")]},
        differs=True,
    ),
    Fault(
        "a key behind its certificate",
        "answers",
        "does not begin with the key",
        edits={KEY: [(ALL, "</root/reversed.pem")]},
        answers=WITH_A_CHAIN,
    ),
    Fault(
        "a certificate that has expired",
        "tls",
        "certificate has expired",
        edits={CERTIFICATE: [(ALL, "</root/expired.crt")], KEY: [(ALL, "</root/other.key")]},
    ),
    Fault(
        "a certificate of a CA that nobody has",
        "tls",
        "its certificate is refused",
        edits={CERTIFICATE: [(ALL, "</root/strange.crt")], KEY: [(ALL, "</root/other.key")]},
        differs=True,
    ),
    Fault(
        "a name that the certificate lacks",
        "name",
        "and not for smtp.kernel-panic.it",
        settings={"myhostname": "smtp.kernel-panic.it"},
    ),
    Fault(
        "a CA file that is not there",
        "answers",
        "the CA file /etc/ssl/nowhere.crt cannot be read",
        settings={"smtpd_tls_CAfile": "/etc/ssl/nowhere.crt"},
    ),
    Fault(
        "a protocol list that cannot be read",
        "answers",
        'cannot read the protocol list "TLSv1.2+"',
        settings={"smtpd_tls_protocols": "TLSv1.2+", "smtpd_tls_mandatory_protocols": "TLSv1.2+"},
    ),
    Fault(
        "a protocol list that is too new",
        "answers",
        'this Postfix cannot read the protocol list ">=TLSv1.2"',
        settings={"smtpd_tls_protocols": ">=TLSv1.2", "smtpd_tls_mandatory_protocols": ">=TLSv1.2"},
        exists_on=OLD,
    ),
    Fault(
        "a blank in a range of protocols, where that is no range yet",
        "answers",
        'this Postfix cannot read the protocol list ">= TLSv1.2"',
        settings={"smtpd_tls_mandatory_protocols": ">= TLSv1.2"},
        exists_on=OLD,
    ),
    Fault(
        "a blank in a range of protocols",
        "new-tls",
        "TLSv1.3 is refused: in smtpd_tls_mandatory_protocols = >= TLSv1.2, Postfix reads",
        settings={"smtpd_tls_mandatory_protocols": ">= TLSv1.2"},
        exists_on=NEW,
        differs=True,
    ),
    Fault(
        "a blank in a range of protocols that leaves nothing of today",
        "answers",
        "in smtpd_tls_protocols = >= TLSv1, Postfix reads the range",
        settings={"smtpd_tls_protocols": ">= TLSv1"},
        exists_on=NEW,
    ),
    Fault(
        "a comment behind a value",
        "answers",
        'smtpd_tls_security_level is "may # everybody"',
        settings={"smtpd_tls_security_level": "may # everybody"},
    ),
    Fault(
        "a certificate that is not there",
        "answers",
        "the file /etc/postfix/nowhere.crt of the certificate does not exist",
        settings={"smtpd_tls_cert_file": "/etc/postfix/nowhere.crt"},
        differs=True,
    ),
    Fault(
        "a certificate without its directory",
        "answers",
        "./fullchain.pem is no absolute path",
        settings={"smtpd_tls_cert_file": "./fullchain.pem"},
    ),
    Fault(
        "a certificate in another form",
        "answers",
        "there is no certificate in PEM form in /etc/postfix/ssl/server.crt",
        edits={CERTIFICATE: [(ALL, "as a DER file\n")]},
        differs=True,
    ),
    Fault(
        "a chain that is not there",
        "answers",
        "the chain in /etc/postfix/nowhere.pem cannot be opened: No such file or directory",
        settings={"smtpd_tls_chain_files": "/etc/postfix/nowhere.pem"},
    ),
    Fault(
        "an issuer that is left out",
        "tls",
        "unable to get local issuer certificate",
        edits={
            CERTIFICATE: [(ALL, "</root/leaf.crt")],
            KEY: [(ALL, "</root/other.key")],
            CA: [(ALL, "</root/root.crt")],
        },
    ),
    Fault(
        "an issuer in front of the certificate",
        "answers",
        "the key does not belong to the certificate that comes first",
        edits={CERTIFICATE: [(ALL, "</root/behind.crt")], KEY: [(ALL, "</root/other.key")]},
    ),
    Fault(
        "a grade of ciphers that there is not",
        "answers",
        'no grade of ciphers "hihg"',
        settings={"smtpd_tls_ciphers": "hihg", "smtpd_tls_mandatory_ciphers": "hihg"},
        differs=True,
    ),
    Fault(
        "a key of another type that nobody names",
        "answers",
        "there is no private key in /etc/postfix/ssl/server.crt",
        settings={"smtpd_tls_eccert_file": CERTIFICATE},
    ),
)
