"""``pfwizard client``: each client is a change like any other, and the list tells the truth."""

from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from pfwizard.cli.renewal import authority_in
from pfwizard.pki.certificates import load_certificate
from tests.cli.program import Machine, contents, pfwizard_process, the_object_in
from tests.pki import builders as pki

ANNA, RELAY = "anna@kernel-panic.it", "relay.kernel-panic.it"
PASSPHRASE = "correct horse battery"
TABLE = "etc/postfix/relay_clientcerts"
PLACE = f"etc/ssl/private/clients/{ANNA}"


@pytest.fixture
def server(machine: Machine) -> Machine:
    """A machine on which the answers were applied: it has a CA, and TLS."""
    assert machine.pfwizard().returncode == 0
    return machine


def client(server: Machine, *arguments: str | Path) -> CompletedProcess[str]:
    return pfwizard_process("client", *arguments, "--root", server.root)


def added(server: Machine, name: str, *arguments: str | Path) -> CompletedProcess[str]:
    done = client(server, "add", name, *arguments)
    assert done.returncode == 0, done.stderr
    return done


def listed(server: Machine) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = the_object_in(client(server, "list", "--json"))["clients"]
    return found


def table(server: Machine) -> list[str]:
    lines = (server.root / TABLE).read_text().splitlines()
    return [line.split()[1] for line in lines if not line.startswith("#")]


def private_file(directory: Path, text: str) -> Path:
    file = directory / "passphrase"
    file.write_text(text)
    file.chmod(0o600)
    return file


def passphrase_of(server: Machine) -> bytes:
    return (server.root / PLACE / f"{ANNA}.passphrase").read_bytes().rstrip(b"\n")


def test_a_client_that_was_added_is_in_the_table_and_its_file_opens(server: Machine) -> None:
    added(server, ANNA)

    file = load_pkcs12((server.root / PLACE / f"{ANNA}.p12").read_bytes(), passphrase_of(server))
    assert file.key is not None
    assert table(server) == [ANNA]


def test_the_files_are_for_root_alone(server: Machine) -> None:
    added(server, ANNA)

    modes = {oct(path.stat().st_mode & 0o777) for path in (server.root / PLACE).iterdir()}
    assert modes == {"0o600"}
    assert (server.root / PLACE).stat().st_mode & 0o777 == 0o700


def test_a_dry_run_shows_it_as_a_diff_and_changes_nothing(server: Machine) -> None:
    before = contents(server.root)

    done = client(server, "add", ANNA, "--dry-run")

    assert done.returncode == 3
    assert f"+relay_clientcerts = texthash:/{TABLE}" in done.stdout
    assert contents(server.root) == before
    assert listed(server) == []


def test_the_passphrase_comes_from_a_file(server: Machine, tmp_path: Path) -> None:
    file = private_file(tmp_path, f"{PASSPHRASE}\n")

    added(server, ANNA, "--passphrase-file", file, "--compatible")

    content = (server.root / PLACE / f"{ANNA}.p12").read_bytes()
    assert load_pkcs12(content, PASSPHRASE.encode()).cert is not None
    assert not (server.root / PLACE / f"{ANNA}.passphrase").exists()


def test_a_passphrase_in_a_file_that_others_can_open_is_refused(
    server: Machine, tmp_path: Path
) -> None:
    file = private_file(tmp_path, PASSPHRASE)
    file.chmod(0o640)

    done = client(server, "add", ANNA, "--passphrase-file", file)

    assert done.returncode == 2
    assert f"chmod 600 {file}" in done.stderr
    assert listed(server) == []


def test_a_passphrase_that_is_too_short_is_refused_before_anything_is_made(
    server: Machine, tmp_path: Path
) -> None:
    file = private_file(tmp_path, "sesame\n")

    done = client(server, "add", ANNA, "--passphrase-file", file)

    assert done.returncode == 2
    assert "sesame" not in done.stderr
    assert listed(server) == []


def test_no_passphrase_and_no_key_is_printed(server: Machine) -> None:
    done = added(server, ANNA, "--json")

    assert passphrase_of(server).decode() not in done.stdout + done.stderr
    assert "PRIVATE KEY" not in done.stdout


def test_the_files_go_where_the_operator_says(server: Machine) -> None:
    added(server, ANNA, "--out", "/root/anna")

    assert (server.root / f"root/anna/{ANNA}.p12").exists()


def test_who_is_added_again_keeps_the_certificate(server: Machine) -> None:
    added(server, ANNA)
    before = contents(server.root)

    done = added(server, ANNA)

    assert "Nothing to do: this client has a certificate." in done.stderr
    assert contents(server.root) == before


