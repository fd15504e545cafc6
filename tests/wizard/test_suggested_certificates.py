"""What is suggested of certificates: those of today, whoever has signed them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from pfwizard.answers.question import Value
from pfwizard.machine.facts import Facts
from pfwizard.machine.platforms.recognition import recognise
from pfwizard.machine.tree import FileState
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.name_constraints import limited_to
from pfwizard.pki.requests import build_request
from pfwizard.pki.subject import Subject
from pfwizard.secret import Secret
from pfwizard.wizard.suggestions import files_to_look_at, suggest
from tests.pki import builders as pki
from tests.plan.builders import (
    CA,
    CA_KEY,
    SERVER,
    SERVER_KEY,
    STOCK_MAIN,
    STOCK_MASTER,
    applied,
    file,
    guide_pki,
    machine,
    plan_for,
)

LIVE = PurePosixPath("/etc/letsencrypt/live/mail.example.org")
FULL_CHAIN, PRIVATE_KEY = LIVE / "fullchain.pem", LIVE / "privkey.pem"
ECDSA = PurePosixPath("/etc/letsencrypt/live/mail.example.org-ecdsa")
BOUGHT, BOUGHT_KEY = PurePosixPath("/etc/ssl/bought.crt"), PurePosixPath("/etc/ssl/bought.key")
REQUEST = PurePosixPath("/etc/postfix/ssl/private/server.csr")

NAMES = ("mail.example.org", "smtp.example.org")


def of_another_ca(key_type: KeyType = KeyType.RSA_2048) -> Certificate:
    issuer = pki.ca(subject=Subject(common_name="Somebody else"), whose="somebody")
    return pki.server(issuer, names=NAMES, key_type=key_type, ca_key=pki.key("somebody"))


def key_of_it(key_type: KeyType = KeyType.RSA_2048) -> PrivateKey:
    return pki.key("server", key_type)


def private(path: PurePosixPath, key: PrivateKey, *certificates: Certificate) -> FileState:
    content = key.pem().reveal() + b"".join(each.pem() for each in certificates)
    return file(path, content, 0o600)


def suggested(main_cf: str, *files: FileState) -> Mapping[str, Value]:
    return suggest(machine(STOCK_MAIN + main_cf, STOCK_MASTER, *files))


def pair(certificate: PurePosixPath, key: PurePosixPath, kind: str = "") -> str:
    return f"smtpd_tls_{kind}cert_file = {certificate}\nsmtpd_tls_{kind}key_file = {key}\n"


def files_of(found: Mapping[str, Value]) -> tuple[Value | None, Value | None]:
    return found.get("server.certificate"), found.get("server.key")


def test_a_fresh_machine_has_nothing_to_suggest() -> None:
    found = suggested("")

    assert not {"server.source", "ca.source", "server.key", "server.ecdsa"} & set(found)


@pytest.mark.parametrize(
    ("certificate", "key"), [(FULL_CHAIN, PRIVATE_KEY), (BOUGHT, BOUGHT_KEY)], ids=["certbot", "*"]
)
def test_files_of_another_ca_stay_where_they_are(
    certificate: PurePosixPath, key: PurePosixPath
) -> None:
    found = suggested(
        pair(certificate, key),
        file(certificate, of_another_ca().pem()),
        private(key, key_of_it()),
    )

    assert found["server.source"] == "files"
    assert found["ca.source"] == "none"
    assert files_of(found) == (str(certificate), str(key))
    assert found["server.names"] == NAMES


def test_files_of_certbot_stay_even_where_they_cannot_be_read() -> None:
    found = suggested(pair(FULL_CHAIN, PRIVATE_KEY))

    assert found["server.source"] == "files"
    assert files_of(found) == (str(FULL_CHAIN), str(PRIVATE_KEY))


def test_a_link_to_certbots_where_ours_would_be_is_certbots_still() -> None:
    archive = PurePosixPath("/etc/letsencrypt/archive/mail.example.org")
    certificate = replace(file(SERVER, of_another_ca().pem()), real=archive / "fullchain3.pem")
    key = replace(private(SERVER_KEY, key_of_it()), real=archive / "privkey3.pem")

    found = suggested(pair(SERVER, SERVER_KEY), certificate, key)

    assert found["server.source"] == "files"


def test_a_chain_file_of_another_ca_is_certificate_and_key() -> None:
    found = suggested(
        f"smtpd_tls_chain_files = {BOUGHT}\n", private(BOUGHT, key_of_it(), of_another_ca())
    )

    assert found["server.source"] == "files"
    assert files_of(found) == (str(BOUGHT), str(BOUGHT))


def test_a_key_and_the_chain_in_the_next_file_belong_together() -> None:
    found = suggested(
        f"smtpd_tls_chain_files = {PRIVATE_KEY}, {FULL_CHAIN}\n",
        private(PRIVATE_KEY, key_of_it()),
        file(FULL_CHAIN, of_another_ca().pem()),
    )

    assert files_of(found) == (str(FULL_CHAIN), str(PRIVATE_KEY))


def test_a_second_certificate_for_clients_that_know_ecdsa_stays() -> None:
    found = suggested(
        pair(FULL_CHAIN, PRIVATE_KEY) + pair(ECDSA / "cert.pem", ECDSA / "key.pem", "ec"),
        file(FULL_CHAIN, of_another_ca().pem()),
        file(ECDSA / "cert.pem", of_another_ca(KeyType.EC_P256).pem()),
    )

    assert found["server.ecdsa"] is True
    assert found["server.ecdsa_certificate"] == str(ECDSA / "cert.pem")
    assert found["server.ecdsa_key"] == str(ECDSA / "key.pem")


def test_the_ecdsa_one_is_the_second_in_whatever_order_main_cf_has_them() -> None:
    rsa, ecdsa = PurePosixPath("/etc/ssl/rsa.pem"), PurePosixPath("/etc/ssl/ecdsa.pem")
    found = suggested(
        f"smtpd_tls_chain_files = {ecdsa}, {rsa}\n",
        private(ecdsa, key_of_it(KeyType.EC_P256), of_another_ca(KeyType.EC_P256)),
        private(rsa, key_of_it(), of_another_ca()),
    )

    assert found["server.key"] == str(rsa)
    assert found["server.ecdsa_key"] == str(ecdsa)


def test_what_a_package_made_for_want_of_a_certificate_is_none_to_keep() -> None:
    snakeoil = PurePosixPath("/etc/ssl/certs/ssl-cert-snakeoil.pem")
    found = suggested(
        pair(snakeoil, BOUGHT_KEY),
        file(snakeoil, pki.ca().pem()),
        private(BOUGHT_KEY, pki.key("ca")),
    )

    assert "server.source" not in found
    assert "server.certificate" not in found


def test_one_that_signs_itself_is_none_to_keep_either() -> None:
    found = suggested(pair(BOUGHT, BOUGHT_KEY), file(BOUGHT, pki.ca().pem()))

    assert "server.source" not in found


def after_the_guide() -> Facts:
    return applied(machine(), plan_for(machine()))


def test_what_our_own_ca_has_signed_is_asked_for_again() -> None:
    found = suggest(after_the_guide())

    assert found["server.source"] == "ca"
    assert "ca.source" not in found
    assert files_of(found) == (str(SERVER), str(SERVER_KEY))


def test_a_ca_whose_key_is_elsewhere_is_an_existing_one() -> None:
    ca, *_ = [state for state in guide_pki() if state.path == CA]

    assert suggested("", ca)["ca.source"] == "existing"
    assert "ca.source" not in suggested("", *[s for s in guide_pki() if s.path in (CA, CA_KEY)])


def test_of_a_ca_that_is_there_what_it_is_is_shown_and_no_default() -> None:
    limits = limited_to(["example.org", "example.net"], ["192.0.2.1"])
    certificate = pki.ca(days=7000, key_type=KeyType.EC_P384, limits=limits)
    key = encrypted_pem(pki.key("ca", KeyType.EC_P384), Secret("correct horse"), lambda n: b"*" * n)

    found = suggested("", file(CA, certificate.pem()), file(CA_KEY, key.reveal(), 0o600))

    assert found["ca.key_type"] == "ec:p384"
    assert found["ca.days"] == 7000
    assert (found["ca.name_constraints"], found["ca.encrypted"]) == (True, True)
    assert found["ca.domains"] == ("example.org", "example.net")


def test_of_a_ca_without_limits_and_passphrase_neither_is_claimed() -> None:
    found = suggested("", file(CA, pki.ca().pem()), private(CA_KEY, pki.key("ca")))

    assert found["ca.key_type"] == "ec:p256"
    assert (found["ca.name_constraints"], found["ca.encrypted"]) == (False, False)
    assert "ca.domains" not in found


def test_a_request_whose_certificate_has_not_come_is_waited_for() -> None:
    request = build_request(key_of_it(), pki.SERVER_SUBJECT, NAMES)
    found = suggested(
        pair(FULL_CHAIN, PRIVATE_KEY),
        private(SERVER_KEY, key_of_it()),
        file(REQUEST, request.pem().reveal()),
    )

    assert found["server.source"] == "request"
    assert found["ca.source"] == "none"
    assert found["server.names"] == NAMES
    assert found["server.subject.organization"] == "Kernel Panic Inc."
    assert files_of(found) == (None, None)


def test_a_request_is_found_beside_the_postfix_of_its_platform() -> None:
    directory = PurePosixPath("/usr/local/etc/postfix")
    request = build_request(key_of_it(), pki.SERVER_SUBJECT, NAMES)
    facts = machine(
        STOCK_MAIN,
        STOCK_MASTER,
        private(directory / "ssl/private/server.key", key_of_it()),
        file(directory / "ssl/private/server.csr", request.pem().reveal()),
        platform=recognise({"ID": "freebsd"}),
    )
    postfix = replace(facts.postfix, config_directory=directory)

    assert suggest(replace(facts, postfix=postfix))["server.source"] == "request"
    assert directory / "ssl/server.crt" in files_to_look_at()


def test_a_certificate_that_came_for_our_key_was_requested() -> None:
    found = suggested(
        f"smtpd_tls_chain_files = {SERVER_KEY}\n",
        private(SERVER_KEY, key_of_it(), of_another_ca()),
        file(SERVER, of_another_ca().pem()),
    )

    assert found["server.source"] == "request"
    assert files_of(found) == (None, str(SERVER_KEY))


def test_one_that_came_and_is_not_in_use_yet_was_requested_too() -> None:
    found = suggested(
        "", private(SERVER_KEY, key_of_it(), of_another_ca()), file(SERVER, of_another_ca().pem())
    )

    assert found["server.source"] == "request"
    assert found["ca.source"] == "none"
    assert found["server.names"] == NAMES


def test_a_key_in_the_file_of_its_certificate_is_found_there() -> None:
    found = suggested(
        f"smtpd_tls_cert_file = {BOUGHT}\n", private(BOUGHT, key_of_it(), of_another_ca())
    )

    assert files_of(found) == (str(BOUGHT), str(BOUGHT))
