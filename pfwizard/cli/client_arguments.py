"""The grammar of ``pfwizard client add, list and revoke``."""

import argparse
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pfwizard.cli.argument_values import path
from pfwizard.errors import InputProblem, UsageError


class ClientVerb(Enum):
    ADD = "add"
    LIST = "list"
    REVOKE = "revoke"


@dataclass(frozen=True)
class ClientOptions:
    """What is to be done about whom.

    ``which`` is a name, and for ``revoke`` a name or a serial number. ``out`` is the directory for
    the client's files. The passphrase of its PKCS #12 file is the first line of a file, or of what
    comes through a descriptor that is open already.
    """

    verb: ClientVerb
    which: str = ""
    out: Path | None = None
    compatible: bool = False
    passphrase_file: Path | None = None
    passphrase_descriptor: int | None = None

    @property
    def changes_something(self) -> bool:
        return self.verb is not ClientVerb.LIST


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
        metavar="N",
        type=int,
        help="the same, read from the open file descriptor N",
    )


def client_options(given: argparse.Namespace) -> ClientOptions:
    """What follows ``client``; raises UsageError for what makes no sense."""
    verb = next((each for each in ClientVerb if each.value == given.transaction), None)
    if verb is None:
        raise UsageError(
            "pfwizard client needs a word for what to do",
            "pfwizard client add NAME, client list, or client revoke NAME.",
        )
    if (given.name is None) != (verb is ClientVerb.LIST):
        raise UsageError(
            f"pfwizard client {verb.value} {'takes no' if given.name else 'needs a'} name",
            "pfwizard client list shows the names.",
        )
    if verb is not ClientVerb.ADD:
        refuse_client_options(given, f"pfwizard client {verb.value}")
    if verb is ClientVerb.LIST and (given.dry_run or given.confirm or given.answers):
        raise UsageError("pfwizard client list changes nothing", "Leave out the option.")
    if given.passphrase_file and given.passphrase_fd is not None:
        raise UsageError("there are two places for the passphrase", "Leave out one of them.")
    return ClientOptions(
        verb,
        _checked(given.name) if verb is ClientVerb.ADD else given.name or "",
        given.out,
        given.compatible,
        given.passphrase_file,
        given.passphrase_fd,
    )


def _checked(name: str) -> str:
    """The name as a certificate can hold it."""
    from pfwizard.answers.checks import client_name  # its tables are for this command alone

    try:
        return client_name(name)
    except InputProblem as problem:
        raise UsageError(problem.message, problem.remedy) from problem


def refuse_client_options(given: argparse.Namespace, command: str) -> None:
    """Raises UsageError for what only ``client add`` takes."""
    for option, value in (
        ("--out", given.out),
        ("--compatible", given.compatible),
        ("--passphrase-file", given.passphrase_file),
        ("--passphrase-fd", given.passphrase_fd is not None),
    ):
        if value:
            raise UsageError(f"{command} takes no {option}", f"Leave out {option}.")
