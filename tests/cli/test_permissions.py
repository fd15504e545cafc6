"""Who may read what pfwizard writes, when umask and directories would let everybody read it all.

Every command that writes is run with the umask 000, and again below directories whose default
access list opens whatever is created in them to another user.
"""

import os
import stat
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from pfwizard.apply.disk.attributes import ACCESS_LIST
from pfwizard.pki.authority import sign_server
from pfwizard.pki.keys import load_private_key
from pfwizard.secret import Secret
from tests.apply.access_list import GENEROUS, MASK, USER
from tests.cli.program import ENVIRONMENT, Machine, pfwizard_process, traces
from tests.pki import builders as pki
from tests.waiting import wait_until

STATE = "var/lib/pfwizard"
SERVER_KEY = "etc/postfix/ssl/private/server.key"

MODES = {
    "etc/postfix/main.cf": 0o644,
    "etc/postfix/master.cf": 0o644,
    "etc/postfix/relay_clientcerts": 0o644,
    "etc/postfix/sasl": 0o755,
    "etc/postfix/sasl/smtpd.conf": 0o644,
    "etc/postfix/ssl": 0o755,
    "etc/postfix/ssl/*.crt": 0o644,
    "etc/postfix/ssl/private": 0o700,
    "etc/postfix/ssl/private/server.csr": 0o600,
    "etc/postfix/ssl/private/*.key": 0o600,
    "etc/postfix/ssl/private/*.key.next": 0o600,
    "etc/postfix/ssl/.*.crt.pfwizard-*": 0o644,
    "etc/postfix/ssl/private/.*.key.pfwizard-*": 0o600,
    "etc/ssl/ca.crt": 0o644,
    "etc/ssl/private": 0o700,
    "etc/ssl/private/ca.key": 0o600,
    "etc/ssl/private/clients": 0o755,
    "etc/ssl/private/clients/*.it": 0o700,
    "etc/ssl/private/clients/*/*.crt": 0o600,
    "etc/ssl/private/clients/*/*.key": 0o600,
    "etc/ssl/private/clients/*/*.p12": 0o600,
    "etc/ssl/private/clients/*/*.passphrase": 0o600,
    "etc/medium/ca.key": 0o600,
    "etc/published/*": 0o644,
    "etc/handed-out": 0o700,
    "etc/handed-out/*": 0o600,
    STATE: 0o700,
    f"{STATE}/certificates": 0o600,
    f"{STATE}/lock": 0o600,
    f"{STATE}/guard": 0o600,
    f"{STATE}/history": 0o700,
    f"{STATE}/history/????-????????": 0o700,
    f"{STATE}/history/*/manifest": 0o600,
    f"{STATE}/history/*/*.json": 0o600,
    f"{STATE}/history/*/result": 0o600,
    f"{STATE}/history/*/state": 0o600,
    f"{STATE}/history/*/before": 0o700,
    f"{STATE}/history/*/before/*": 0o600,
    f"{STATE}/history/*/after": 0o700,
    f"{STATE}/history/*/after/*": 0o600,
    f"{STATE}/journal": 0o700,
    f"{STATE}/journal/manifest": 0o600,
    f"{STATE}/journal/*.json": 0o600,
    f"{STATE}/journal/state": 0o600,
    f"{STATE}/journal/before": 0o700,
    f"{STATE}/journal/before/*": 0o600,
    f"{STATE}/journal/after": 0o700,
    f"{STATE}/journal/after/*": 0o600,
}
"""Everything that may come into being, or be replaced. In the journal and the history the contents
of files for everybody are for root alone too."""

WITH_CLIENTS = '\n[clients]\nnames = ["anna@kernel-panic.it", "relay.kernel-panic.it"]\n'
TWO_KEY_TYPES = (
    'key_type = "ec:p256"\ndays = 3650\nnames',
    'key_type = "rsa:2048"\necdsa = true\ndays = 3650\nnames',
)
WITH_A_SECRET_REQUEST = ('challenge_password = ""', 'challenge_password = "open sesame"')

OPENED_BY_DEFAULT = ("etc", "etc/ssl", "etc/medium", "etc/published", "etc/postfix", "var/lib")


@pytest.fixture(params=["umask 000", "default access list"])
def careless(request: pytest.FixtureRequest, machine: Machine) -> Machine:
    """A machine on which nothing is private that nobody takes care of."""
    for directory in ("etc/ssl", "etc/medium", "etc/published"):
        (machine.root / directory).mkdir()
    machine.answers.write_text(machine.answers.read_text() + WITH_CLIENTS)
    machine.answer(*TWO_KEY_TYPES)
    machine.answer(*WITH_A_SECRET_REQUEST)
    if request.param == "default access list":
        for directory in OPENED_BY_DEFAULT:
            os.setxattr(machine.root / directory, "system.posix_acl_default", GENEROUS)
    return machine


