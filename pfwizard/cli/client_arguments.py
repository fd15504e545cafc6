"""The grammar of ``pfwizard client add`` and ``client revoke``."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from pfwizard.cli.argument_values import descriptor, path
from pfwizard.cli.command import Command
from pfwizard.cli.passphrase import NOWHERE, PassphraseSource
from pfwizard.errors import InputProblem, UsageError


@dataclass(frozen=True)
class ClientOptions:
    """Who is meant.

    ``which`` is a name, and for ``revoke`` a name or a serial number. ``out`` is the directory for
    the client's files, ``passphrase`` where the one of its PKCS #12 file is read.
    """

    which: str
    out: Path | None = None
    compatible: bool = False
    passphrase: PassphraseSource = NOWHERE


def add_client_options(parser: argparse.ArgumentParser) -> None:
    """The options that go with ``client add`` alone."""
    group = parser.add_argument_group("client add")
    group.add_argument(
        "--out", metavar="DIR", type=path, help="the directory for the client's files"
    )
    group.add_argument(
        "--compatible",
        action="store_true",
        help="make the PKCS #12 file such that telephones and systems from before 2022 open it",
    )
    group.add_argument(
        "--passphrase-file",
        metavar="FILE",
        type=path,
        help="the first line of FILE is the passphrase of the PKCS #12 file",
    )
    group.add_argument(
        "--passphrase-fd",
        metavar="NUMBER",
        type=descriptor,
        help="the same, read from the open file descriptor NUMBER",
    )


def client_options(given: argparse.Namespace, command: Command, which: str) -> ClientOptions:
    """What goes with ``client add NAME`` or ``client revoke NAME``.

    Raises UsageError for a name that no certificate can hold.
    """
    return ClientOptions(
        _checked(which) if command is Command.CLIENT_ADD else which,
        given.out,
        given.compatible,
        PassphraseSource(given.passphrase_file, given.passphrase_fd),
    )


def _checked(name: str) -> str:
    """The name as a certificate can hold it."""
    from pfwizard.answers.checks import client_name  # its tables are for this command alone

    try:
        return client_name(name)
    except InputProblem as problem:
        raise UsageError(problem.message, problem.remedy) from problem
