"""What an unattended run needs to sign: the CA's passphrase, and its key if kept elsewhere."""

import getpass
import os
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TypeVar

from pfwizard.cli.arguments import Arguments
from pfwizard.cli.ca_inquiry import Asking
from pfwizard.cli.given_file import read_from
from pfwizard.cli.passphrase import given_ca_passphrase
from pfwizard.cli.streams import say
from pfwizard.cli.terminal import has_terminal
from pfwizard.engine import circumstances
from pfwizard.errors import UsageError
from pfwizard.pki.ledger import Ledger
from pfwizard.plan.authorities.brought_key import BroughtKey
from pfwizard.plan.authorities.ca_passphrase import GivenPassphrases, PassphraseNeeded
from pfwizard.plan.draft import Circumstances
from pfwizard.quoting import visible
from pfwizard.secret import Secret

Planned = TypeVar("Planned")


@dataclass(frozen=True)
class CaSecrets:
    """What was given for the CA's key; nothing of it is ever written anywhere.

    ``chosen`` is the passphrase where it may be put on a key, because it was not typed once only.
    """

    passphrase: Secret[str] | None = None
    key: BroughtKey | None = None
    chosen: Secret[str] | None = None

    @classmethod
    def given(cls, arguments: Arguments, environment: Mapping[str, str]) -> "CaSecrets":
        """Read it from where the options and systemd say; raises UsageError."""
        passphrase = given_ca_passphrase(arguments.ca_passphrase, environment)
        return cls(passphrase, _brought_key(arguments.ca_key), passphrase)

    @property
    def passphrases(self) -> GivenPassphrases:
        """For a plan in which a key that is open may be encrypted."""
        return GivenPassphrases(self.passphrase, self.chosen)

    def circumstances(self, ledger: Ledger | None) -> Circumstances:
        """Those of a plan for which the CA may have to sign."""
        return circumstances(ledger, self.passphrase, self.key)

    def plan(self, make: "Callable[[CaSecrets], Planned]") -> Planned:
        """Make a plan of an unattended run; asks only where a passphrase is needed.

        After one that opens a key there may be another to choose. Raises PassphraseNeeded where
        nobody can be asked, and whatever making the plan raises.
        """
        try:
            return make(self)
        except PassphraseNeeded as needed:
            if not has_terminal():
                raise
            asking = Asking(asked_on_the_terminal, say)
            is_new = needed.is_new
            return asking.plan_with_it(
                needed, lambda typed: self._with(typed, is_chosen=is_new).plan(make)
            )

    def _with(self, typed: Secret[str], *, is_chosen: bool) -> "CaSecrets":
        if is_chosen:
            return replace(self, passphrase=self.passphrase or typed, chosen=typed)
        return replace(self, passphrase=typed)


def _brought_key(file: Path | None) -> BroughtKey | None:
    """The CA's key that is kept elsewhere, as this host sees it; raises UsageError."""
    if file is None:
        return None
    try:
        with file.open("rb") as opened:
            status = os.fstat(opened.fileno())
            content = Secret(read_from(opened))
    except OSError as error:
        raise UsageError(
            f"{visible(str(file))}: the CA's key cannot be read: {os.strerror(error.errno or 0)}",
            "Mount the medium that it is kept on, or name the file.",
        ) from error
    mode = stat.S_IMODE(status.st_mode) if stat.S_ISREG(status.st_mode) else 0
    return BroughtKey(PurePosixPath(file), content, mode)


def asked_on_the_terminal(prompt: str) -> str:
    """What is typed, which is not shown; raises UsageError where nothing comes."""
    try:
        return getpass.getpass(prompt, stream=sys.stderr)
    except EOFError as error:
        raise UsageError("no passphrase was given", "Run it again.") from error
