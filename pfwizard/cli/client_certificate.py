"""The certificate of a client that the probes show: files of this host, found to be of use."""

import os
from datetime import datetime
from pathlib import Path

from pfwizard.cli.given_file import content_of
from pfwizard.errors import UsageError
from pfwizard.pki.certificates import Certificate, load_certificate
from pfwizard.pki.checks import validity_problems
from pfwizard.pki.errors import EncryptedKey, NotAKey, PkiError
from pfwizard.pki.keys import PrivateKey, load_private_key
from pfwizard.quoting import visible
from pfwizard.secret import Secret

CERTIFICATE, KEY = "the client's certificate", "the client's key"

BESIDE = "--client-key FILE names the file of the key, where that is another one."

ENCRYPTED = (
    "Nobody can be asked for it while probes are made. Write the key out without one, for root "
    "alone: openssl pkey -in FILE -out NEW."
)

NAME_ONE_FOR_IT = "Name the key that it was issued for with --client-key FILE."


def refuse_unusable(certificate: Path, key: Path | None, now: datetime) -> None:
    """Raises UsageError for a pair that no server can be shown: one that cannot be read, that does
    not belong together, or whose time is not now."""
    shown = _certificate_in(certificate)
    if not _key_in(key or certificate, is_named=key is not None).matches(shown):
        where, beside = (visible(str(file)) for file in (certificate, key or certificate))
        raise UsageError(
            f"{CERTIFICATE} {where} is for another key than that in {beside}",
            NAME_ONE_FOR_IT,
        )
    for problem in validity_problems(shown, now, f"{CERTIFICATE} {visible(str(certificate))}"):
        raise UsageError(problem.message, problem.remedy)


def _certificate_in(path: Path) -> Certificate:
    try:
        return load_certificate(_read(path, CERTIFICATE), CERTIFICATE)
    except PkiError as error:
        raise _of_no_use(error.at(path)) from error


def _key_in(path: Path, *, is_named: bool) -> PrivateKey:
    try:
        return load_private_key(Secret(_read(path, KEY)), KEY)
    except EncryptedKey as error:
        raise UsageError(error.at(path).message, ENCRYPTED) from error
    except NotAKey as error:
        raise UsageError(error.at(path).message, error.remedy if is_named else BESIDE) from error
    except PkiError as error:
        raise _of_no_use(error.at(path)) from error


def _of_no_use(error: PkiError) -> UsageError:
    return UsageError(error.message, error.remedy)


def _read(path: Path, what: str) -> bytes:
    try:
        return content_of(path)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise UsageError(
            f"{what} {visible(str(path))}: cannot be read: {why}", "Check the name of the file."
        ) from error
