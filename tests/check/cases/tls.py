"""TLS: what is offered, with which certificates and keys."""

from dataclasses import replace
from datetime import timedelta
from pathlib import PurePosixPath

from pfwizard.pki.key_type import KeyType
from pfwizard.plan.server.deploy_hook import HOOK, Call, hook
from pfwizard.plan.tls.tls import PLACEHOLDERS
from tests.check.builders import (
    CERTIFICATE,
    KEY,
    OFFERED,
    PAIR,
    SUBMISSION,
    SUBMISSIONS,
    Case,
    certified,
    main_cf,
    master_cf,
)
from tests.pki import builders as pki
from tests.plan.builders import (
    BARE_MASTER,
    NOW,
    STOCK_MAIN,
    directory,
    file,
    machine,
    with_files,
)
from tests.plan.others import (
    CHAIN,
    EC,
    FULL_CHAIN,
    ISSUER,
    LEAF,
    LINEAGE,
    LOCKED,
    ROOT,
    RSA,
    certbot,
    secret,
    signed,
)
from tests.plan.others import KEY as PRIVKEY

CLIENT = BARE_MASTER + "smtp unix - - n - - smtp\n"

OFFER = {
    "wrappermode-in-main": Case(main_cf("smtpd_tls_wrappermode = yes\n"), master_cf(SUBMISSIONS)),
    "wrappermode-missing": Case(master_cf("smtps inet n - n - - smtpd\n"), master_cf(SUBMISSIONS)),
    "tls-level-invalid": Case(
        main_cf("smtpd_tls_security_level = maybe\n"), main_cf("smtpd_tls_security_level = MAY\n")
    ),
    "tls-level-of-clients": Case(
        main_cf("smtpd_tls_security_level = verify\n"),
        machine(STOCK_MAIN + "smtp_tls_security_level = verify\n", CLIENT),
    ),
    "tls-without-certificate": Case(main_cf(OFFERED), certified()),
    "tls-not-offered": Case(
        certified("smtpd_tls_security_level = none\n"), certified(master=BARE_MASTER + SUBMISSION)
    ),
    "dane-without-dnssec": Case(
        machine(STOCK_MAIN + "smtp_tls_security_level = dane\n", CLIENT),
        machine(
            STOCK_MAIN + "smtp_tls_security_level = dane\nsmtp_dns_support_level = dnssec\n",
            CLIENT,
        ),
    ),
    "tls-protocols-invalid": Case(
        main_cf("smtpd_tls_protocols = TLSv1.2+\n"), main_cf("smtpd_tls_protocols = >=TLSv1.2\n")
    ),
    "tls-protocols-blank": Case(
        main_cf("smtpd_tls_protocols = >= TLSv1.2\n"),
        main_cf("smtpd_tls_protocols = >=TLSv1, <=TLSv1.3\n"),
    ),
    "tls-protocols-old": Case(
        main_cf("smtpd_tls_mandatory_protocols = !SSLv2\n"),
        main_cf("smtpd_tls_mandatory_protocols = !SSLv2, !SSLv3\n"),
    ),
    "tls-ciphers-weak": Case(
        main_cf("smtpd_tls_ciphers = export\n"), main_cf("smtpd_tls_ciphers = medium\n")
    ),
    "client-certificates-not-required": Case(
        main_cf(OFFERED + "smtpd_tls_req_ccert = yes\n"),
        master_cf(SUBMISSION + "  -o smtpd_tls_req_ccert=yes\n"),
    ),
    "any-client-certificate-relays": Case(
        main_cf(
            "smtpd_relay_restrictions = permit_tls_all_clientcerts, reject_unauth_destination\n"
            "tls_append_default_CA = yes\n"
        ),
        main_cf(
            "smtpd_relay_restrictions = permit_tls_all_clientcerts, reject_unauth_destination\n"
            "smtpd_tls_CAfile = /etc/postfix/ours.pem\n"
        ),
    ),
    "fingerprints-md5": Case(
        main_cf("compatibility_level = 2\nrelay_clientcerts = hash:/etc/postfix/clients\n"),
        main_cf("compatibility_level = 3.6\nrelay_clientcerts = hash:/etc/postfix/clients\n"),
    ),
}

GARBAGE = b"this is no PEM\n"
CHAIN_FILE = PurePosixPath("/etc/postfix/chain.pem")
BY_CHAIN = OFFERED + f"smtpd_tls_chain_files = {CHAIN_FILE}\n"
SNI, TABLE = "tls_server_sni_maps = hash:/etc/postfix/sni\n", PurePosixPath("/etc/postfix/sni.db")
OPEN_DIRECTORY = directory("/etc/postfix")
CLOSED_DIRECTORY = directory("/etc/postfix", 0o700)

