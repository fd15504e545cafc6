"""What is said after a change, held against openssl."""

import hashlib
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from pfwizard.publishing.commands import WIDTH
from pfwizard.publishing.section import Section
from pfwizard.publishing.trust_stores import TRUST_STORES
from pfwizard.wizard.aftermath import aftermath
from tests.plan.builders import CA, NOW, SERVER, answers, content_of, machine, plan_for

WANTED = answers()
FACTS = machine()
PLAN = plan_for(FACTS, WANTED)


def sections() -> dict[str, Section]:
    return {section.title: section for section in aftermath(PLAN, FACTS, WANTED, NOW)}


def openssl(*arguments: str, given: bytes) -> bytes:
    return subprocess.run(
        ["openssl", *arguments], input=given, capture_output=True, check=True
    ).stdout


def test_the_tlsa_records_hold_the_digest_of_the_public_key_as_openssl_sees_it() -> None:
    certificate = content_of(PLAN, SERVER)
    public = openssl("x509", "-noout", "-pubkey", given=certificate)
    der = openssl("pkey", "-pubin", "-outform", "DER", given=public)
    digest = hashlib.sha256(der).hexdigest()

    records = zone(sections()["TLSA records (DANE)"].lines[1:])

    assert records == [
        f"_25._tcp.mail.kernel-panic.it. IN TLSA 3 1 1 {digest}",
        f"_465._tcp.mail.kernel-panic.it. IN TLSA 3 1 1 {digest}",
    ]


def zone(lines: Sequence[str]) -> list[str]:
    """The records of a zone file, whose parentheses join lines (RFC 1035 section 5.1).

    Blanks within the digits count for nothing (RFC 6698 section 2.2).
    """
    text = "\n".join(lines)
    joined = re.sub(r" \(([^)]*) \)", lambda found: " " + re.sub(r"\s", "", found[1]), text)
    return joined.split("\n")


def test_the_fingerprint_is_the_one_that_openssl_shows() -> None:
    certificate = content_of(PLAN, SERVER)
    shown = openssl("x509", "-noout", "-fingerprint", "-sha256", given=certificate).decode()

    text = re.sub(r":\n +", ":", "\n".join(sections()["Certificates"].lines))

    assert shown.strip().partition("=")[2] in text


def test_a_command_can_be_pasted_into_a_shell() -> None:
    """However narrow the terminal is, a line ends only where the shell goes on."""
    pasted = "\n".join(f"  {line}" for line in sections()["Try it from another machine"].lines)
    script = 'openssl() { echo "$*"; }\nswaks() { echo "$*"; }\n' + pasted
    run = subprocess.run(["sh", "-ec", script], capture_output=True, check=True)

    host = "mail.kernel-panic.it"
    verified = f"-CAfile ca.crt -verify_hostname {host} -verify_return_error -brief"
    assert run.stdout.decode().splitlines() == [
        f"s_client -connect {host}:25 -starttls smtp {verified}",
        f"s_client -connect {host}:465 {verified}",
        f"--server {host}:465 --tls-on-connect --auth PLAIN --auth-user USER --to USER",
    ]


def test_what_is_to_be_copied_fits_on_a_narrow_terminal() -> None:
    copied = (
        *("Try it from another machine", "Certificates", "TLSA records (DANE)"),
        "To install the CA certificate",
    )
    lines = [line for title in copied for line in sections()[title].lines[1:]]

    assert [line for line in lines if len(line) > WIDTH] == []


def test_a_port_that_is_off_is_not_to_be_tried() -> None:
    text = "\n".join(sections()["Try it from another machine"].lines)

    assert ":465 " in text
    assert ":587 " not in text


def test_a_wildcard_has_no_record() -> None:
    wanted = answers(server__names=["*.kernel-panic.it"])
    made = aftermath(plan_for(FACTS, wanted), FACTS, wanted, NOW)

    assert "TLSA records (DANE)" not in {section.title for section in made}


def test_the_ca_certificate_can_be_installed_on_every_usual_system() -> None:
    lines = sections()["To install the CA certificate"].lines

    assert {f"{store.system}:" for store in TRUST_STORES} <= set(lines)
    assert "  cp ca.crt /usr/local/share/ca-certificates/ca.crt" in lines
    assert not [line for line in lines if "{" in line]


def test_the_command_for_der_makes_der(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_bytes(content_of(PLAN, CA))
    lines = sections()["To install the CA certificate"].lines
    command = "\n".join(lines[lines.index("In DER, where PEM is not taken:") + 1 :])

    subprocess.run(["sh", "-ec", command], cwd=tmp_path, check=True)

    der = openssl("x509", "-outform", "DER", given=content_of(PLAN, CA))
    assert (tmp_path / "ca.cer").read_bytes() == der
