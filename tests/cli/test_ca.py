"""``pfwizard ca move-key``: the key leaves the tree, and everything goes on without it."""

import fcntl
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.pki.keys import PrivateKey, load_private_key
from pfwizard.secret import Secret
from tests.cli.program import (
    ENVIRONMENT,
    TIMEOUT,
    Machine,
    contents,
    pfwizard_process,
    sabotaged,
    the_object_in,
)
from tests.cli.test_plain_terminal import said, wait_for
from tests.pki import builders as pki
from tests.screens.on_a_terminal import OnTerminal, opened_terminals
from tests.waiting import wait_until

PASSPHRASE = "correct horse battery"
KEY = "etc/ssl/private/ca.key"


@pytest.fixture
def passphrase(tmp_path: Path) -> tuple[str, Path]:
    """The option that tells the passphrase."""
    file = tmp_path / "passphrase"
    file.write_text(f"{PASSPHRASE}\n")
    file.chmod(0o600)
    return "--ca-passphrase-file", file


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    directory = tmp_path / "medium"
    directory.mkdir()
    return directory


@pytest.fixture
def server(machine: Machine) -> Machine:
    """Set up, with a CA of its own."""
    assert machine.pfwizard().returncode == 0
    return machine


def run(machine: Machine, *arguments: str | Path) -> CompletedProcess[str]:
    return pfwizard_process(*arguments, "--root", machine.root)


def move(machine: Machine, *arguments: str | Path) -> CompletedProcess[str]:
    return run(machine, "ca", "move-key", *arguments)


def key_of(machine: Machine) -> PrivateKey:
    return load_private_key(Secret((machine.root / KEY).read_bytes()))


def places_of(key: PrivateKey, tree: Path) -> list[str]:
    """The files of a tree in which a line of the key's PEM is, or a good part of its DER."""
    lines = key.pem().reveal().splitlines()[1:-1]
    der = key.parsed.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    older = key.parsed.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    needles = (*lines, der[40:72], older[7:39])
    return [
        str(path.relative_to(tree))
        for path in sorted(tree.rglob("*"))
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]


def test_the_key_is_in_the_new_file_alone_and_opens_there(
    server: Machine, medium: Path, passphrase: tuple[str, Path]
) -> None:
    key = key_of(server)
    assert places_of(key, server.root) == [KEY]

    done = move(server, medium / "ca.key", *passphrase)

    assert done.returncode == 0
    assert places_of(key, server.root) == []
    moved = Secret((medium / "ca.key").read_bytes())
    assert load_private_key(moved, passphrase=Secret(PASSPHRASE)).matches(key)
    assert stat.S_IMODE((medium / "ca.key").stat().st_mode) == 0o600


def test_what_the_history_has_kept_of_the_key_goes_too(
    server: Machine, medium: Path, passphrase: tuple[str, Path]
) -> None:
    key = key_of(server)
    assert run(server, "rollback").returncode == 0
    assert run(server, "rollback", "2").returncode == 0
    (kept,) = places_of(key, server.state)

    done = move(server, medium / "ca.key", *passphrase)

    assert f"A copy that pfwizard had kept was removed too: {server.state / kept}" in done.stderr
    assert places_of(key, server.root) == []


def test_how_to_use_it_and_what_may_be_left_is_said(
    server: Machine, medium: Path, passphrase: tuple[str, Path]
) -> None:
    done = move(server, medium / "ca.key", *passphrase)

    assert done.stdout.splitlines() == [
        f"# remove /{KEY}",
        "#   private key, EC P-256; not shown",
    ]
    assert f"pfwizard renew --ca-key {medium / 'ca.key'}" in done.stderr
    assert f"warning: {medium / 'ca.key'}: this file is still on this host" in done.stderr
    assert "note: removing is not wiping" in done.stderr


def test_programs_are_told_and_see_nothing_of_the_key(
    server: Machine, medium: Path, passphrase: tuple[str, Path]
) -> None:
    key = key_of(server)

    done = move(server, medium / "ca.key", *passphrase, "--json")

    document = the_object_in(done)
    assert (document["result"], document["changed"]) == ("applied", True)
    assert [(each["path"], each["kind"]) for each in document["changes"]] == [(f"/{KEY}", "delete")]
    assert {each["id"] for each in document["findings"]} == {"key-still-here", "old-blocks"}
    assert key.pem().reveal().decode().splitlines()[1] not in done.stdout + done.stderr


def test_a_dry_run_moves_nothing(
    server: Machine, medium: Path, passphrase: tuple[str, Path]
) -> None:
    before = contents(server.root)

    done = move(server, medium / "ca.key", *passphrase, "--dry-run")

    assert done.returncode == 3
    assert f"# remove /{KEY}" in done.stdout
    assert contents(server.root) == before
    assert list(medium.iterdir()) == []


