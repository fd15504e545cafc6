"""What is said after a change, held against openssl."""

import hashlib
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from pfwizard.machine.tree import FileState
from pfwizard.publishing.commands import WIDTH
from pfwizard.publishing.section import Section
from pfwizard.publishing.trust_stores import TRUST_STORES
from pfwizard.wizard.aftermath import aftermath
from tests.pki import builders as pki
from tests.plan.builders import (
    CA,
    NOW,
    SERVER,
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    content_of,
    file,
    machine,
    plan_for,
)

WANTED = answers()
FACTS = machine()
PLAN = plan_for(FACTS, WANTED)


def sections() -> dict[str, Section]:
    return {section.title: section for section in aftermath(PLAN, FACTS, WANTED, NOW)}


def said(*files: FileState, **overrides: object) -> dict[str, str]:
    """What is said after a plan for these answers, by the titles."""
    facts = machine(STOCK_MAIN, STOCK_MASTER, *files)
    wanted = answers(**overrides)
    plan = plan_for(facts, wanted)
    return {
        section.title: "\n".join(section.lines) for section in aftermath(plan, facts, wanted, NOW)
    }


LIVE = PurePosixPath("/etc/letsencrypt/live/mail.kernel-panic.it")


def of_another_ca(directory: PurePosixPath) -> dict[str, str]:
    """What is said where somebody else makes the files in this directory."""
    certificate, key = directory / "fullchain.pem", directory / "privkey.pem"
    return said(
        file(certificate, pki.server().pem()),
        file(key, pki.key("server").pem().reveal(), 0o600),
        ca__source="none",
        tls__ca_file="",
        server__source="files",
        server__certificate=str(certificate),
        server__key=str(key),
    )


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


def test_a_ca_tells_for_which_domains_it_signs() -> None:
    assert "    kernel-panic.it" in sections()["Certificates"].lines
    assert "signs for" not in said(ca__name_constraints=False)["Certificates"]


def test_two_keys_have_records_and_fingerprints_each() -> None:
    one, two = said(), said(server__ecdsa=True)

    assert two["TLSA records (DANE)"].count("TLSA 3 1 1") == 2 * one["TLSA records (DANE)"].count(
        "TLSA 3 1 1"
    )
    assert "Server, ECDSA: valid until" in two["Certificates"]
    assert "ECDSA" not in one["Certificates"]


def test_whoever_waits_for_a_certificate_is_told_what_to_send_and_what_then() -> None:
    after = said(ca__source="none", tls__ca_file="", server__source="request")

    assert list(after) == [
        "Nothing of Postfix has been changed yet",
        "To send to the CA",
        "When the certificate has come",
    ]
    assert "  cat /etc/postfix/ssl/private/server.csr" in after["To send to the CA"]
    assert "pfwizard install-certificate FILE" in after["When the certificate has come"]
    assert "  pfwizard --answers ANSWERS" in after["When the certificate has come"]


def test_the_commands_for_then_work_on_the_same_tree() -> None:
    wanted = answers(ca__source="none", tls__ca_file="", server__source="request")
    after = aftermath(plan_for(FACTS, wanted), FACTS, wanted, NOW, " --root /srv/image")

    assert "  pfwizard --answers ANSWERS --root /srv/image" in after[-1].lines


def test_where_another_ca_signs_nobody_installs_ours() -> None:
    after = of_another_ca(LIVE)

    assert "To install the CA certificate" not in after
    assert "-CAfile" not in after["Try it from another machine"]
    assert "/etc/ssl/ca.crt" not in "".join(after.values())
    assert "Server: valid until" in after["Certificates"]
    assert "CA: valid" not in after["Certificates"]


def test_certbot_has_postfix_show_the_new_certificate_after_each_renewal() -> None:
    renewal = of_another_ca(LIVE)["Renewal"]

    assert "certbot renews mail.kernel-panic.it" in renewal
    assert "/etc/letsencrypt/renewal-hooks/deploy/pfwizard" in renewal


def test_anybody_else_who_renews_has_to_reload_postfix() -> None:
    assert "postfix reload" in of_another_ca(PurePosixPath("/srv/acme"))["Renewal"]


def test_what_our_ca_signs_is_renewed_by_nobody_else() -> None:
    assert "Renewal" not in said()


def test_how_to_enter_a_user_into_sasldb_is_said_wherever_its_file_is() -> None:
    here = said(sasl__backend="sasldb", sasl__socket="", sasl__local_domain="example.org")
    elsewhere = said(
        sasl__backend="sasldb",
        sasl__socket="",
        sasl__local_domain="",
        sasl__database="/srv/passwords",
    )

    assert here["To enter a user"] == "saslpasswd2 -c -u example.org USER"
    assert elsewhere["To enter a user"] == (
        "saslpasswd2 -c -f /srv/passwords \\\n  -u mail.kernel-panic.it USER"
    )


def test_nothing_is_said_of_entering_users_where_pfwizard_cannot_know_how() -> None:
    assert "To enter a user" not in said()
