"""The command line's grammar."""

import argparse
import difflib
import shlex
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import NoReturn

from pfwizard import __version__
from pfwizard.cli.argument_values import absolute, days, existing_directory, path, seconds
from pfwizard.cli.certificate_arguments import (
    add_certificate_options,
    certificate_files,
    refuse_two_renewals,
)
from pfwizard.cli.client_arguments import (
    ClientOptions,
    add_client_options,
    client_options,
    refuse_client_options,
)
from pfwizard.cli.terminal import has_terminal
from pfwizard.enumeration import listed
from pfwizard.errors import UsageError
from pfwizard.expiry.limits import Limits
from pfwizard.wizard.probation import DEFAULT_PROBATION

DESCRIPTION = "Give a Postfix server TLS and SMTP AUTH, as one change that can be taken back."

EXIT_STATUSES = """\
exit status:
  0  done, or nothing to do
  1  failed, nothing changed
  2  wrong usage, or invalid answers
  3  --dry-run: there are changes to make
  4  the change went live and was taken back
  5  needs a human: a conflict with somebody's edit, or a journal that cannot be read
  6  another run is at work, or a change is on probation

exit status of pfwizard status, as monitoring expects it:
  0  every certificate is in order
  1  one expires soon, or is not the one that the file has: Postfix was not reloaded
  2  one has expired or is about to, cannot be used, or a port shows none; or wrong usage
  3  it could not be found out
"""


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
    RENEW = "renew"
    CLIENT = "client"
    INSTALL_CERTIFICATE = "install-certificate"


@dataclass(frozen=True)
class Arguments:
    """What the operator typed; ``answers`` may be None for the demonstration and for commands.

    ``transaction`` is the one that ``show`` and ``rollback`` name, ``archive`` the journal that
    ``recover`` is to set aside. ``confirm`` is in seconds, ``limits`` are for ``status``. ``load``
    are the answers with which a walk begins, which is line by line with ``plain``. ``new_key``,
    ``next_key``, ``ca`` and ``force`` are for ``renew``, whose ``answers`` tell where the CA is.
    ``certificates`` are the files of ``install-certificate``, in which nothing is written.
    """

    command: Command
    answers: Path | None
    demo: bool
    dry_run: bool
    json: bool
    config_directory: PurePosixPath | None
    root: Path
    state_directory: Path | None
    confirm: float | None
    transaction: str | None
    archive: str | None
    load: Path | None
    plain: bool
    mouse: bool
    limits: Limits
    new_key: bool = False
    next_key: bool = False
    ca: bool = False
    force: bool = False
    client: ClientOptions | None = None
    certificates: tuple[Path, ...] = ()

    @property
    def place_options(self) -> str:
        """The options, each with a blank before it, by which another run works on the same."""
        options = []
        if self.root != Path("/"):
            options.append(f" --root {shlex.quote(str(self.root))}")
        if self.state_directory is not None:
            options.append(f" --state-dir {shlex.quote(str(self.state_directory))}")
        return "".join(options)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(message, "pfwizard --help lists the options.")


def parse_arguments(arguments: list[str]) -> Arguments:
    """Read the command line.

    Raises UsageError for one that makes no sense; ``--help`` and ``--version`` end the process.
    """
    given = _parser().parse_intermixed_args(arguments)  # options between words too
    command = _command(given)
    CHECKS.get(command, _refuse_what_is_for_others)(given, command)
    return Arguments(
        command=command,
        answers=given.answers,
        demo=given.demo,
        dry_run=given.dry_run,
        json=given.json,
        config_directory=absolute(given.config_dir, "--config-dir"),
        root=existing_directory(given.root, "--root") if given.root else Path("/"),
        state_directory=given.state_dir.absolute() if given.state_dir else None,
        confirm=given.confirm,
        transaction=given.transaction,
        archive=given.archive,
        load=given.load,
        plain=given.plain,
        mouse=given.mouse,
        limits=_limits(given),
        new_key=given.new_key,
        next_key=given.next_key,
        ca=given.ca,
        force=given.force,
        client=client_options(given) if command is Command.CLIENT else None,
        certificates=certificate_files(given) if command is Command.INSTALL_CERTIFICATE else (),
    )


def _command(given: argparse.Namespace) -> Command:
    if given.command is None:
        return Command.APPLY if _is_unattended(given) else Command.WALK
    for command in COMMANDS:
        if command.value == given.command:
            return command
    names = [command.value for command in COMMANDS]
    meant = difflib.get_close_matches(given.command, names, 1)
    raise UsageError(
        f"there is no command {given.command!r}",
        f"Did you mean {meant[0]}?" if meant else f"The commands are {listed(names)}.",
    )


