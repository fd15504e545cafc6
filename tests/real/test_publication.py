"""``pfwizard publish`` beside a running Postfix: what it tells is what Postfix and openssl tell."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from pfwizard.pki.key_type import KeyType
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.pki import builders as pki
from tests.real.conftest import OpenMachine

pytestmark = pytest.mark.machine

CERTIFICATE, KEY = "/etc/postfix/ssl/server.crt", "/etc/postfix/ssl/server.key"
SECOND, SECOND_KEY = "/etc/postfix/ssl/second.crt", "/etc/postfix/ssl/second.key"
CA, CA_KEY, PLACE = "/etc/ssl/ca.crt", "/root/ca.key", "/root/published"

MAIN = f"""
smtpd_tls_security_level = may
smtpd_tls_cert_file = {CERTIFICATE}
smtpd_tls_key_file = {KEY}
smtpd_tls_eccert_file = {SECOND}
smtpd_tls_eckey_file = {SECOND_KEY}
smtpd_tls_CAfile = {CA}
"""


@pytest.fixture(params=["bookworm", "sid"])
def server(request: pytest.FixtureRequest, open_machine: OpenMachine) -> Machine:
    """A Postfix with an RSA and an ECDSA certificate of its own CA."""
    machine = open_machine(Machine(SUITES[request.param]))
    now = datetime.now(UTC)
    authority = pki.ca(now=now)
    machine.run(["mkdir", "-p", "/etc/postfix/ssl", PLACE])
    machine.write(CA, authority.pem())
    machine.write(CA_KEY, pki.key("ca").pem().reveal(), 0o600)
    for certificate, key, key_type in (
        (CERTIFICATE, KEY, KeyType.RSA_2048),
        (SECOND, SECOND_KEY, KeyType.EC_P256),
    ):
        machine.write(certificate, pki.server(authority, now=now, key_type=key_type).pem())
        machine.write(key, pki.key("server", key_type).pem().reveal(), 0o600)
    main_cf = machine.read("/etc/postfix/main.cf")
    machine.write("/etc/postfix/main.cf", main_cf + MAIN.encode())
    machine.run(["touch", "-d", "1 minute ago", "/etc/postfix/main.cf"])
    machine.start_postfix()
    return machine


def told(machine: Machine) -> dict[str, Any]:
    done = machine.pfwizard("publish", "--json", check=True)
    document: dict[str, Any] = json.loads(done.stdout)["publication"]
    return document


def records_of(machine: Machine, *keys: str) -> list[str]:
    """What Postfix's own program says for these keys (postfix-tls(1)), in one form of blanks."""
    done = machine.run(["postfix", "tls", "output-server-tlsa", "-h", pki.HOST, *keys])
    lines = [line for line in done.stdout.splitlines() if not line.startswith(";")]
    return [" ".join(line.split()).lower() for line in lines if line.strip()]


def of_port_25(document: dict[str, Any], *kinds: str) -> list[str]:
    return [
        record["record"].lower()
        for record in document["tlsa"]
        if record["key"] in kinds and record["record"].startswith("_25.")
    ]


def test_the_records_are_those_of_postfix_for_each_key(server: Machine) -> None:
    expected = records_of(server, KEY, SECOND_KEY)

    assert len(expected) == 2
    assert of_port_25(told(server), "current") == expected


def test_so_is_the_record_of_a_key_that_waits(server: Machine) -> None:
    server.pfwizard("renew", "--ca-key", CA_KEY, "--next-key", check=True)

    waiting = [f"{key}.next" for key in (KEY, SECOND_KEY)]
    present = [key for key in waiting if exists(server, key)]
    assert present
    assert of_port_25(told(server), "next") == records_of(server, *present)


def exists(machine: Machine, path: str) -> bool:
    return machine.run(["test", "-e", path], check=False).returncode == 0


def test_a_client_that_goes_by_the_records_alone_accepts_the_server(server: Machine) -> None:
    """openssl with no CA at all: the keys that are shown are those that were published."""
    for record, algorithm in zip(of_port_25(told(server), "current"), SIGNATURES, strict=True):
        usage = record.split(" tlsa ")[1]
        done = server.run(
            [
                *("timeout", "90", "openssl", "s_client", "-connect", "127.0.0.1:25"),
                *("-starttls", "smtp", "-dane_tlsa_domain", pki.HOST),
                *("-dane_tlsa_rrdata", usage, "-sigalgs", algorithm, "-tls1_3"),
                *("-verify_return_error", "-brief"),
            ],
            check=False,
            input="QUIT\n",
        )
        said = done.stdout + done.stderr
        assert "Verification: OK" in said, said
        assert re.search("DANE TLSA 3 1 1 .*matched", said), said


SIGNATURES = ("RSA-PSS+SHA256", "ECDSA+SHA256")
"""By which a client asks for the one key or the other."""


def test_the_files_are_those_of_openssl(server: Machine) -> None:
    server.pfwizard("publish", PLACE, check=True)

    server.run(["openssl", "x509", "-in", CA, "-outform", "DER", "-out", "/root/expected"])
    assert server.read(f"{PLACE}/ca.der") == server.read("/root/expected")
    assert server.read(f"{PLACE}/ca.pem") == server.read(CA)