FILES = {
    "relative-path": Case(
        certified("smtpd_tls_CAfile = ./ca.pem\n"),
        certified("smtpd_tls_CAfile = $config_directory/mail.pem\n"),
    ),
    "tls-file-missing": Case(machine(STOCK_MAIN + PAIR, BARE_MASTER), certified()),
    "client-tls-file-missing": Case(
        machine(STOCK_MAIN + "smtp_tls_CAfile = /etc/roots.pem\n", CLIENT),
        certified(f"smtp_tls_CAfile = {CERTIFICATE}\n", master=CLIENT),
    ),
    "certificate-overridden": Case(
        certified(f"smtpd_tls_chain_files = {KEY}, {CERTIFICATE}\n"),
        certified(pair=BY_CHAIN),
    ),
    "certificate-unusable": Case(certified(chain=GARBAGE), certified()),
    "key-unusable": Case(certified(key=GARBAGE), certified()),
    "key-encrypted": Case(certified(key=LOCKED), certified()),
    "key-after-certificate": Case(
        certified("", file(CHAIN_FILE, CHAIN + secret(RSA)), pair=BY_CHAIN),
        certified("", file(CHAIN_FILE, secret(RSA) + CHAIN), pair=BY_CHAIN),
    ),
    "key-mismatch": Case(certified(key=secret(EC)), certified()),
    "key-open-to-others": Case(
        certified("", OPEN_DIRECTORY, key_mode=0o644),
        certified("", CLOSED_DIRECTORY, key_mode=0o644),
    ),
    "sni-table-open": Case(
        certified(SNI, OPEN_DIRECTORY, file(TABLE, b"")),
        certified(SNI, OPEN_DIRECTORY, file(TABLE, b"", 0o600)),
    ),
}

LOGGING_IN = "smtpd_sasl_auth_enable = yes\n"
PLACEHOLDER = next(iter(sorted(PLACEHOLDERS)))
OWN_CA = pki.ca(days=7300, key_type=KeyType.EC_P256)
SELF_SIGNED = pki.ca(now=NOW - timedelta(days=1))

CERTIFICATES = {
    "certificate-expired": Case(
        certified(chain=signed(days=5, now=NOW - timedelta(days=9)).pem() + ISSUER.pem()),
        certified(),
    ),
    "certificate-not-yet-valid": Case(
        certified(chain=signed(now=NOW + timedelta(days=30)).pem() + ISSUER.pem()), certified()
    ),
    "certificate-expires-soon": Case(
        certified(chain=signed(days=20).pem() + ISSUER.pem()), certified()
    ),
    "certificate-name-mismatch": Case(
        certified(chain=signed(names=("www.example.org",)).pem() + ISSUER.pem()), certified()
    ),
    "certificate-lasts-too-long": Case(
        certified(LOGGING_IN, chain=signed(days=900).pem() + ISSUER.pem()),
        certified(chain=signed(days=900).pem() + ISSUER.pem()),
    ),
    "certificate-placeholder": Case(
        certified(
            "",
            file(PurePosixPath(PLACEHOLDER), CHAIN),
            pair=OFFERED + f"smtpd_tls_cert_file = {PLACEHOLDER}\nsmtpd_tls_key_file = {KEY}\n",
        ),
        certified(),
    ),
    "certificate-self-signed": Case(
        certified(chain=SELF_SIGNED.pem(), key=secret(pki.key("ca"))), certified()
    ),
    "chain-wrong-order": Case(certified(chain=ISSUER.pem() + LEAF.pem()), certified()),
    "chain-incomplete": Case(
        certified(chain=LEAF.pem()), certified(chain=LEAF.pem() + ISSUER.pem() + ROOT.pem())
    ),
    "chain-in-ca-file": Case(
        certified(
            "smtpd_tls_CAfile = /etc/postfix/upper.pem\n",
            file(PurePosixPath("/etc/postfix/upper.pem"), ISSUER.pem()),
            chain=LEAF.pem(),
        ),
        certified(
            "smtpd_tls_CAfile = /etc/postfix/upper.pem\nsmtpd_tls_ask_ccert = yes\n",
            file(PurePosixPath("/etc/postfix/upper.pem"), ISSUER.pem()),
            chain=LEAF.pem(),
        ),
    ),
    "server-certificate-as-client": Case(
        certified(f"smtp_tls_cert_file = {CERTIFICATE}\n", master=CLIENT),
        certified("smtp_tls_cert_file = /etc/postfix/client.pem\n", master=CLIENT),
    ),
    "ca-file-is-own-certificate": Case(
        certified(f"smtp_tls_CAfile = {CERTIFICATE}\n", master=CLIENT),
        certified(
            "smtp_tls_CAfile = /etc/postfix/roots.pem\n",
            file(PurePosixPath("/etc/postfix/roots.pem"), ROOT.pem()),
            master=CLIENT,
        ),
    ),
}

OF_CERTBOT = OFFERED + f"smtpd_tls_cert_file = {FULL_CHAIN}\nsmtpd_tls_key_file = {PRIVKEY}\n"
DEPLOYED = replace(file(HOOK, hook([Call(LINEAGE, ())])), mode=0o755)

RENEWAL = {
    "renewal-without-reload": Case(
        certified("", *certbot(), pair=OF_CERTBOT),
        with_files(certified("", *certbot(), pair=OF_CERTBOT), DEPLOYED),
    ),
}

CASES = {**OFFER, **FILES, **CERTIFICATES, **RENEWAL}
