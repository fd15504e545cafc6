"""Passphrases from where nobody else sees them: a private file, a descriptor, a credential."""

import os
import shlex
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pfwizard.errors import UsageError
from pfwizard.private_file import OPEN_TO_OTHERS
from pfwizard.quoting import visible
from pfwizard.secret import Secret

LONGEST_LINE = 4096
"""Octets; far more than a passphrase may have."""


CREDENTIAL = "pfwizard-ca-passphrase"
"""What LoadCredential= is to call it (systemd.exec(5))."""

CREDENTIALS_DIRECTORY = "CREDENTIALS_DIRECTORY"
"""The variable with the directory of what was loaded."""


@dataclass(frozen=True)
class PassphraseSource:
    """Where a passphrase is to be read, as an option names it.

    It is the first line of the file, or the next one that comes through the descriptor, which is
    open already. Two passphrases may come through one descriptor, the CA's first. ``what`` it is
    called in messages.
    """

    file: Path | None = None
    descriptor: int | None = None
    what: str = "passphrase"

    @property
    def is_named(self) -> bool:
        return self.file is not None or self.descriptor is not None

    def read(self) -> Secret[str] | None:
        """The passphrase, None where no option names a place.

        Raises UsageError for a place that cannot be read, that others can read, or that holds
        nothing of use.
        """
        if self.file is not None:
            return _in_file(self.file, self.what, must_be_private=True)
        if self.descriptor is None:
            return None
        where = f"descriptor {self.descriptor}"
        try:
            return _secret_in(_line(self.descriptor), where, self.what)
        except OSError as error:
            raise _unreadable(where, self.what, error) from error


NOWHERE = PassphraseSource()
"""No option names a place."""


def given_ca_passphrase(
    source: PassphraseSource, environment: Mapping[str, str]
) -> Secret[str] | None:
    """The passphrase of the CA's key, from where an option says, else from systemd.

    Raises UsageError.
    """
    return source.read() or _in_credential(environment)


def _in_credential(environment: Mapping[str, str]) -> Secret[str] | None:
    """Its mode says nothing: systemd lets a service's user read it by an access control list, and
    the bits of the group then show what the list allows."""
    directory = environment.get(CREDENTIALS_DIRECTORY)
    if not directory or not (Path(directory) / CREDENTIAL).exists():
        return None
    return _in_file(Path(directory) / CREDENTIAL, "passphrase", must_be_private=False)


def _in_file(path: Path, what: str, *, must_be_private: bool) -> Secret[str]:
    where = visible(str(path))
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if must_be_private:
                _refuse_open_to_others(path, what, os.fstat(descriptor))
            line = _line(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unreadable(where, what, error) from error
    return _secret_in(line, where, what)


def _refuse_open_to_others(path: Path, what: str, status: os.stat_result) -> None:
    """A pipe or a terminal keeps nothing that others could read later."""
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISREG(status.st_mode) and mode & OPEN_TO_OTHERS:
        raise UsageError(
            f"{visible(str(path))}: there is a {what} in it, and other users can open this "
            f"file (mode {mode:04o})",
            f"Make it private first: chmod 600 {shlex.quote(visible(str(path)))}",
        )


def _line(descriptor: int) -> bytes:
    """Up to the end of the line and no further: what follows is for somebody else."""
    line = b""
    while not line.endswith(b"\n") and len(line) <= LONGEST_LINE:
        octet = os.read(descriptor, 1)
        if not octet:
            break
        line += octet
    return line.rstrip(b"\r\n")


def _secret_in(line: bytes, where: str, what: str) -> Secret[str]:
    if len(line) >= LONGEST_LINE:
        raise UsageError(
            f"{where}: the first line has more than {LONGEST_LINE} octets",
            f"The {what} alone stands in the first line.",
        )
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = None  # its message quotes what it could not read
    if text is None:
        raise UsageError(
            f"{where}: the first line is not UTF-8", f"Write the {what} as UTF-8 text."
        )
    if not text:
        raise UsageError(
            f"{where}: the first line is empty", f"Write the {what} into the first line."
        )
    return Secret(text)


def _unreadable(where: str, what: str, error: OSError) -> UsageError:
    why = os.strerror(error.errno or 0)
    return UsageError(
        f"{where}: the {what} cannot be read: {why}", "Check the file or the descriptor."
    )