def _is_unattended(given: argparse.Namespace) -> bool:
    """Answers from a file need nobody; a demonstration shows itself where nobody can walk."""
    is_shown_to_nobody = given.demo and not (given.load or given.plain or has_terminal())
    return given.answers is not None or is_shown_to_nobody or given.dry_run or given.json


def _refuse_nothing_to_apply(given: argparse.Namespace, command: Command) -> None:
    _refuse_mixtures(given)
    for option in ("load", "plain", "mouse"):
        if getattr(given, option):
            raise UsageError(
                f"--{option} is for the wizard, which asks",
                "Leave it out, or leave out --answers, --dry-run and --json.",
            )
    if given.answers is None and not given.demo:
        raise UsageError(
            "--dry-run and --json need answers that nobody has to be asked for",
            "Name an answers file: pfwizard --answers FILE, or try pfwizard --demo.",
        )


def _refuse_mixtures(given: argparse.Namespace, command: Command = Command.WALK) -> None:
    refuse_client_options(given, "pfwizard without client add")
    if given.archive:
        raise UsageError("--archive goes with a command", "pfwizard recover --archive NAME.")
    if given.warn is not None or given.critical is not None:
        raise UsageError("--warn and --critical go with a command", "pfwizard status --warn DAYS.")
    if given.new_key or given.next_key or given.ca or given.force:
        raise UsageError(
            "--new-key, --next-key, --ca and --force go with a command", "pfwizard renew --new-key."
        )
    if given.demo and (given.root or given.config_dir or given.state_dir or given.confirm):
        raise UsageError(
            "--demo works in a temporary tree of its own",
            "Leave out --root, --config-dir, --state-dir and --confirm.",
        )
    if given.plain and given.mouse:
        raise UsageError("--plain has no mouse", "Leave out one of the two.")


CHANGING = (
    Command.ROLLBACK,
    Command.RENEW,
    Command.CLIENT,
    Command.INSTALL_CERTIFICATE,
)
"""The commands that make a plan and apply it."""

NAMING = (Command.ROLLBACK, Command.SHOW, Command.CLIENT, Command.INSTALL_CERTIFICATE)
"""The commands that are followed by another word."""


FORCIBLE = (Command.RENEW, Command.INSTALL_CERTIFICATE)


def _refuse_what_is_for_others(given: argparse.Namespace, command: Command) -> None:
    for option, value in (
        ("--answers", given.answers and command not in (Command.RENEW, Command.CLIENT)),
        ("--load", given.load),
        ("--plain", given.plain),
        ("--mouse", given.mouse),
        ("--demo", given.demo),
        ("--dry-run", given.dry_run and command not in CHANGING),
        ("--confirm", given.confirm and command not in CHANGING),
        ("--archive", given.archive and command is not Command.RECOVER),
        ("--warn", given.warn is not None and command is not Command.STATUS),
        ("--critical", given.critical is not None and command is not Command.STATUS),
        ("--new-key", given.new_key and command is not Command.RENEW),
        ("--next-key", given.next_key and command is not Command.RENEW),
        ("--ca", given.ca and command is not Command.RENEW),
        ("--force", given.force and command not in FORCIBLE),
        ("ID", given.transaction and command not in NAMING),
        ("NAME", given.name and command not in (Command.CLIENT, Command.INSTALL_CERTIFICATE)),
        ("FILE", given.more and command is not Command.INSTALL_CERTIFICATE),
    ):
        if value:
            raise UsageError(f"pfwizard {command.value} takes no {option}", f"Leave out {option}.")
    if command is not Command.CLIENT:
        refuse_client_options(given, f"pfwizard {command.value}")


def _refuse_nothing_to_show(given: argparse.Namespace, command: Command) -> None:
    _refuse_what_is_for_others(given, command)
    if given.transaction is None:
        raise UsageError(
            "pfwizard show needs the ID of a transaction", "pfwizard history lists them."
        )


def _refuse_two_renewals(given: argparse.Namespace, command: Command) -> None:
    _refuse_what_is_for_others(given, command)
    refuse_two_renewals(given)


