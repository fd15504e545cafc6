"""The CA's key where it is kept elsewhere: brought for one run, and never copied."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pfwizard.pki.errors import PkiError
from pfwizard.pki.keys import PrivateKey, is_encrypted, load_private_key
from pfwizard.plan.authorities.ca_passphrase import PassphraseNeeded
from pfwizard.secret import Secret

WHAT = "the CA key"


@dataclass(frozen=True)
class BroughtKey:
    """What the file holds, in PEM; ``path`` is where this host has it, on whatever tree we work.

    ``mode`` are the permissions of the file, none for what comes through a pipe.
    """

    path: PurePosixPath
    content: Secret[bytes] = field(repr=False)
    mode: int = 0

    def opened(self, passphrase: Secret[str] | None) -> PrivateKey:
        """The key in it.

        Raises PassphraseNeeded, WrongPassphrase, and another PkiError for what is no usable key.
        """
        if passphrase is None and is_encrypted(self.content):
            raise PassphraseNeeded(self.path, is_new=False)
        try:
            return load_private_key(self.content, WHAT, passphrase)
        except PkiError as error:
            raise error.at(self.path) from error
