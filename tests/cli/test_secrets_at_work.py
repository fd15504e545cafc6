"""Secrets while a change is applied, kept, shown and taken back: only where they belong.

The canaries are the challenge password of the answers, which stands in the request, and the private
keys that are made.
"""

import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from tests.cli.program import ENVIRONMENT, TIMEOUT, Machine, pfwizard_process
from tests.cli.test_probation import ANY_TIME, killed, only_child, started
from tests.waiting import wait_until

CANARY = "canary-7Zq"
SPELLINGS = [CANARY, *(b64encode(b" " * i + CANARY.encode())[4:-4].decode() for i in range(3))]
KEYS = ("etc/ssl/private/ca.key", "etc/postfix/ssl/private/server.key")
REQUEST = "etc/postfix/ssl/private/server.csr"


@pytest.fixture
def machine(machine: Machine) -> Machine:
    machine.answer('challenge_password = ""', f'challenge_password = "{CANARY}"')
    return machine


def secrets_of(machine: Machine) -> list[str]:
    """The canary in every spelling, and a line out of the middle of each private key."""
    keys = [(machine.root / key).read_text().split("\n")[1] for key in KEYS]
    return [*SPELLINGS, *keys]


def revealed(text: str, secrets: list[str]) -> list[str]:
    joined = text.replace("\\n", "").replace("\n+", "").replace("\n-", "")
    return [secret for secret in secrets if secret in joined or secret in text]


def files_with(machine: Machine, secrets: list[str]) -> set[str]:
    return {
        str(file.relative_to(machine.root))
        for file in machine.root.rglob("*")
        if file.is_file() and revealed(file.read_bytes().decode("utf-8", "replace"), secrets)
    }


def test_they_are_in_their_own_files_and_nowhere_else_below_the_root(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0

    assert files_with(machine, secrets_of(machine)) == {*KEYS, REQUEST}


def test_no_process_has_them_in_its_arguments_or_environment(machine: Machine) -> None:
    with started(machine, "600") as run:
        run.wait_for_probation()
        processes = (run.face.pid, run.engine, run.watchdog)
        seen = "".join(
            Path(f"/proc/{process}/{what}").read_bytes().decode("utf-8", "replace")
            for process in processes
            for what in ("cmdline", "environ")
        )
        run.command("confirm")
        run.end()

    assert "pfwizard" in seen
    assert revealed(seen, secrets_of(machine)) == []


def test_no_process_that_knows_them_leaves_its_memory_on_the_disk(machine: Machine) -> None:
    with started(machine, "600") as run:
        run.wait_for_probation()
        limits = [
            Path(f"/proc/{process}/limits").read_text() for process in (run.face.pid, run.engine)
        ]
        run.command("confirm")
        run.end()

    for each in limits:
        (line,) = (line for line in each.splitlines() if line.startswith("Max core file size"))
        assert line.split()[4:6] == ["0", "0"]


@pytest.mark.parametrize(
    "words",
    [
        ("show", "1"),
        ("show", "1", "--json"),
        ("history",),
        ("history", "--json"),
        ("rollback", "--dry-run"),
        ("rollback", "--dry-run", "--json"),
        ("rollback",),
        ("rollback", "--json"),
    ],
    ids=" ".join,
)
def test_no_command_prints_them(machine: Machine, words: tuple[str, ...]) -> None:
    assert machine.pfwizard().returncode == 0
    secrets = secrets_of(machine)

    done = pfwizard_process(*words, "--root", machine.root)

    assert "0001-" in done.stdout + done.stderr or "main.cf" in done.stdout
    assert revealed(done.stdout + done.stderr, secrets) == []


def test_a_key_that_was_removed_is_kept_in_a_private_place_alone(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0
    secrets = secrets_of(machine)

    assert pfwizard_process("rollback", "--root", machine.root).returncode == 0

    kept = files_with(machine, secrets)
    assert len(kept) == 3
    assert all(name.startswith("var/lib/pfwizard/history/0002-") for name in kept)
    assert {(machine.root / name).stat().st_mode & 0o777 for name in kept} == {0o600}
    assert machine.state.stat().st_mode & 0o777 == 0o700


def test_an_engine_that_crashes_tells_its_place_and_not_its_words(machine: Machine) -> None:
    crash = (
        "from pfwizard.apply import transaction\n"
        f"def swap(tree, manifest): raise RuntimeError('{CANARY}')\n"
        "transaction.swap = swap\n"
    )

    done = machine.sabotaged("", in_engine=crash)

    assert done.returncode == 1
    assert "internal error: RuntimeError in swap, line " in done.stderr
    assert revealed(done.stdout + done.stderr, SPELLINGS) == []
    assert files_with(machine, SPELLINGS) == set()


def test_the_journal_of_a_killed_run_holds_no_new_key(machine: Machine, tmp_path: Path) -> None:
    flag = tmp_path / "published"
    waiting = (
        "import time\nfrom pfwizard.apply import transaction\n"
        f"def stage(*arguments):\n    open({str(flag)!r}, 'w').close()\n    time.sleep(600)\n"
        "transaction.stage = stage\n"
    )
    code = f"from pfwizard.apply.process import child\nchild.BOOT += {waiting!r}\n" + ANY_TIME
    with subprocess.Popen(
        [sys.executable, "-c", code, "--answers", machine.answers, "--root", machine.root],
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT,
    ) as face:
        wait_until(flag.exists)
        journal = machine.state / "journal"
        found = {
            str(file.relative_to(journal))
            for file in journal.rglob("*")
            if file.is_file() and "PRIVATE KEY" in file.read_text(errors="replace")
        }
        killed(only_child(face.pid))
        face.wait(timeout=TIMEOUT)

    assert found == set()
