"""What can be wrong with names, keys, requests and certificates.

InputProblem            (pfwizard.errors) a value somebody typed
├── NameProblem
└── KeyTypeProblem
PkiError                a file, or what it holds; ends the run
├── NotAKey
├── EncryptedKey
├── WrongPassphrase
├── UnsupportedKey
├── NotACertificate
├── NotARequest
├── NotALedger
├── CannotSign
│   └── OutsideLimits
└── CannotExport
"""

from os import PathLike, fspath
from typing import Self

from pfwizard.errors import Failed, InputProblem
from pfwizard.quoting import visible


class NameProblem(InputProblem):
    """A name, or another text that goes into a certificate or a request."""


class KeyTypeProblem(InputProblem):
    """A key type that is not on the list."""


class PkiError(Failed):
    """``what`` (such as "the CA certificate") has a ``problem`` (such as "is empty").

    Whoever knows the file adds it on the way up: ``raise error.at(path) from error``.
    """

    def __init__(self, what: str, problem: str, remedy: str = "", *, where: str = "") -> None:
        self.what = what
        self.problem = problem
        self.where = where
        super().__init__(" ".join(part for part in (what, where, problem) if part), remedy)

    def at(self, path: str | PathLike[str]) -> Self:
        """The same error, naming the file it is about."""
        return type(self)(self.what, self.problem, self.remedy, where=visible(fspath(path)))


class NotAKey(PkiError):
    """No private key in PEM was found, or what was found is damaged."""


class EncryptedKey(PkiError):
    """The private key is there, behind a passphrase."""


class WrongPassphrase(PkiError):
    """The private key is there, behind another passphrase than the one that was given."""


class UnsupportedKey(PkiError):
    """The key is sound but of a type or size that pfwizard does not use."""


class NotACertificate(PkiError):
    """No X.509 certificate in PEM was found, or what was found is damaged."""


class NotARequest(PkiError):
    """No certificate request in PEM was found, it is damaged, or its signature is wrong."""


class NotALedger(PkiError):
    """The ledger of certificates has something in it that pfwizard does not write."""


class CannotSign(PkiError):
    """The CA cannot issue: not a CA, not its key, outside its validity."""


class OutsideLimits(CannotSign):
    """The CA is limited to other names than those it was to sign for."""


class CannotExport(PkiError):
    """Key and certificate do not go into a file for a client."""
