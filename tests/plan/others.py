"""Certificates of somebody else's CA, and certbot's tree with its links."""

import os
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.pki.authority import sign_server
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import PrivateKey
from pfwizard.plan.plan import Plan
from pfwizard.plan.planner import make_plan
from pfwizard.plan.server.foreign_chain import BUNDLES
from pfwizard.secret import Secret
from tests.pki import builders as pki
from tests.pki.issuers import issuing
from tests.plan.builders import (
    NOW,
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    circumstances,
    directory,
    file,
    key,
    machine,
)

ROOT = issuing("root")
ISSUER = issuing("upper", (ROOT, "root"))
ROOTS = file(BUNDLES[0], ROOT.pem())

RSA, EC = key(7), key(8, KeyType.EC_P256)

LETSENCRYPT = PurePosixPath("/etc/letsencrypt")
LINEAGE = LETSENCRYPT / "live/mail.kernel-panic.it"
SETTINGS = LETSENCRYPT / "renewal/mail.kernel-panic.it.conf"
FULL_CHAIN, CERTIFICATE, KEY = (
    LINEAGE / name for name in ("fullchain.pem", "cert.pem", "privkey.pem")
)


def signed(
    own: PrivateKey = RSA,
    names: tuple[str, ...] = (pki.HOST,),
    now: datetime = NOW,
    days: int = 90,
) -> Certificate:
    """The server's certificate below the CA that is below the root."""
    return sign_server(
        own.public_key,
        pki.SERVER_SUBJECT,
        names,
        ca_certificate=ISSUER,
        ca_key=pki.key("upper"),
        days=days,
        now=now,
        serial=7,
    )


LEAF = signed()
CHAIN = LEAF.pem() + ISSUER.pem()


def secret(own: PrivateKey) -> bytes:
    return own.pem().reveal()


COMBINED = PurePosixPath("/etc/ssl/private/mail.pem")
OTHER_KEY = PurePosixPath("/etc/ssl/private/other.key")

TWICE = (file(OTHER_KEY, secret(RSA) + CHAIN, 0o600), file(COMBINED, CHAIN))
"""A chain behind its key, and once more without."""

UPSIDE_DOWN = file(COMBINED, CHAIN + secret(RSA), 0o600)
"""A certificate and behind it the key, as some programs want it."""

LOCKED = encrypted_pem(RSA, Secret("correct horse battery"), os.urandom).reveal()


def certbot(
    chain: bytes = CHAIN, own: bytes = secret(RSA), lineage: PurePosixPath = LINEAGE
) -> tuple[FileState, ...]:
    """One lineage as certbot keeps it: links below live to the last generation in archive."""
    contents = {"fullchain": chain, "cert": LEAF.pem(), "privkey": own}
    return (
        *map(directory, (LETSENCRYPT, LETSENCRYPT / "live", LETSENCRYPT / "archive", lineage)),
        file(lineage / "README", b"This directory contains your keys and certificates.\n"),
        *(
            replace(
                file(lineage / f"{name}.pem", content, 0o600 if name == "privkey" else 0o644),
                real=LETSENCRYPT / "archive" / lineage.name / f"{name}3.pem",
            )
            for name, content in contents.items()
        ),
    )


OWN_LINK = replace(file(PurePosixPath("/etc/postfix/mail.pem"), CHAIN), real=certbot()[-3].real)
"""A link of the operator's own to the certificate that certbot keeps."""


def naming(
    *files: FileState,
    main_cf: str = STOCK_MAIN,
    now: datetime = NOW,
    roots: FileState = ROOTS,
    certificate: PurePosixPath = FULL_CHAIN,
    key: PurePosixPath = KEY,
    **overrides: object,
) -> Plan:
    """The plan for answers that name these two, on a machine with these files."""
    wanted = answers(
        **{
            "ca__source": "none",
            "tls__ca_file": "",
            "server__source": "files",
            "server__layout": "auto",
            "server__certificate": str(certificate),
            "server__key": str(key),
            **overrides,
        }
    )
    facts = with_roots(*files, main_cf=main_cf, roots=roots)
    return make_plan(wanted, facts, replace(circumstances(), now=now))


def with_roots(*files: FileState, main_cf: str = STOCK_MAIN, roots: FileState = ROOTS) -> Facts:
    return machine(main_cf, STOCK_MASTER, directory("/etc/ssl/certs"), roots, *files)