def test_without_a_passphrase_and_without_a_terminal_nothing_is_moved(
    server: Machine, medium: Path
) -> None:
    done = move(server, medium / "ca.key")

    assert done.returncode == 2
    assert "the CA's key is to be encrypted, and no passphrase was given" in done.stderr
    assert list(medium.iterdir()) == []


def test_a_file_that_is_there_is_refused_before_anything_is_asked(
    server: Machine, medium: Path
) -> None:
    (medium / "ca.key").write_text("something\n")

    done = move(server, medium / "ca.key")

    assert done.returncode == 1
    assert f"{medium / 'ca.key'}: is there already" in done.stderr


@pytest.fixture
def start() -> Iterator[OnTerminal]:
    with opened_terminals() as start:
        yield start


def test_on_a_terminal_the_passphrase_is_asked_for_twice(
    server: Machine, medium: Path, start: OnTerminal
) -> None:
    terminal = start("ca", "move-key", medium / "ca.key", "--root", server.root)
    wait_for(terminal, "New passphrase for the CA's key")
    terminal.type(f"{PASSPHRASE}\n")
    wait_for(terminal, "The same again")
    terminal.type(f"{PASSPHRASE}\n")

    assert terminal.wait() == 0
    assert PASSPHRASE.encode() not in terminal.sent
    moved = Secret((medium / "ca.key").read_bytes())
    assert load_private_key(moved, passphrase=Secret(PASSPHRASE))


OTHER_KEY = "etc/ssl/private/cakey.pem"


def with_another(machine: Machine, key: bytes) -> None:
    """Beside the CA's key, which is locked, lies that of another, whose certificate is here too."""
    (machine.root / OTHER_KEY).write_bytes(pki.key("other").pem().reveal())
    certificate = machine.root / "etc/ssl/ca.crt"
    certificate.write_bytes(certificate.read_bytes() + pki.ca(whose="other").pem())
    (machine.root / KEY).write_bytes(key)


def locked(key: PrivateKey) -> bytes:
    return encrypted_pem(key, Secret(PASSPHRASE), os.urandom).reveal()


def test_after_a_slip_no_other_key_goes_in_its_place(
    server: Machine, medium: Path, start: OnTerminal
) -> None:
    with_another(server, locked(key_of(server)))
    before = contents(server.root)

    terminal = start("ca", "move-key", medium / "ca.key", "--root", server.root)
    for times in (1, 2, 3):
        wait_for(terminal, f"Passphrase of the CA's key /{KEY}:", times=times)
        terminal.type("correct horse batterx\n")

    assert terminal.wait() == 1
    assert "does not open with this passphrase" in said(terminal)
    assert contents(server.root) == before
    assert list(medium.iterdir()) == []


def test_a_passphrase_that_has_opened_what_is_no_cas_is_not_put_on_the_cas(
    server: Machine, medium: Path, start: OnTerminal
) -> None:
    key = key_of(server)
    (server.root / KEY).write_bytes(locked(pki.key("stray")))
    (server.root / OTHER_KEY).write_bytes(key.pem().reveal())
    (server.root / "etc/postfix/ssl/server.crt").unlink()

    terminal = start("ca", "move-key", medium / "ca.key", "--root", server.root)
    wait_for(terminal, f"Passphrase of the CA's key /{KEY}:")
    terminal.type(f"{PASSPHRASE}\n")
    for prompt in ("New passphrase for the CA's key", "The same again"):
        wait_for(terminal, prompt)
        terminal.type("quite another staple\n")

    assert terminal.wait() == 0
    moved = Secret((medium / "ca.key").read_bytes())
    assert load_private_key(moved, passphrase=Secret("quite another staple")).matches(key)


def test_a_key_that_delivers_mail_stays(
    server: Machine, medium: Path, passphrase: tuple[str, Path]
) -> None:
    alias = server.root / "etc/postfix/relay.key"
    alias.symlink_to(f"/{KEY}")
    main_cf = server.root / "etc/postfix/main.cf"
    main_cf.write_text(main_cf.read_text() + "smtp_tls_key_file = /etc/postfix/relay.key\n")
    before = contents(server.root)

    done = move(server, medium / "ca.key", *passphrase)

    assert done.returncode == 1
    assert "smtp_tls_key_file in main.cf names it" in done.stderr
    assert contents(server.root) == before


def test_an_encrypted_key_is_moved_as_it_is_behind_the_passphrase_that_it_has(
    server: Machine, medium: Path, passphrase: tuple[str, Path]
) -> None:
    content = locked(key_of(server))
    (server.root / KEY).write_bytes(content)
    wrong = medium.parent / "wrong"
    wrong.write_text("correct horse batterx\n")
    wrong.chmod(0o600)

    refused = move(server, medium / "ca.key", "--ca-passphrase-file", wrong)
    done = move(server, medium / "ca.key", *passphrase)

    assert (refused.returncode, done.returncode) == (1, 0)
    assert "does not open with this passphrase" in refused.stderr
    assert (medium / "ca.key").read_bytes() == content
    assert not (server.root / KEY).exists()


