"""One pfwizard at a time."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pfwizard.apply.lock import locked
from pfwizard.errors import Busy, ExitStatus

HOLD = """
import sys
from pathlib import Path
from pfwizard.apply.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_by_another(state: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that holds the lock until it is told something, or killed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(state)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield holder


def test_a_second_run_is_told_which_process_is_at_work(tmp_path: Path) -> None:
    with held_by_another(tmp_path) as holder:
        with pytest.raises(Busy, match=f"process {holder.pid}") as caught, locked(tmp_path):
            pass

        holder.communicate()
    assert caught.value.exit_status is ExitStatus.BUSY


def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path: Path) -> None:
    with held_by_another(tmp_path) as holder:
        holder.kill()

    with locked(tmp_path):
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"


def test_the_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    with locked(tmp_path):
        pass

    with locked(tmp_path):
        assert (tmp_path / "lock").exists()


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="symbolic links"), locked(tmp_path):
        pass

    assert not (tmp_path / "elsewhere").exists()
