"""What the command line names and is of no use is told at once, with its name and the remedy."""

import os
from pathlib import Path

import pytest

from tests.cli.program import Machine, pfwizard_process

LARGE = 2**26
"""Octets; nobody's certificate or key has as many."""

TREE, FILE = "{tree}", "{file}"

READING = {
    "install-certificate": (("install-certificate", FILE, "--root", TREE), 1),
    "the CA's key": (("renew", "--force", "--ca-key", FILE, "--root", TREE), 2),
    "a client's certificate": (("verify", "--client-certificate", FILE, "--root", TREE), 2),
}
"""The words, and the exit status."""


@pytest.mark.parametrize("what", READING)
def test_a_file_that_is_too_large_to_be_meant_is_not_read_to_its_end(
    machine: Machine, tmp_path: Path, what: str
) -> None:
    file = tmp_path / "large"
    file.touch(0o600)
    os.truncate(file, LARGE)
    words, status = READING[what]

    done = pfwizard_process(*(each.format(tree=machine.root, file=file) for each in words))

    assert done.returncode == status
    assert f"{file}" in done.stderr
    assert "cannot be read: File too large\n  " in done.stderr


@pytest.mark.parametrize("words", [("history",), ("show", "1"), ("client", "list")], ids=" ".join)
def test_a_file_in_place_of_the_directory_for_the_state_is_wrong_usage(
    machine: Machine, words: tuple[str, ...]
) -> None:
    done = pfwizard_process(*words, "--root", machine.root, "--state-dir", machine.answers)

    assert done.returncode == 2
    assert done.stderr == (
        f"pfwizard: --state-dir {machine.answers}: is not a directory\n"
        "  Name a directory, or one that is still to be made.\n"
    )


def test_a_directory_for_the_state_may_still_be_to_be_made(
    machine: Machine, tmp_path: Path
) -> None:
    done = pfwizard_process("history", "--root", machine.root, "--state-dir", tmp_path / "new")

    assert done.returncode == 0


def test_answers_that_cannot_be_read_are_wrong_usage_of_verify_too(tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"

    done = pfwizard_process("verify", "--host", "localhost", "--answers", missing)

    assert done.returncode == 2
    assert f"{missing}: cannot be read" in done.stderr
