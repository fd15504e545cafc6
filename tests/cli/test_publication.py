"""``pfwizard publish``: for people, for programs, and into a directory."""

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.cli.program import Machine, contents, pfwizard_process, the_object_in
from tests.cli.test_renewal import MAIN, give_certificate, put
from tests.pki import builders as pki

FILES = {"ca.pem", "ca.der", "tlsa.zone", "fingerprints.txt", "README.txt"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    directory = tmp_path / "published"
    directory.mkdir()
    return directory


def publish(machine: Machine, *arguments: str | Path) -> CompletedProcess[str]:
    return pfwizard_process("publish", "--root", machine.root, *arguments)


def test_the_records_and_the_ca_are_told_and_nothing_is_changed(machine: Machine) -> None:
    give_certificate(machine, 300)
    before = contents(machine.root)

    done = publish(machine)

    assert (done.returncode, done.stderr) == (0, "")
    assert "  _25._tcp.mail.kernel-panic.it. IN TLSA 3 1 1 (" in done.stdout.splitlines()
    assert "\nTo install the CA certificate\n" in done.stdout
    assert contents(machine.root) == before
    assert [line for line in done.stdout.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize(
    ("place", "remedy"),
    [
        ("/proc/here", "Name a path in a directory that is there."),
        ("/dev/null/here", "Name a path below directories that are there."),
        (f"/{'a' * 300}", "Name a shorter path."),
    ],
)
def test_a_directory_that_cannot_be_made_is_told_with_the_remedy(
    machine: Machine, place: str, remedy: str
) -> None:
    give_certificate(machine, 300)

    done = publish(machine, place)

    assert done.returncode == 1
    assert remedy in done.stderr


def test_programs_are_told_the_same(machine: Machine) -> None:
    leaf = give_certificate(machine, 300)

    document = the_object_in(publish(machine, "--json"))

    told = document["publication"]
    assert (document["result"], document["changed"]) == ("unchanged", False)
    assert [each["ports"] for each in told["certificates"]] == [[25]]
    assert told["certificates"][0]["fingerprint_sha256"] == leaf.facts.fingerprint_sha256
    digest = leaf.facts.spki_sha256.replace(":", "").lower()
    assert told["tlsa"] == [
        {"key": "current", "record": f"_25._tcp.{pki.HOST}. IN TLSA 3 1 1 {digest}"}
    ]
    assert told["ca"]["pem"] == (machine.root / "etc/ssl/ca.crt").read_text()


def test_the_files_are_written_once(machine: Machine, place: Path) -> None:
    give_certificate(machine, 300)

    first, second = publish(machine, place), publish(machine, place)

    assert {path.name for path in place.iterdir()} == FILES
    assert f"Written into {place}: ca.pem" in first.stderr
    assert f"{place}: every file is there already, and is the same." in second.stderr
    assert (first.returncode, second.returncode) == (0, 0)


def test_a_file_of_an_earlier_state_is_not_overwritten(machine: Machine, place: Path) -> None:
    give_certificate(machine, 300)
    (place / "tlsa.zone").write_text("of before\n")

    done = publish(machine, place)

    assert done.returncode == 1
    assert f"{place}/tlsa.zone: is there already, and is something else" in done.stderr
    assert [path.name for path in place.iterdir()] == ["tlsa.zone"]


def test_a_next_key_is_told_of_once_it_is_made(machine: Machine) -> None:
    give_certificate(machine, 300)
    assert pfwizard_process("renew", "--next-key", "--root", machine.root).returncode == 0

    told = the_object_in(publish(machine, "--json"))["publication"]

    assert [record["key"] for record in told["tlsa"]] == ["current", "next"]
    assert told["certificates"][0]["next_spki_sha256"] is not None


def test_no_key_is_in_what_is_told(machine: Machine, place: Path) -> None:
    give_certificate(machine, 300)
    done = publish(machine, place)

    keys = [pki.key(name).pem().reveal().decode().splitlines()[1] for name in ("ca", "server")]
    told = [
        done.stdout,
        done.stderr,
        *(path.read_bytes().decode("latin-1") for path in place.iterdir()),
    ]
    assert [key for key in keys for text in told if key in text] == []


def test_a_ca_somewhere_else_is_found_by_the_answers(machine: Machine) -> None:
    give_certificate(machine, 300)
    put(machine, "/srv/our.crt", (machine.root / "etc/ssl/ca.crt").read_bytes())
    (machine.root / "etc/ssl/ca.crt").unlink()
    main_cf = machine.root / "etc/postfix/main.cf"
    main_cf.write_text(main_cf.read_text().replace(MAIN.splitlines()[-1], ""))
    machine.answer("/etc/ssl/ca.crt", "/srv/our.crt")

    assert the_object_in(publish(machine, "--json"))["publication"]["ca"] is None
    told = the_object_in(publish(machine, "--json", "--answers", machine.answers))
    assert told["publication"]["ca"]["path"] == "/srv/our.crt"


def test_where_postfix_has_no_certificate_there_is_nothing_to_publish(machine: Machine) -> None:
    done = publish(machine)

    assert done.returncode == 1
    assert "Postfix has no certificate" in done.stderr


def test_a_change_on_probation_is_said_to_be_one(machine: Machine, place: Path) -> None:
    give_certificate(machine, 300)
    journal = machine.state / "journal"
    assert pfwizard_process("renew", "--force", "--root", machine.root).returncode == 0
    (record,) = (machine.state / "history").iterdir()
    record.rename(journal)

    assert "warning: a change is under way or on probation" in publish(machine).stderr
