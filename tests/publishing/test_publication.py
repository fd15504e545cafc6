"""What is published of a configuration: which records, of which keys, and which CA."""

import hashlib
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import HasPublicKey
from pfwizard.plan.plan import Plan
from pfwizard.publishing.publication import (
    Publication,
    Standing,
    facts_after,
    files_of_publication,
    publication,
)
from tests.pki import builders as pki
from tests.pki.issuers import issuing
from tests.plan.builders import (
    BARE_MASTER,
    CA,
    SERVER,
    SERVER_KEY,
    STOCK_MAIN,
    answers,
    file,
    machine,
    plan_for,
)

EC_CERTIFICATE, EC_KEY = PurePosixPath("/etc/ec.crt"), PurePosixPath("/etc/ec.key")
NEXT = SERVER_KEY.with_name("server.key.next")
SMTPS = "smtps inet n - y - - smtpd\n -o smtpd_tls_wrappermode=yes\n"

TLS = f"""\
smtpd_tls_security_level = may
smtpd_tls_cert_file = {SERVER}
smtpd_tls_key_file = {SERVER_KEY}
smtpd_tls_CAfile = {CA}
"""
SECOND = f"smtpd_tls_eccert_file = {EC_CERTIFICATE}\nsmtpd_tls_eckey_file = {EC_KEY}\n"

THE_CA = pki.ca()
LEAF = pki.server(THE_CA)


def of(*files: FileState, main: str = TLS, master: str = BARE_MASTER) -> Publication:
    return publication(facts(*files, main=main, master=master))


def facts(*files: FileState, main: str = TLS, master: str = BARE_MASTER) -> Facts:
    """A server with the certificate of its own CA, and what else there is."""
    usual = (
        file(CA, THE_CA.pem()),
        file(SERVER, LEAF.pem()),
        file(SERVER_KEY, pki.key("server").pem().reveal()),
    )
    return machine(STOCK_MAIN + main, master, *usual, *files)


def digest(holder: HasPublicKey) -> str:
    return hashlib.sha256(holder.public_key.spki).hexdigest()


def records(found: Publication) -> list[tuple[str, str]]:
    return [(record.standing.value, record.text) for record in found.records]


def identifiers(found: Publication) -> list[str]:
    return [finding.identifier for finding in found.findings]


# --- records --------------------------------------------------------------------------------------


def test_there_is_a_record_for_every_port_that_offers_tls() -> None:
    assert records(of(master=BARE_MASTER + SMTPS)) == [
        ("current", f"_25._tcp.{pki.HOST}. IN TLSA 3 1 1 {digest(LEAF)}"),
        ("current", f"_465._tcp.{pki.HOST}. IN TLSA 3 1 1 {digest(LEAF)}"),
    ]


def test_a_port_without_tls_has_no_record() -> None:
    without = BARE_MASTER + " -o smtpd_tls_security_level=none\n"

    assert [text.split()[0] for _, text in records(of(master=without + SMTPS))] == [
        f"_465._tcp.{pki.HOST}."
    ]


def test_a_port_where_postscreen_listens_has_one_too() -> None:
    behind = "smtp inet n - y - 1 postscreen\nsmtpd pass - - y - - smtpd\n"

    assert [text.split()[0] for _, text in records(of(master=behind))] == [f"_25._tcp.{pki.HOST}."]


def test_there_is_a_record_for_every_name() -> None:
    both = pki.server(THE_CA, names=["a.kernel-panic.it", "b.kernel-panic.it"])

    assert [text.split()[0] for _, text in records(of(file(SERVER, both.pem())))] == [
        "_25._tcp.a.kernel-panic.it.",
        "_25._tcp.b.kernel-panic.it.",
    ]


def test_with_two_chains_each_key_has_its_record() -> None:
    second = pki.server(THE_CA, key_type=KeyType.RSA_2048)
    found = of(file(EC_CERTIFICATE, second.pem()), main=TLS + SECOND)

    assert [text.split()[-1] for _, text in records(found)] == [digest(LEAF), digest(second)]


def test_two_certificates_for_one_key_share_a_record() -> None:
    found = of(file(EC_CERTIFICATE, pki.server(THE_CA, serial=7).pem()), main=TLS + SECOND)

    assert len(found.certificates) == 2
    assert len(records(found)) == 1


def test_a_port_has_the_records_of_its_own_certificate() -> None:
    other = pki.server(THE_CA, key_type=KeyType.RSA_2048)
    master = f"{BARE_MASTER}{SMTPS} -o smtpd_tls_cert_file={EC_CERTIFICATE}\n"
    found = of(file(EC_CERTIFICATE, other.pem()), master=master)

    assert [(text.split()[0], text.split()[-1]) for _, text in records(found)] == [
        (f"_25._tcp.{pki.HOST}.", digest(LEAF)),
        (f"_465._tcp.{pki.HOST}.", digest(other)),
    ]


