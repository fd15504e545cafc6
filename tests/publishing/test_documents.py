"""The files of a publication, held against openssl and against what a zone may have in it."""

from pathlib import Path

from pfwizard.publishing.documents import documents
from pfwizard.publishing.sections import sections, zone_lines
from pfwizard.publishing.trust_stores import TRUST_STORES
from tests.pki import builders as pki
from tests.pki.openssl import openssl
from tests.plan.builders import CA, SERVER, file
from tests.publishing.test_publication import LEAF, NEXT, THE_CA, of

FOUND = of()


def contents() -> dict[str, bytes]:
    return {document.name: document.content for document in documents(FOUND)}


def test_the_certificate_of_the_ca_is_there_in_both_forms(tmp_path: Path) -> None:
    made = contents()
    (tmp_path / "ca.pem").write_bytes(made["ca.pem"])
    openssl("x509", "-in", "ca.pem", "-outform", "DER", "-out", "expected", directory=tmp_path)

    assert made["ca.der"] == (tmp_path / "expected").read_bytes()
    assert made["ca.pem"] == THE_CA.pem()


def test_the_zone_has_each_record_in_a_line() -> None:
    lines = contents()["tlsa.zone"].decode().splitlines()

    assert [line for line in lines if not line.startswith(";")] == [
        record.text for record in FOUND.records
    ]


def test_a_record_of_a_key_that_is_not_in_use_yet_says_so_above() -> None:
    made = documents(of(file(NEXT, pki.key("another").pem().reveal())))
    (zone,) = (each.content.decode() for each in made if each.name == "tlsa.zone")

    assert zone.splitlines()[2] == "; of the key that is to follow"


def test_the_fingerprints_are_those_of_openssl(tmp_path: Path) -> None:
    text = "".join(line.strip() for line in contents()["fingerprints.txt"].decode().splitlines())

    for certificate in (LEAF, THE_CA):
        said = openssl(
            *("x509", "-noout", "-fingerprint", "-sha256"),
            given=certificate.pem(),
            directory=tmp_path,
        )
        assert said.strip().split("=")[1] in text


def test_the_words_for_people_name_every_system_and_the_fingerprint() -> None:
    lines = contents()["README.txt"].decode().splitlines()

    assert {f"{store.system}:" for store in TRUST_STORES} <= set(lines)
    assert THE_CA.facts.fingerprint_sha256.startswith(lines[lines.index(FIRST_HALF) + 1].strip())
    assert [line for line in lines if len(line) > 80] == []


FIRST_HALF = "  SHA-256 of the certificate:"


def test_the_same_state_gives_the_same_files() -> None:
    assert documents(of()) == documents(of())


def test_where_clients_need_no_ca_there_are_no_files_about_it() -> None:
    assert {document.name for document in documents(of(file(CA, b"")))} == {
        "tlsa.zone",
        "fingerprints.txt",
    }


def test_what_people_read_fits_into_80_columns() -> None:
    found = of(file(SERVER, LEAF.pem() + THE_CA.pem()))
    lines = [line for section in sections(found) for line in section.lines]

    assert [line for line in lines if len(line) > 78] == []


def test_a_record_in_several_lines_is_the_same_record() -> None:
    (record,) = FOUND.records
    first, second, third = zone_lines([record])

    joined = first.removesuffix("(") + second.strip() + third.strip().removesuffix(" )")
    assert joined == record.text
