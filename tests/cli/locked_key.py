"""A CA whose key is behind a passphrase, and how that is handed to a run."""

import os
import subprocess
import sys
from pathlib import Path

from pfwizard.pki.errors import WrongPassphrase
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.pki.keys import load_private_key
from pfwizard.secret import Secret
from tests.cli.program import (
    ENVIRONMENT,
    TIMEOUT,
    Machine,
    pfwizard_process,
)
from tests.cli.test_renewal import give_certificate, put
from tests.pki import builders as pki

PASSPHRASE = "canary horse 7Zq staple"
WRONG = "another horse 8Xr staple"
KEY = "etc/ssl/private/ca.key"
ENCRYPTED = encrypted_pem(pki.key("ca"), Secret(PASSPHRASE), os.urandom).reveal()
ANNA = "anna@kernel-panic.it"

Done = subprocess.CompletedProcess[str]


def encrypting(machine: Machine) -> Machine:
    """The answers want a CA whose key is encrypted."""
    machine.answer('source = "create"', 'source = "create"\nencrypted = true')
    return machine


def with_locked_key(machine: Machine, left: int = 20) -> Machine:
    """A server whose certificate has so many days left, and a CA whose key is encrypted."""
    give_certificate(machine, left)
    put(machine, f"/{KEY}", ENCRYPTED)
    return machine


def private(directory: Path, name: str, content: str | bytes = PASSPHRASE) -> Path:
    file = directory / name
    file.write_bytes(content if isinstance(content, bytes) else f"{content}\n".encode())
    file.chmod(0o600)
    return file


def credentials(directory: Path, content: str = PASSPHRASE) -> dict[str, str]:
    """What systemd sets for a service with LoadCredential=."""
    place = directory / "credentials"
    place.mkdir()
    private(place, "pfwizard-ca-passphrase", content)
    return {"CREDENTIALS_DIRECTORY": str(place)}


def through_descriptor(text: str, *arguments: str | Path, **environment: str) -> Done:
    """Run pfwizard with these lines in a pipe, whose number stands for FD."""
    reader, writer = os.pipe()
    os.write(writer, text.encode())
    os.close(writer)
    try:
        return subprocess.run(
            [sys.executable, "-m", "pfwizard"]
            + [str(each).replace("FD", str(reader)) for each in arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            pass_fds=(reader,),
            env={**ENVIRONMENT, **environment},
            text=True,
            timeout=TIMEOUT,
        )
    finally:
        os.close(reader)


def opens(file: Path, passphrase: str) -> bool:
    try:
        load_private_key(Secret(file.read_bytes()), passphrase=Secret(passphrase))
    except WrongPassphrase:
        return False
    return True


def renewed(machine: Machine, *arguments: str | Path) -> Done:
    return pfwizard_process("renew", "--root", machine.root, *arguments)


def given(directory: Path, passphrase: str = PASSPHRASE) -> tuple[str | Path, ...]:
    return ("--ca-passphrase-file", private(directory, "passphrase", passphrase))
