"""What is said after a change, held against openssl."""

import hashlib
import subprocess

from pfwizard.wizard.aftermath import Section, aftermath
from tests.plan.builders import NOW, SERVER, answers, content_of, machine, plan_for

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

    lines = sections()["TLSA records (DANE)"].lines

    assert f"_25._tcp.mail.kernel-panic.it. IN TLSA 3 1 1 {digest}" in lines
    assert f"_465._tcp.mail.kernel-panic.it. IN TLSA 3 1 1 {digest}" in lines


def test_the_fingerprint_is_the_one_that_openssl_shows() -> None:
    certificate = content_of(PLAN, SERVER)
    shown = openssl("x509", "-noout", "-fingerprint", "-sha256", given=certificate).decode()

    text = "\n".join(sections()["Certificates"].lines)

    assert shown.strip().partition("=")[2] in text


def test_a_port_that_is_off_is_not_to_be_tried() -> None:
    text = "\n".join(sections()["Try it from another machine"].lines)

    assert ":465 " in text
    assert ":587 " not in text


def test_a_wildcard_has_no_record() -> None:
    wanted = answers(server__names=["*.kernel-panic.it"])
    made = aftermath(plan_for(FACTS, wanted), FACTS, wanted, NOW)

    assert "TLSA records (DANE)" not in {section.title for section in made}
