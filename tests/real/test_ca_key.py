"""``pfwizard ca move-key`` on a real server: nothing of the key is left on it, and all goes on."""

from base64 import b64decode

import pytest

from pfwizard.pki.key_copies import private_keys_in
from pfwizard.pki.keys import load_private_key
from pfwizard.secret import Secret
from tests.cli.program import ANSWERS
from tests.machines.machine import Completed, Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.guide_machine import PASSWORD, USER

pytestmark = pytest.mark.machine

KEY, MEDIUM = "/etc/ssl/private/ca.key", "/mnt"
PASSPHRASE, PASSPHRASE_FILE = "correct horse battery", "/root/passphrase"
BRING_IT = ("--ca-key", f"{MEDIUM}/ca.key", "--ca-passphrase-file", PASSPHRASE_FILE)

# Reads every file of the machine but those of the kernel, and names those that hold the bytes.
GREP = """\
import os, sys
needles = [bytes.fromhex(each) for each in sys.argv[1:]]
for directory, below, files in os.walk("/"):
    if directory == "/":
        below[:] = [each for each in below if each not in ("proc", "sys", "dev")]
    for path in (os.path.join(directory, each) for each in files):
        if os.path.isfile(path) and not os.path.islink(path):
            with open(path, "rb") as file:
                content = file.read()
            if any(needle in content for needle in needles):
                print(path)
"""


@pytest.fixture
def server(open_machine: OpenMachine) -> Machine:
    """Set up by the answers of the demonstration, taken back and brought again.

    By that the history has kept a copy of the key.
    """
    machine = open_machine(Machine(SUITES["bookworm"]))
    machine.write("/root/answers.toml", ANSWERS, 0o600)
    machine.write(PASSPHRASE_FILE, f"{PASSPHRASE}\n", 0o600)
    machine.start_authdaemond({USER: PASSWORD})
    machine.start_postfix()
    machine.pfwizard("--answers", "/root/answers.toml", check=True)
    machine.pfwizard("rollback", check=True)
    machine.pfwizard("rollback", "2", check=True)
    return machine


def move(machine: Machine, file: str = f"{MEDIUM}/ca.key", check: bool = True) -> Completed:
    return machine.pfwizard(
        "ca", "move-key", file, "--ca-passphrase-file", PASSPHRASE_FILE, check=check
    )


def files_with(machine: Machine, key: Secret[bytes]) -> set[str]:
    """Every file of the machine in which a line of the key's PEM or a part of its DER is."""
    lines = key.reveal().splitlines()[1:-1]
    der = b64decode(b"".join(lines))
    needles = [each.hex() for each in (*lines, der[36:68])]
    return set(machine.run(["python3", "-c", GREP, *needles]).stdout.split())


def test_nothing_of_the_key_is_left_on_the_host(server: Machine) -> None:
    key = Secret(server.read(KEY))
    before = files_with(server, key)
    assert KEY in before
    assert len(before) == 2
    assert all(path == KEY or path.startswith("/var/lib/pfwizard/history/") for path in before)

    move(server)

    assert files_with(server, key) == set()
    moved = Secret(server.read(f"{MEDIUM}/ca.key"))
    (block,) = private_keys_in(moved)
    opened = load_private_key(block, passphrase=Secret(PASSPHRASE))
    assert opened.matches(load_private_key(key))


def test_the_server_goes_on_without_it_and_is_renewed_when_it_is_brought(server: Machine) -> None:
    move(server)
    assert server.pfwizard("status").returncode in (0, 1)
    assert server.pfwizard("publish", check=True).stdout
    assert server.pfwizard("--answers", "/root/answers.toml", check=True)

    alone = server.pfwizard("renew", "--force")
    brought = server.pfwizard("renew", "--force", *BRING_IT, check=True)

    assert alone.returncode == 1
    assert "Done: 1 file changed" in brought.stderr


def mount_memory(machine: Machine, options: str = "rw") -> None:
    place = str(machine.root / MEDIUM.lstrip("/"))
    machine.run_outside(["mount", "-t", "tmpfs", "-o", options, "none", place])


def test_a_file_in_memory_is_said_to_be_in_memory(server: Machine) -> None:
    mount_memory(server)

    in_memory = move(server).stderr

    assert "this file is in memory, and gone with the next restart" in in_memory


def test_a_medium_that_is_full_keeps_the_key_here(server: Machine) -> None:
    mount_memory(server, "size=4k")
    server.run(["sh", "-c", f"head -c 4096 /dev/zero >{MEDIUM}/full"])
    key = server.read(KEY)

    done = move(server, check=False)

    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert server.read(KEY) == key
    assert server.run(["ls", MEDIUM]).stdout.split() == ["full"]
