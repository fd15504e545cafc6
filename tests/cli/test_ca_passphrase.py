"""The passphrase of the CA's key: where it comes from, what it is for, and where it never is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.locked_key import (
    ANNA,
    ENCRYPTED,
    KEY,
    PASSPHRASE,
    WRONG,
    Done,
    credentials,
    encrypting,
    given,
    opens,
    private,
    renewed,
    through_descriptor,
    with_locked_key,
)
from tests.cli.program import (
    Machine,
    contents,
    pfwizard_process,
    the_object_in,
)
from tests.cli.test_probation import started
from tests.cli.test_renewal import certificate, give_certificate, put

# --- where it comes from --------------------------------------------------------------------------


def from_file(machine: Machine, directory: Path) -> Done:
    return machine.pfwizard("--ca-passphrase-file", private(directory, "passphrase"))


def from_descriptor(machine: Machine, directory: Path) -> Done:
    return through_descriptor(
        f"{PASSPHRASE}\nnot this\n",
        *("--answers", machine.answers, "--root", machine.root, "--ca-passphrase-fd", "FD"),
    )


def from_credential(machine: Machine, directory: Path) -> Done:
    return pfwizard_process(
        *("--answers", machine.answers, "--root", machine.root), environment=credentials(directory)
    )


@pytest.mark.parametrize("run", [from_file, from_descriptor, from_credential])
def test_a_new_key_is_encrypted_with_the_passphrase_from(
    run: Callable[[Machine, Path], Done], machine: Machine, tmp_path: Path
) -> None:
    done = run(encrypting(machine), tmp_path)

    assert done.returncode == 0, done.stderr
    key = machine.root / KEY
    assert key.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert opens(key, PASSPHRASE)
    assert not opens(key, WRONG)


def test_an_option_comes_before_a_credential(machine: Machine, tmp_path: Path) -> None:
    with_locked_key(machine)
    renew = ("renew", "--root", machine.root, "--force")
    wrong = credentials(tmp_path, WRONG)

    by_file = pfwizard_process(*renew, *given(tmp_path), environment=wrong)
    by_descriptor = through_descriptor(PASSPHRASE, *renew, "--ca-passphrase-fd", "FD", **wrong)

    assert (by_file.returncode, by_descriptor.returncode) == (0, 0), by_file.stderr


def test_a_file_and_a_descriptor_at_once_are_wrong_usage(machine: Machine, tmp_path: Path) -> None:
    done = through_descriptor(
        PASSPHRASE,
        *("renew", "--root", machine.root, "--ca-passphrase-fd", "FD"),
        *("--ca-passphrase-file", private(tmp_path, "passphrase")),
    )

    assert done.returncode == 2
    assert "--ca-passphrase-file and --ca-passphrase-fd cannot be done at once" in done.stderr


def test_two_passphrases_may_come_through_one_descriptor_the_cas_first(machine: Machine) -> None:
    with_locked_key(machine)

    done = through_descriptor(
        f"{PASSPHRASE}\n{WRONG}\n",
        *("client", "add", ANNA, "--root", machine.root),
        *("--ca-passphrase-fd", "FD", "--passphrase-fd", "FD"),
    )

    assert done.returncode == 0, done.stderr
    assert not list(machine.root.rglob("*.passphrase"))


def test_a_line_that_ends_as_on_windows_is_the_same(machine: Machine, tmp_path: Path) -> None:
    file = private(tmp_path, "passphrase", f"{PASSPHRASE}\r\n".encode())

    assert renewed(with_locked_key(machine), "--ca-passphrase-file", file).returncode == 0


def test_a_service_of_systemd_renews_with_its_credential_whatever_the_mode_of_that(
    machine: Machine, tmp_path: Path
) -> None:
    environment = credentials(tmp_path)
    (tmp_path / "credentials/pfwizard-ca-passphrase").chmod(0o440)

    done = pfwizard_process(
        "renew", "--root", with_locked_key(machine).root, environment=environment
    )

    assert done.returncode == 0, done.stderr


def test_a_service_with_other_credentials_has_no_passphrase(
    machine: Machine, tmp_path: Path
) -> None:
    done = pfwizard_process(
        *("renew", "--root", with_locked_key(machine).root),
        environment={"CREDENTIALS_DIRECTORY": str(tmp_path)},
    )

    assert done.returncode == 2
    assert "no passphrase was given" in done.stderr


# --- places that are no good ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file or directory"),
        (b"", "the first line is empty"),
        (b"\nsecond\n", "the first line is empty"),
        (b"caf\xe9 canary 7Zq\n", "is not UTF-8"),
        (b"canary-7Zq" * 1000, "more than 4096 octets"),
    ],
    ids=["missing", "empty", "empty line", "latin-1", "long"],
)
def test_a_file_without_a_passphrase_is_named(
    content: bytes | None, words: str, machine: Machine, tmp_path: Path
) -> None:
    file = tmp_path / "passphrase"
    if content is not None:
        private(tmp_path, "passphrase", content)
    before = contents(with_locked_key(machine).root)

    done = renewed(machine, "--ca-passphrase-file", file)

    assert done.returncode == 2
    assert f"{file}: " in done.stderr
    assert words in done.stderr
    assert "7Zq" not in done.stderr
    assert contents(machine.root) == before


def test_a_directory_is_no_file_with_a_passphrase(machine: Machine, tmp_path: Path) -> None:
    done = renewed(with_locked_key(machine), "--ca-passphrase-file", tmp_path)

    assert done.returncode == 2
    assert "Is a directory" in done.stderr


def test_a_file_that_others_can_open_is_refused_and_how_to_mend_it_is_said(
    machine: Machine, tmp_path: Path
) -> None:
    file = private(tmp_path, "passphrase")
    file.chmod(0o640)

    done = renewed(with_locked_key(machine), "--ca-passphrase-file", file)

    assert done.returncode == 2
    assert f"chmod 600 {file}" in done.stderr


@pytest.mark.parametrize("number", ["77", "-1", "two"])
def test_a_descriptor_that_is_not_open_is_named(number: str, machine: Machine) -> None:
    done = renewed(with_locked_key(machine), f"--ca-passphrase-fd={number}")

    assert done.returncode == 2
    assert number in done.stderr


def test_a_new_key_is_not_encrypted_with_a_passphrase_that_is_easy_to_guess(
    machine: Machine, tmp_path: Path
) -> None:
    before = contents(encrypting(machine).root)

    done = machine.pfwizard("--ca-passphrase-file", private(tmp_path, "passphrase", "sesame"))

    assert done.returncode == 2
    assert KEY in done.stderr
    assert "sesame" not in done.stderr
    assert contents(machine.root) == before


@pytest.mark.parametrize(
    "words", [("status",), ("history",), ("rollback",), ("client", "list"), ("confirm",)]
)
def test_commands_that_sign_nothing_take_no_passphrase(words: tuple[str, ...]) -> None:
    done = pfwizard_process(*words, "--ca-passphrase-file", "x")

    assert done.returncode == 2
    assert "takes no --ca-passphrase-file" in done.stderr


# --- what it is for -------------------------------------------------------------------------------


def test_renew_signs_with_it(machine: Machine, tmp_path: Path) -> None:
    old = give_certificate(machine, 20)
    put(machine, f"/{KEY}", ENCRYPTED)

    assert renewed(machine, *given(tmp_path)).returncode == 0
    assert certificate(machine).facts.not_after > old.facts.not_after
    assert (machine.root / KEY).read_bytes() == ENCRYPTED


def test_the_ca_is_renewed_and_its_key_not_touched(machine: Machine, tmp_path: Path) -> None:
    key = with_locked_key(machine).root / KEY
    before = key.stat()

    done = renewed(machine, "--ca", "--force", *given(tmp_path))

    assert done.returncode == 0, done.stderr
    assert key.read_bytes() == ENCRYPTED
    assert (key.stat().st_ino, key.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_client_is_added_with_it(machine: Machine, tmp_path: Path) -> None:
    with_locked_key(machine)

    done = pfwizard_process("client", "add", ANNA, "--root", machine.root, *given(tmp_path))

    assert done.returncode == 0, done.stderr
    assert (machine.root / f"etc/ssl/private/clients/{ANNA}/{ANNA}.crt").exists()


def test_another_run_of_the_answers_needs_it_only_where_something_is_signed(
    machine: Machine, tmp_path: Path
) -> None:
    assert encrypting(machine).pfwizard(*given(tmp_path)).returncode == 0

    again = machine.pfwizard()
    (machine.root / "etc/postfix/ssl/server.crt").unlink()
    (machine.root / "etc/postfix/ssl/private/server.key").unlink()
    anew = machine.pfwizard("--dry-run")

    assert again.returncode == 0, again.stderr
    assert "Nothing to do" in again.stderr
    assert anew.returncode == 2, anew.stderr


def test_a_renewal_with_nothing_due_asks_for_nothing(machine: Machine) -> None:
    done = renewed(with_locked_key(machine, left=390))

    assert done.returncode == 0
    assert "no certificate is due" in done.stderr


@pytest.mark.parametrize(
    "words", [("renew",), ("renew", "--ca", "--force"), ("client", "add", ANNA)], ids=" ".join
)
@pytest.mark.parametrize("also", [(), ("--dry-run",), ("--json",)], ids=lambda also: " ".join(also))
def test_without_it_and_without_a_terminal_the_run_ends_and_says_how_to_give_it(
    words: tuple[str, ...], also: tuple[str, ...], machine: Machine
) -> None:
    before = contents(with_locked_key(machine).root)

    done = pfwizard_process(*words, *also, "--root", machine.root)

    assert done.returncode == 2
    assert f"/{KEY}: the CA's key is encrypted" in done.stderr
    assert "--ca-passphrase-file FILE" in done.stderr
    assert contents(machine.root) == before
    if "--json" in also:
        assert the_object_in(done)["changed"] is False


def test_a_dry_run_that_signs_needs_it_too_and_changes_nothing(
    machine: Machine, tmp_path: Path
) -> None:
    before = contents(with_locked_key(machine).root)

    assert renewed(machine, "--dry-run", *given(tmp_path)).returncode == 3
    assert contents(machine.root) == before


def test_a_wrong_one_changes_nothing_and_the_key_is_named(machine: Machine, tmp_path: Path) -> None:
    before = contents(with_locked_key(machine).root)

    done = renewed(machine, *given(tmp_path, WRONG))

    assert done.returncode == 1
    assert f"/{KEY} does not open with this passphrase" in done.stderr
    assert WRONG not in done.stderr
    assert contents(machine.root) == before


# --- where it never is ----------------------------------------------------------------------------


def test_it_is_in_no_file_and_in_no_output_after_all_that(machine: Machine, tmp_path: Path) -> None:
    options = given(tmp_path)
    root = ("--root", machine.root)
    runs = [
        encrypting(machine).pfwizard(*options),
        pfwizard_process("renew", "--force", *root, *options),
        pfwizard_process("renew", "--ca", "--force", "--json", *root, *options),
        pfwizard_process("client", "add", ANNA, *root, *options),
        pfwizard_process("renew", "--force", "--dry-run", "--json", *root, *options),
        pfwizard_process("history", "--json", *root),
        pfwizard_process("show", "1", *root),
        pfwizard_process("rollback", *root),
    ]

    assert [done.returncode for done in runs] == [0, 0, 0, 0, 3, 0, 0, 0]
    assert not [done for done in runs if PASSPHRASE in done.stdout + done.stderr]
    files = [file for file in machine.root.rglob("*") if file.is_file()]
    assert any(machine.state in file.parents for file in files)
    assert not [file for file in files if PASSPHRASE.encode() in file.read_bytes()]


def test_no_process_has_it_in_its_arguments_its_environment_or_an_open_file(
    machine: Machine, tmp_path: Path
) -> None:
    options = given(tmp_path)
    with started(encrypting(machine), "600", *map(str, options)) as run:
        run.wait_for_probation()
        processes = [Path(f"/proc/{each}") for each in (run.face.pid, run.engine, run.watchdog)]
        seen = b"".join(
            (process / what).read_bytes()
            for process in processes
            for what in ("cmdline", "environ")
        )
        files = {link.readlink() for process in processes for link in (process / "fd").iterdir()}
        run.command("confirm")
        run.end()

    assert b"pfwizard" in seen
    assert PASSPHRASE.encode() not in seen
    assert options[1] not in files
