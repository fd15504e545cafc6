"""The commands: their names, what follows them, and what they are for."""

import difflib
from dataclasses import dataclass
from enum import Enum

from pfwizard.enumeration import listed
from pfwizard.errors import UsageError


class Command(Enum):
    """What the run is for; without a word for it, it is a walk, or applies answers."""

    WALK = "walk"
    APPLY = "apply"
    CONFIRM = "confirm"
    ROLLBACK = "rollback"
    HISTORY = "history"
    SHOW = "show"
    RECOVER = "recover"
    STATUS = "status"
    CHECK = "check"
    VERIFY = "verify"
    RENEW = "renew"
    INSTALL_CERTIFICATE = "install-certificate"
    PUBLISH = "publish"
    CA_MOVE_KEY = "ca move-key"
    CLIENT_ADD = "client add"
    CLIENT_LIST = "client list"
    CLIENT_REVOKE = "client revoke"


class Operand(Enum):
    """What follows the name of a command."""

    NOTHING = ""
    ID_OR_NOTHING = "[ID]"
    ID = "ID"
    NAME = "NAME"
    FILE = "FILE"
    FILES = "FILE..."
    DIRECTORY_OR_NOTHING = "[DIR]"


@dataclass(frozen=True)
class Usage:
    """How a command is typed, and what it does.

    ``needs`` is what has to follow it, and ``source`` tells where that is to be had.
    """

    words: str
    operand: Operand = Operand.NOTHING
    needs: str = ""
    source: str = ""


COMMANDS = {
    Command.CONFIRM: Usage("keep the change that is on probation"),
    Command.ROLLBACK: Usage(
        "take back the change on probation, or the last one, or transaction ID",
        Operand.ID_OR_NOTHING,
    ),
    Command.HISTORY: Usage("list what was done"),
    Command.SHOW: Usage(
        "show what transaction ID changed",
        Operand.ID,
        "the ID of a transaction",
        "pfwizard history lists them.",
    ),
    Command.RECOVER: Usage("end what was left by a run that was killed or lost its power"),
    Command.CHECK: Usage("what is wrong in Postfix's configuration as it is; changes nothing"),
    Command.STATUS: Usage("how long the certificates last, in the files and on the ports"),
    Command.VERIFY: Usage(
        "talk to the servers as their clients do: TLS, certificates, logins, relay"
    ),
    Command.RENEW: Usage(
        "have the server's certificate issued anew by the CA of this machine, if due"
    ),
    Command.INSTALL_CERTIFICATE: Usage(
        "install what somebody else's CA has sent",
        Operand.FILES,
        "the file that the CA has sent",
        "pfwizard install-certificate FILE, or several of them.",
    ),
    Command.PUBLISH: Usage(
        "show the TLSA records, the fingerprints and the CA certificate, or write them into DIR",
        Operand.DIRECTORY_OR_NOTHING,
    ),
    Command.CA_MOVE_KEY: Usage(
        "take the CA's key off this host, into FILE, behind a passphrase",
        Operand.FILE,
        "the name of a new file",
        "Name one on a medium that can be taken away.",
    ),
    Command.CLIENT_ADD: Usage(
        "make a certificate for a client, which may relay by it",
        Operand.NAME,
        "the name of a client",
        "Such as its e-mail address or its host name.",
    ),
    Command.CLIENT_LIST: Usage("list the clients that have one"),
    Command.CLIENT_REVOKE: Usage(
        "let the client relay no longer; NAME may be a serial number too",
        Operand.NAME,
        "the name of a client",
        "pfwizard client list shows the names.",
    ),
}
"""Those that have a name on the command line."""

COLUMN = 9
"""Letters of a command's name, in the list of --help."""


def commands_explained() -> str:
    """The list for --help."""
    lines = [_in_columns(command, usage) for command, usage in COMMANDS.items()]
    return "\n".join(["commands:", *lines, ""])


def _in_columns(command: Command, usage: Usage) -> str:
    """A name that is wider than its column has a line of its own, as argparse does it."""
    name = f"{command.value} {usage.operand.value}".rstrip()
    if len(name) <= COLUMN:
        return f"  {name:<{COLUMN}} {usage.words}"
    return f"  {name}\n  {'':<{COLUMN}} {usage.words}"


def command_of(words: list[str]) -> tuple[Command, tuple[str, ...]]:
    """The command with which these words begin, and those that follow it.

    Raises UsageError where there is no such command, or not that many words follow it.
    """
    for command, usage in COMMANDS.items():
        name = command.value.split()
        if words[: len(name)] == name:
            following = tuple(words[len(name) :])
            _refuse_wrong_number(command, usage, following)
            return command, following
    raise UsageError(f"there is no command {_spelled(words)!r}", _meant(words))


def _refuse_wrong_number(command: Command, usage: Usage, following: tuple[str, ...]) -> None:
    name = f"pfwizard {command.value}"
    if usage.operand is Operand.NOTHING and following:
        raise UsageError(f"{name} takes no ID, name or file", f"Leave out {following[0]!r}.")
    if usage.needs and not following:
        raise UsageError(f"{name} needs {usage.needs}", usage.source)
    if usage.operand is not Operand.FILES and len(following) > 1:
        raise UsageError(
            f"{name} takes one {usage.operand.value.strip('[]')}", f"Leave out {following[1]!r}."
        )


def _spelled(words: list[str]) -> str:
    """As much of the words as would be the name of a command."""
    firsts = {command.value.split()[0] for command in COMMANDS if " " in command.value}
    return " ".join(words[: 2 if words[0] in firsts else 1])


def _meant(words: list[str]) -> str:
    names = [command.value for command in COMMANDS]
    beginning = [name for name in names if name.split()[0] == words[0]]
    if beginning:
        return f"The command{' is' if len(beginning) == 1 else 's are'} {listed(beginning)}."
    meant = difflib.get_close_matches(words[0], names, 1)
    return f"Did you mean {meant[0]}?" if meant else f"The commands are {listed(names)}."
