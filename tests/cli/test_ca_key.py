"""``--ca-key``: a key of the CA that is kept elsewhere, read for one run and never copied."""

from pathlib import Path

import pytest

from tests.cli.locked_key import ANNA, KEY, given, renewed, through_descriptor, with_locked_key
from tests.cli.program import (
    Machine,
    pfwizard_process,
)
from tests.cli.test_renewal import give_certificate


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    (tmp_path / "medium").mkdir()
    return tmp_path / "medium/our-ca.key"


def taken_away(machine: Machine, medium: Path) -> Machine:
    """The CA's key is on a medium of this host, outside the tree."""
    (machine.root / KEY).rename(medium)
    return machine


def places_of(content: bytes, machine: Machine) -> list[Path]:
    return [f for f in machine.root.rglob("*") if f.is_file() and content in f.read_bytes()]


@pytest.mark.parametrize(
    "words", [("renew",), ("renew", "--ca", "--force"), ("client", "add", ANNA)], ids=" ".join
)
def test_a_key_on_a_medium_signs_and_is_not_copied(
    words: tuple[str, ...], machine: Machine, medium: Path
) -> None:
    give_certificate(machine, 20)
    taken_away(machine, medium)

    done = pfwizard_process(*words, "--root", machine.root, "--ca-key", medium)

    assert done.returncode == 0, done.stderr
    assert not (machine.root / KEY).exists()
    assert places_of(medium.read_bytes().splitlines()[1], machine) == []


def test_a_client_added_with_it_has_its_files_where_they_would_be_anyway(
    machine: Machine, medium: Path
) -> None:
    give_certificate(machine, 20)
    taken_away(machine, medium)

    pfwizard_process("client", "add", ANNA, "--root", machine.root, "--ca-key", medium)

    assert (machine.root / f"etc/ssl/private/clients/{ANNA}/{ANNA}.p12").exists()


def test_it_may_be_encrypted_too(machine: Machine, medium: Path, tmp_path: Path) -> None:
    taken_away(with_locked_key(machine), medium)

    without = renewed(machine, "--ca-key", medium)
    done = renewed(machine, "--ca-key", medium, *given(tmp_path))

    assert without.returncode == 2
    assert f"{medium}: the CA's key is encrypted" in without.stderr
    assert done.returncode == 0, done.stderr


def test_the_answers_are_applied_with_it(machine: Machine, medium: Path) -> None:
    assert machine.pfwizard().returncode == 0
    taken_away(machine, medium)
    (machine.root / "etc/postfix/ssl/server.crt").unlink()
    (machine.root / "etc/postfix/ssl/private/server.key").unlink()

    without = machine.pfwizard()
    done = machine.pfwizard("--ca-key", medium)

    assert without.returncode == 1
    assert "--ca-key FILE" in without.stderr
    assert done.returncode == 0, done.stderr
    assert not (machine.root / KEY).exists()


def test_a_renewal_without_it_names_the_option(machine: Machine, medium: Path) -> None:
    give_certificate(machine, 20)

    done = renewed(taken_away(machine, medium))

    assert done.returncode == 1
    assert "--ca-key FILE" in done.stderr


def test_a_medium_that_is_not_mounted_is_named(machine: Machine, medium: Path) -> None:
    give_certificate(machine, 20)

    done = renewed(machine, "--ca-key", medium)

    assert done.returncode == 2
    assert f"{medium}: the CA's key cannot be read: No such file or directory" in done.stderr


def test_the_key_may_come_out_of_a_pipe(machine: Machine, medium: Path) -> None:
    give_certificate(machine, 20)
    taken_away(machine, medium)

    done = through_descriptor(
        medium.read_text(), "renew", "--root", machine.root, "--ca-key", "/dev/fd/FD"
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("mode", [0o644, 0o600])
@pytest.mark.parametrize(
    "words", [("renew",), ("renew", "--ca"), ("client", "add", ANNA)], ids=" ".join
)
def test_a_key_on_a_medium_that_others_can_read_is_warned_of(
    words: tuple[str, ...], mode: int, machine: Machine, medium: Path
) -> None:
    give_certificate(machine, 20)
    taken_away(machine, medium)
    medium.chmod(mode)

    done = pfwizard_process(*words, "--root", machine.root, "--ca-key", medium)

    assert done.returncode == 0, done.stderr
    is_warned = f"warning: {medium}: this private key can be used by more users" in done.stderr
    assert is_warned is (mode == 0o644)


def test_the_wizard_takes_no_such_key() -> None:
    done = pfwizard_process("--plain", "--ca-key", "x")

    assert done.returncode == 2
    assert "--ca-key" in done.stderr