def test_a_medium_of_its_own_is_to_be_locked_up(
    server: Machine, passphrase: tuple[str, Path]
) -> None:
    """Memory stands for the medium here."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as medium:
        done = sabotaged(
            "from pfwizard.cli import ca; ca.IN_MEMORY = ()",
            *("ca", "move-key", f"{medium}/ca.key", "--root", server.root, *passphrase),
        )

    assert "note: " in done.stderr
    assert "this file is on a file system of its own" in done.stderr
    assert "still on this host" not in done.stderr


# --- afterwards -----------------------------------------------------------------------------------


@pytest.fixture
def without_key(server: Machine, medium: Path, passphrase: tuple[str, Path]) -> Machine:
    assert move(server, medium / "ca.key", *passphrase).returncode == 0
    return server


def test_status_has_nothing_to_complain_about(without_key: Machine) -> None:
    done = run(without_key, "status")

    assert (done.returncode, "key" in done.stdout + done.stderr) == (0, False)


def test_the_answers_find_everything_in_place(without_key: Machine) -> None:
    done = without_key.pfwizard()

    assert done.returncode == 0
    assert "Nothing to do" in done.stderr


def test_a_renewal_says_where_the_key_is_missed_and_works_when_it_is_brought(
    without_key: Machine, medium: Path, passphrase: tuple[str, Path]
) -> None:
    alone = run(without_key, "renew", "--force")
    brought = run(without_key, "renew", "--force", "--ca-key", medium / "ca.key", *passphrase)

    assert alone.returncode == 1
    assert "name the file with --ca-key FILE" in alone.stderr
    assert brought.returncode == 0


def test_a_client_gets_a_certificate_when_the_key_is_brought(
    without_key: Machine, medium: Path, passphrase: tuple[str, Path]
) -> None:
    done = run(
        without_key, *("client", "add", "anna@kernel-panic.it"),
        *("--ca-key", medium / "ca.key"), *passphrase,
    )  # fmt: skip

    assert done.returncode == 0


def test_what_has_made_the_ca_can_be_taken_back_and_brought_again_without_the_key(
    without_key: Machine, medium: Path, passphrase: tuple[str, Path]
) -> None:
    assert run(without_key, "rollback").returncode == 0
    assert not (without_key.root / "etc/ssl/ca.crt").exists()

    assert run(without_key, "rollback", "2").returncode == 0

    assert (without_key.root / "etc/ssl/ca.crt").exists()
    assert not (without_key.root / KEY).exists()
    again = run(without_key, "renew", "--force", "--ca-key", medium / "ca.key", *passphrase)
    assert again.returncode == 0


def test_what_would_need_the_copy_that_is_gone_says_so_and_touches_nothing(
    server: Machine, medium: Path, passphrase: tuple[str, Path]
) -> None:
    for arguments in (["rollback"], ["rollback", "2"]):
        assert run(server, *arguments).returncode == 0
    assert move(server, medium / "ca.key", *passphrase).returncode == 0
    assert run(server, "rollback", "3").returncode == 0
    before = contents(server.root)

    done = run(server, "rollback", "2")

    assert done.returncode == 5
    assert f"/{KEY}: what it was before is not kept any more" in done.stderr
    assert "not after pfwizard ca move-key has taken them away" in done.stderr
    assert contents(server.root) == before


def test_there_is_no_second_key_to_move(
    without_key: Machine, medium: Path, passphrase: tuple[str, Path]
) -> None:
    done = move(without_key, medium / "second", *passphrase)

    assert done.returncode == 1
    assert "is not on this machine, or not where it was looked for" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ca", "move-key"], "pfwizard ca move-key needs the name of a new file"),
        (["ca", "move-key", "a", "b"], "pfwizard ca move-key takes one FILE"),
        (["ca", "move-key", "a", "--confirm"], "takes no --confirm"),
        (["ca"], "The command is ca move-key."),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], words: str) -> None:
    done = pfwizard_process(*arguments)

    assert done.returncode == 2
    assert words in done.stderr


# --- in the way -----------------------------------------------------------------------------------


def test_while_another_run_is_at_work_nothing_is_moved(
    server: Machine, medium: Path, passphrase: tuple[str, Path]
) -> None:
    with (server.state / "lock").open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = move(server, medium / "ca.key", *passphrase)

    assert done.returncode == 6
    assert (server.root / KEY).exists()
    assert list(medium.iterdir()) == []


def test_while_a_change_is_on_probation_nothing_is_moved(
    server: Machine, medium: Path, passphrase: tuple[str, Path]
) -> None:
    face = subprocess.Popen(
        [
            *(sys.executable, "-m", "pfwizard", "renew", "--force", "--confirm", "600"),
            *("--root", str(server.root)),
        ],
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: "on probation" in run(server, "history").stdout)

    done = move(server, medium / "ca.key", *passphrase)
    run(server, "rollback")
    face.wait(TIMEOUT)

    assert done.returncode == 6
    assert "is on probation for another" in done.stderr
    assert list(medium.iterdir()) == []