def test_whatever_is_written_has_exactly_its_mode_and_is_open_to_nobody_else(
    careless: Machine,
) -> None:
    watch = Watch(careless.root)
    for command in _commands(careless):
        done = pfwizard_process(*command, "--root", careless.root, umask=0o000)
        assert done.returncode == 0, done.stderr
        watch.look(after=str(command[0]))
    with _on_probation(careless):
        watch.look(after="probation")
    _move_key(careless)
    watch.look(after="ca move-key")

    assert watch.wrong == [], watch.wrong
    assert watch.seen == set(MODES)


class Watch:
    """What is wrong with anything that was not there at first, and which of MODES were seen."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.wrong: list[str] = []
        self.seen: set[str] = set()
        self._inodes = {path: trace.inode for path, trace in traces(root).items()}

    def look(self, after: str) -> None:
        for path, trace in traces(self.root).items():
            if self._inodes.get(path) != trace.inode:
                self._inodes[path] = trace.inode
                self._look_at(path, stat.S_IMODE(trace.mode), after)

    def _look_at(self, path: str, mode: int, after: str) -> None:
        pattern = next((each for each in MODES if _is_meant(each, path)), path)
        self.seen.add(pattern)
        if MODES.get(pattern) != mode:
            self.wrong.append(f"{path} is {mode:o} after {after}")
        if _lets_others_in(self.root / path):
            self.wrong.append(f"{path} has an access list that lets others in after {after}")


def _commands(machine: Machine) -> Iterator[tuple[str | Path, ...]]:
    """Everything that writes, in the order of a server's life."""
    yield "--answers", machine.answers
    yield "client", "add", "berto@kernel-panic.it"
    yield "client", "add", "carla@kernel-panic.it", "--out", "/etc/handed-out"
    yield "client", "revoke", "berto@kernel-panic.it"
    yield "renew", "--force"
    yield "renew", "--next-key"
    yield "renew", "--new-key", "--force"
    yield "renew", "--ca", "--force"
    yield "install-certificate", _sent_by_somebody_else(machine)
    yield ("rollback",)
    yield "publish", machine.root / "etc/published"


def _move_key(machine: Machine) -> None:
    passphrase = machine.answers.with_name("passphrase")
    passphrase.write_text("correct horse battery\n")
    passphrase.chmod(0o600)
    options = ("--ca-passphrase-file", passphrase, "--root", machine.root)
    done = pfwizard_process("ca", "move-key", machine.root / "etc/medium/ca.key", *options, umask=0)
    assert done.returncode == 0, done.stderr


@contextmanager
def _on_probation(machine: Machine) -> Iterator[None]:
    """The server's key was replaced, and that waits for a confirmation as long as this lasts."""
    arguments = ["renew", "--new-key", "--force", "--confirm", "600", "--root", str(machine.root)]
    with subprocess.Popen(
        [sys.executable, "-m", "pfwizard", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT,
        umask=0o000,
    ):
        root = ("--root", machine.root)
        wait_until(lambda: "on probation" in pfwizard_process("history", *root).stdout)
        yield
        assert pfwizard_process("confirm", *root).returncode == 0


def _sent_by_somebody_else(machine: Machine) -> Path:
    """A certificate for the server's key, and the CA it is from, in a file beside the answers."""
    now = datetime.now(UTC)
    authority = pki.ca(now=now, whose="somebody else's")
    key = load_private_key(Secret((machine.root / SERVER_KEY).read_bytes()))
    certificate = sign_server(
        key.public_key,
        pki.SERVER_SUBJECT,
        (pki.HOST,),
        ca_certificate=authority,
        ca_key=pki.key("somebody else's"),
        days=397,
        now=now,
        serial=0xF0,
    )
    file = machine.answers.with_name("sent.pem")
    file.write_bytes(certificate.pem() + authority.pem())
    return file


def _is_meant(pattern: str, path: str) -> bool:
    return pattern.count("/") == path.count("/") and fnmatchcase(path, pattern)


def _lets_others_in(path: Path) -> bool:
    """Whether its access list, after its mask, gives a user of its own anything (acl(5))."""
    if ACCESS_LIST not in os.listxattr(path, follow_symlinks=False):
        return False
    encoded = os.getxattr(path, ACCESS_LIST, follow_symlinks=False)
    entries = [entry[:2] for entry in struct.iter_unpack("<HHI", encoded[4:])]
    mask = dict(entries)[MASK]
    return any(permissions & mask for tag, permissions in entries if tag == USER)