def test_the_next_key_is_published_beside_the_current_one() -> None:
    following = pki.key("another")

    assert records(of(file(NEXT, following.pem().reveal()))) == [
        ("current", f"_25._tcp.{pki.HOST}. IN TLSA 3 1 1 {digest(LEAF)}"),
        ("next", f"_25._tcp.{pki.HOST}. IN TLSA 3 1 1 {digest(following)}"),
    ]


def test_a_next_key_of_another_type_follows_nothing() -> None:
    following = pki.key("another", KeyType.RSA_2048)

    assert [standing for standing, _ in records(of(file(NEXT, following.pem().reveal())))] == [
        "current"
    ]


def test_a_ca_that_is_sent_along_has_a_record_of_its_own() -> None:
    found = of(file(SERVER, LEAF.pem() + THE_CA.pem()))

    assert records(found)[1:] == [
        ("ca", f"_25._tcp.{pki.HOST}. IN TLSA 2 1 1 {digest(THE_CA)}"),
    ]


def test_a_ca_that_is_not_sent_has_none() -> None:
    assert Standing.AUTHORITY not in [record.standing for record in of().records]


def test_a_wildcard_is_said_to_have_no_record() -> None:
    found = of(file(SERVER, pki.server(THE_CA, names=["*.kernel-panic.it"]).pem()))

    assert records(found) == []
    assert identifiers(found) == ["no-name-for-records"]


# --- the CA ---------------------------------------------------------------------------------------


def authority(found: Publication) -> Certificate | None:
    return None if found.authority is None else found.authority.certificate


def test_the_ca_is_the_one_that_has_issued_the_certificate() -> None:
    other = pki.ca(whose="other", subject=pki.CLIENT_SUBJECT)

    assert authority(of(file(CA, other.pem() + THE_CA.pem()))) == THE_CA


def test_of_a_renewed_ca_the_certificate_that_lasts_longest_is_published() -> None:
    renewed = pki.ca(days=5000, serial=0xCB)

    assert authority(of(file(CA, THE_CA.pem() + renewed.pem()))) == renewed


def test_a_ca_behind_an_intermediate_is_found() -> None:
    root = issuing("root")
    issuer = issuing("upper", (root, "root"))
    leaf = pki.server(issuer, ca_key=pki.key("upper"))
    found = of(file(SERVER, leaf.pem() + issuer.pem()), file(CA, root.pem()))

    assert authority(found) == root


def test_a_ca_that_is_not_on_this_machine_is_said_to_be_missing() -> None:
    found = of(file(CA, b""))

    assert authority(found) is None
    assert identifiers(found) == ["ca-not-here"]


def test_a_certificate_that_signed_itself_is_called_so_and_no_ca_is_missed() -> None:
    found = of(file(CA, b""), file(SERVER, issuing("server", is_ca=False).pem()))

    assert authority(found) is None
    assert "signed-by-itself" in identifiers(found)
    assert "ca-not-here" not in identifiers(found)


def test_a_ca_of_the_systems_own_bundle_need_not_be_installed() -> None:
    others = [pki.ca(serial=number, whose=f"bundle {number}") for number in range(1, 12)]
    found = of(file(CA, b"".join(each.pem() for each in [*others, THE_CA])))

    assert authority(found) is None
    assert identifiers(found) == ["ca-is-well-known"]


# --- what is wrong --------------------------------------------------------------------------------


def test_a_postfix_without_certificates_has_nothing_to_publish() -> None:
    found = of(main="")

    assert (found.certificates, identifiers(found)) == ((), ["no-certificate"])


def test_a_certificate_that_is_missing_is_told_of() -> None:
    found = of(main=TLS + SECOND)

    assert len(found.certificates) == 1
    assert identifiers(found) == ["no-certificate-in-file"]
    assert str(EC_CERTIFICATE) in found.findings[0].message


def test_certificates_for_names_that_clients_ask_for_are_not_looked_at() -> None:
    assert identifiers(of(main=f"{TLS}tls_server_sni_maps = hash:/etc/sni\n")) == [
        "sni-not-looked-at"
    ]


def test_every_file_that_counts_is_asked_for() -> None:
    wanted = set(files_of_publication(facts(), [PurePosixPath("/srv/ca.crt")]))

    assert {SERVER, SERVER_KEY, NEXT, CA, PurePosixPath("/srv/ca.crt")} <= wanted


# --- a plan ---------------------------------------------------------------------------------------


def test_what_a_plan_will_have_made_can_be_published_before() -> None:
    before = machine()
    plan: Plan = plan_for(before, answers())
    found = publication(facts_after(before, plan))

    names = {change.path for change in plan.changes}
    assert found.authority is not None
    assert found.authority.path in names
    assert [served.ports for served in found.certificates] == [(25, 465)]
