"""Which option goes with which command: one table, and what is said of an option out of place."""

import argparse
from dataclasses import dataclass

from pfwizard.cli.command import Command
from pfwizard.enumeration import listed
from pfwizard.errors import UsageError

WITHOUT_A_NAME = (Command.WALK, Command.APPLY)

CHANGING = (
    Command.ROLLBACK,
    Command.RENEW,
    Command.INSTALL_CERTIFICATE,
    Command.CLIENT_ADD,
    Command.CLIENT_REVOKE,
)
"""The commands that make a plan and apply it."""

SIGNING = (*WITHOUT_A_NAME, Command.RENEW, Command.CLIENT_ADD)
"""The commands for which the CA's key may be needed."""


PROBING = (Command.APPLY, Command.VERIFY)
"""The commands in which somebody may log in, and show a certificate."""


@dataclass(frozen=True)
class Belonging:
    """The commands that take an option; ``example`` shows it with one of them."""

    commands: tuple[Command, ...]
    example: str = ""


OPTIONS = {
    "--answers": Belonging(
        (
            Command.APPLY,
            Command.RENEW,
            Command.INSTALL_CERTIFICATE,
            Command.CLIENT_ADD,
            Command.PUBLISH,
            Command.CA_MOVE_KEY,
            Command.VERIFY,
        )
    ),
    "--load": Belonging((Command.WALK,)),
    "--plain": Belonging((Command.WALK,)),
    "--mouse": Belonging((Command.WALK,)),
    "--demo": Belonging(WITHOUT_A_NAME),
    "--dry-run": Belonging((Command.APPLY, Command.CA_MOVE_KEY, *CHANGING)),
    "--confirm": Belonging((*WITHOUT_A_NAME, *CHANGING)),
    "--archive": Belonging((Command.RECOVER,), "recover --archive NAME"),
    "--warn": Belonging((Command.STATUS,), "status --warn DAYS"),
    "--critical": Belonging((Command.STATUS,), "status --critical DAYS"),
    "--explain": Belonging((Command.CHECK,), "check --explain ID"),
    "--new-key": Belonging((Command.RENEW,), "renew --new-key"),
    "--next-key": Belonging((Command.RENEW,), "renew --next-key"),
    "--ca": Belonging((Command.RENEW,), "renew --ca"),
    "--force": Belonging((Command.RENEW, Command.INSTALL_CERTIFICATE), "renew --force"),
    "--ca-passphrase-file": Belonging((*SIGNING, Command.CA_MOVE_KEY)),
    "--ca-passphrase-fd": Belonging((*SIGNING, Command.CA_MOVE_KEY)),
    "--ca-key": Belonging(
        (Command.APPLY, Command.RENEW, Command.CLIENT_ADD), "renew --ca-key FILE"
    ),
    "--out": Belonging((Command.CLIENT_ADD,), "client add NAME --out DIR"),
    "--compatible": Belonging((Command.CLIENT_ADD,), "client add NAME --compatible"),
    "--passphrase-file": Belonging((Command.CLIENT_ADD,), "client add NAME --passphrase-file FILE"),
    "--passphrase-fd": Belonging((Command.CLIENT_ADD,), "client add NAME --passphrase-fd NUMBER"),
    "--rehearse": Belonging((*WITHOUT_A_NAME, *CHANGING)),
    "--host": Belonging((Command.VERIFY,), "verify --host NAME"),
    "--port": Belonging((Command.VERIFY,), "verify --host NAME --port N"),
    "--user": Belonging(PROBING, "verify --user NAME"),
    "--password-file": Belonging(PROBING, "verify --user NAME --password-file FILE"),
    "--password-fd": Belonging(PROBING, "verify --user NAME --password-fd NUMBER"),
    "--client-certificate": Belonging(
        PROBING, "--answers FILE --client-certificate FILE, or pfwizard verify"
    ),
    "--client-key": Belonging(
        PROBING, "--answers FILE --client-certificate FILE --client-key FILE"
    ),
}
"""The options that not every command takes."""

EXCLUSIVE = (
    (("--new-key", "--next-key", "--ca"), "--ca renews the CA with the key that it has."),
    (("--ca-passphrase-file", "--ca-passphrase-fd"), "The passphrase comes from one place."),
    (("--passphrase-file", "--passphrase-fd"), "The passphrase comes from one place."),
    (("--password-file", "--password-fd"), "The password comes from one place."),
    (("--plain", "--mouse"), "The line dialogue has no mouse."),
)
"""Options of which at most one is given, and why."""


def refuse_what_is_out_of_place(given: argparse.Namespace, command: Command) -> None:
    """Raises UsageError for an option that the command does not take, or for two of which
    one excludes the other."""
    for option, belonging in OPTIONS.items():
        if is_given(given, option) and command not in belonging.commands:
            raise _out_of_place(option, belonging, command)
    for options, why in EXCLUSIVE:
        named = [option for option in options if is_given(given, option)]
        if len(named) > 1:
            raise UsageError(
                f"{listed(named)} cannot be done at once", f"Leave out all but one. {why}"
            )


def is_given(given: argparse.Namespace, option: str) -> bool:
    """Whether an option was typed; 0 is a value like any other."""
    value = getattr(given, option.lstrip("-").replace("-", "_"))
    return value is not None and value is not False


def _out_of_place(option: str, belonging: Belonging, command: Command) -> UsageError:
    if command not in WITHOUT_A_NAME:
        return UsageError(f"pfwizard {command.value} takes no {option}", f"Leave out {option}.")
    if belonging.example and Command.APPLY in belonging.commands:
        return UsageError(f"{option} is not for the wizard", f"pfwizard {belonging.example}")
    if belonging.example:
        return UsageError(f"{option} goes with a command", f"pfwizard {belonging.example}")
    return UsageError(
        f"{option} is for the wizard, which asks",
        "Leave it out, or leave out --answers, --dry-run and --json.",
    )