def test_the_list_says_who_may_relay_and_for_how_long(server: Machine) -> None:
    added(server, ANNA)

    (found,) = listed(server)

    assert (found["name"], found["days_left"], found["revoked"], found["in_table"]) == (
        ANNA,
        396,
        False,
        True,
    )
    assert f"{ANNA}  may relay, 396 days left" in client(server, "list").stdout


def test_without_clients_the_list_says_how_to_make_one(server: Machine) -> None:
    assert "pfwizard client add NAME" in client(server, "list").stdout


def test_a_revoked_client_is_out_of_the_table_and_the_others_are_not(server: Machine) -> None:
    added(server, ANNA)
    added(server, RELAY)

    assert client(server, "revoke", ANNA).returncode == 0

    assert table(server) == [RELAY]
    assert [(each["revoked"], each["in_table"]) for each in listed(server)] == [
        (True, False),
        (False, True),
    ]


def test_a_serial_number_of_the_list_names_a_certificate(server: Machine) -> None:
    added(server, ANNA)
    (found,) = listed(server)

    assert client(server, "revoke", found["serial"]).returncode == 0

    assert table(server) == []


def test_revoking_twice_is_no_mistake_and_revoking_a_stranger_is(server: Machine) -> None:
    added(server, ANNA)
    client(server, "revoke", ANNA)

    assert client(server, "revoke", ANNA).returncode == 0
    assert client(server, "revoke", "stranger@kernel-panic.it").returncode == 1


def test_what_is_taken_back_stays_in_the_ledger(server: Machine) -> None:
    added(server, ANNA)

    done = pfwizard_process("rollback", "--root", server.root)

    assert done.returncode == 0, done.stderr
    assert not (server.root / PLACE).exists()
    (found,) = listed(server)
    assert (found["name"], found["in_table"]) == (ANNA, False)


def test_the_answers_may_name_clients(machine: Machine) -> None:
    machine.answers.write_text(machine.answers.read_text() + f'\n[clients]\nnames = ["{ANNA}"]\n')

    first, second = machine.pfwizard(), machine.pfwizard()

    assert (first.returncode, table(machine)) == (0, [ANNA])
    assert "Nothing to do" in second.stderr
    assert len(listed(machine)) == 1


def test_the_actions_name_what_is_entered_into_the_ledger(server: Machine) -> None:
    document = the_object_in(added(server, ANNA, "--json"))

    (action,) = document["actions"]
    assert (action["action"], action["what"]) == ("enter-in-ledger", "issued")
    assert action["serial"] == listed(server)[0]["serial"]


def test_a_client_that_cannot_be_put_in_place_is_in_the_ledger_all_the_same(
    server: Machine,
) -> None:
    from tests.cli.program import NO_ROOM, sabotaged

    done = sabotaged("", "client", "add", ANNA, "--root", server.root, in_engine=NO_ROOM)

    assert done.returncode == 1
    assert not (server.root / PLACE).exists()
    assert [each["in_table"] for each in listed(server)] == [False]


def test_the_ca_that_the_answers_name_signs(server: Machine) -> None:
    other = pki.ca(whose="other", subject=pki.CLIENT_SUBJECT)
    (server.root / "srv").mkdir(exist_ok=True)
    (server.root / "srv/other.crt").write_bytes(other.pem())
    (server.root / "srv/other.key").write_bytes(pki.key("other").pem().reveal())
    server.answer('"/etc/ssl/ca.crt"', '"/srv/other.crt"')
    server.answer('"/etc/ssl/private/ca.key"', '"/srv/other.key"')

    added(server, ANNA, "--answers", server.answers)

    certificate = server.root / f"srv/clients/{ANNA}/{ANNA}.crt"
    assert load_certificate(certificate.read_bytes()).is_issued_by(other)


def test_answers_that_want_no_ca_name_none(machine: Machine) -> None:
    assert authority_in(machine.answers) is not None

    machine.answer('source = "create"', 'source = "none"')
    machine.answer('source = "ca"', 'source = "files"')

    assert authority_in(machine.answers) is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("client",),
        ("client", "remove", ANNA),
        ("client", "add"),
        ("client", "add", "Anna Bianchi"),
        ("client", "list", ANNA),
        ("client", "list", "--dry-run"),
        ("client", "revoke", ANNA, "--out", "/x"),
        ("client", "add", ANNA, "--passphrase-file", "x", "--passphrase-fd", "3"),
        ("client", "add", ANNA, "--out", ""),
        ("history", "--compatible"),
        ("rollback", "1", "2"),
        ("--compatible",),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert pfwizard_process(*arguments).returncode == 2