CHECKS = {
    Command.WALK: _refuse_mixtures,
    Command.APPLY: _refuse_nothing_to_apply,
    Command.SHOW: _refuse_nothing_to_show,
    Command.RENEW: _refuse_two_renewals,
}


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="pfwizard",
        usage="pfwizard [--load FILE] | --answers FILE | --demo | COMMAND [ID]   [OPTIONS]",
        description=DESCRIPTION,
        epilog=f"{_commands_explained()}\n{EXIT_STATUSES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("command", nargs="?", metavar="COMMAND", help=argparse.SUPPRESS)
    parser.add_argument("transaction", nargs="?", metavar="ID", help=argparse.SUPPRESS)
    parser.add_argument("name", nargs="?", metavar="NAME", help=argparse.SUPPRESS)
    parser.add_argument("more", nargs="*", metavar="FILE", help=argparse.SUPPRESS)
    parser.add_argument("--version", action="version", version=f"pfwizard {__version__}")
    parser.add_argument(
        "--answers", metavar="FILE", type=path, help="do what this file asks for, unattended"
    )
    parser.add_argument(
        "--load", metavar="FILE", type=path, help="the wizard, starting from these answers"
    )
    parser.add_argument(
        "--plain",
        action="store_true",
        help="the wizard line by line: for screen readers, serial lines and TERM=dumb",
    )
    parser.add_argument(
        "--mouse",
        action="store_true",
        help="let the wizard use the mouse; the terminal's own copy and paste is then off",
    )
    parser.add_argument(
        "--demo",
        action="store_true",
        help="try it on a bundled Postfix configuration in a temporary tree; needs no Postfix, "
        "no privilege and no answers; --answers and --load may name others; without a terminal "
        "it goes on by itself",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would change, and change nothing"
    )
    parser.add_argument(
        "--confirm",
        metavar="SECONDS",
        nargs="?",
        type=seconds,
        const=DEFAULT_PROBATION,
        help="take the change back by itself unless pfwizard confirm is run within this time "
        f"(default: {DEFAULT_PROBATION:.0f})",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on standard output"
    )
    parser.add_argument(
        "--config-dir",
        metavar="DIR",
        type=path,
        help="the Postfix instance to work on (as postfix -c)",
    )
    parser.add_argument(
        "--root",
        metavar="DIR",
        type=path,
        help="work on the tree below DIR, such as a mounted image; nothing in it is run",
    )
    parser.add_argument(
        "--state-dir",
        metavar="DIR",
        type=path,
        help="where pfwizard keeps what it replaces (default: /var/lib/pfwizard)",
    )
    parser.add_argument(
        "--archive",
        metavar="NAME",
        help="with recover: set the journal of this name aside, and leave every file as it is",
    )
    parser.add_argument(
        "--warn",
        metavar="DAYS",
        type=days,
        help="with status: what ends sooner than this is worth a warning "
        f"(default: {Limits().warning})",
    )
    parser.add_argument(
        "--critical",
        metavar="DAYS",
        type=days,
        help=f"with status: what ends sooner than this is critical (default: {Limits().critical})",
    )
    add_certificate_options(parser)
    add_client_options(parser)
    return parser


COMMANDS = {
    Command.CONFIRM: "keep the change that is on probation",
    Command.ROLLBACK: "take back the change on probation, or the last one, or transaction ID",
    Command.HISTORY: "list what was done",
    Command.SHOW: "show what transaction ID changed",
    Command.RECOVER: "end what was left by a run that was killed or lost its power",
    Command.STATUS: "how long the certificates last, in the files and on the ports",
    Command.RENEW: "have the server's certificate issued anew by the CA of this machine, if due",
    Command.INSTALL_CERTIFICATE: "FILE...: install what somebody else's CA has sent",
    Command.CLIENT: "add NAME, list, revoke NAME: clients that relay by certificate",
}

COLUMN = 9
"""Letters of a command's name, in the list of --help."""


def _commands_explained() -> str:
    lines = [_in_columns(command.value, words) for command, words in COMMANDS.items()]
    return "\n".join(["commands:", *lines, ""])


def _in_columns(name: str, words: str) -> str:
    """A name that is wider than its column has a line of its own, as argparse does it."""
    if len(name) <= COLUMN:
        return f"  {name:<{COLUMN}} {words}"
    return f"  {name}\n  {'':<{COLUMN}} {words}"


def _limits(given: argparse.Namespace) -> Limits:
    """A ``--warn`` alone that is late moves what is critical out of its way."""
    usual = Limits()
    if given.warn is not None and given.critical is not None and given.critical > given.warn:
        raise UsageError(
            f"--critical {given.critical} comes before --warn {given.warn}",
            "Name fewer days for --critical.",
        )
    warning = usual.warning if given.warn is None else given.warn
    critical = min(usual.critical, warning) if given.critical is None else given.critical
    return Limits(warning, critical)
