"""What the operator typed, read and found to make sense."""

import argparse
import shlex
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pfwizard.cli.argument_values import (
    absolute,
    existing_directory,
    path,
    possible_directory,
)
from pfwizard.cli.client_arguments import ClientOptions, client_options
from pfwizard.cli.command import Command, command_of
from pfwizard.cli.grammar import parser
from pfwizard.cli.option_table import refuse_what_is_out_of_place
from pfwizard.cli.passphrase import NOWHERE, PassphraseSource
from pfwizard.cli.terminal import has_terminal
from pfwizard.cli.verify_arguments import THIS_HOST, VerifyOptions, verify_options
from pfwizard.errors import UsageError
from pfwizard.expiry.limits import Limits
from pfwizard.prove.rehearsing.choice import Rehearse


@dataclass(frozen=True)
class Arguments:
    """What the operator typed; ``answers`` may be None for the demonstration and for commands.

    ``transaction`` is the one that ``show`` and ``rollback`` name, ``archive`` the journal that
    ``recover`` is to set aside. ``confirm`` is in seconds, ``limits`` are for ``status``. ``load``
    are the answers with which a walk begins, which is line by line with ``plain``. ``new_key``,
    ``next_key``, ``ca`` and ``force`` are for ``renew``, whose ``answers`` tell where the CA is.
    ``ca_passphrase`` is where the one of the CA's key is read, ``ca_key`` the file of a key that is
    kept elsewhere. ``certificates`` are the files of ``install-certificate``, in which nothing is
    written; ``destination`` is where ``publish`` and ``ca move-key`` write. ``rehearse`` says
    whether a change is played first. ``verification`` is
    what goes with ``verify``, ``explain`` the rule of ``check`` that is asked about, or empty for
    all of them.
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
    ca_passphrase: PassphraseSource = NOWHERE
    ca_key: Path | None = None
    certificates: tuple[Path, ...] = ()
    destination: Path | None = None
    verification: VerifyOptions = THIS_HOST
    rehearse: Rehearse = Rehearse.AUTO
    explain: str | None = None

    @property
    def place_options(self) -> str:
        """The options, each with a blank before it, by which another run works on the same."""
        options = []
        if self.root != Path("/"):
            options.append(f" --root {shlex.quote(str(self.root))}")
        if self.state_directory is not None:
            options.append(f" --state-dir {shlex.quote(str(self.state_directory))}")
        return "".join(options)


NAMING_A_TRANSACTION = (Command.SHOW, Command.ROLLBACK)
WITH_A_DESTINATION = (Command.PUBLISH, Command.CA_MOVE_KEY)


def parse_arguments(arguments: list[str]) -> Arguments:
    """Read the command line.

    Raises UsageError for one that makes no sense; ``--help`` and ``--version`` end the process.
    """
    given = parser().parse_intermixed_args(arguments)  # options between words too
    command, following = command_of(given.words) if given.words else (_unnamed(given), ())
    refuse_what_is_out_of_place(given, command)
    if command in CHECKS:
        CHECKS[command](given)
    is_client = command in (Command.CLIENT_ADD, Command.CLIENT_REVOKE)
    is_installation = command is Command.INSTALL_CERTIFICATE
    return Arguments(
        command=command,
        answers=given.answers,
        demo=given.demo,
        dry_run=given.dry_run,
        json=given.json,
        config_directory=absolute(given.config_dir, "--config-dir"),
        root=existing_directory(given.root, "--root") if given.root else Path("/"),
        state_directory=possible_directory(given.state_dir, "--state-dir"),
        confirm=given.confirm,
        transaction=next(iter(following), None) if command in NAMING_A_TRANSACTION else None,
        archive=given.archive,
        load=given.load,
        plain=given.plain,
        mouse=given.mouse,
        limits=_limits(given),
        new_key=given.new_key,
        next_key=given.next_key,
        ca=given.ca,
        force=given.force,
        client=client_options(given, command, following[0]) if is_client else None,
        ca_passphrase=PassphraseSource(given.ca_passphrase_file, given.ca_passphrase_fd),
        ca_key=given.ca_key.absolute() if given.ca_key else None,
        certificates=tuple(map(_file, following)) if is_installation else (),
        verification=verify_options(given),
        rehearse=Rehearse(given.rehearse or Rehearse.AUTO),
        explain=given.explain,
        destination=next(map(_file, following), None) if command in WITH_A_DESTINATION else None,
    )


def _unnamed(given: argparse.Namespace) -> Command:
    """Answers from a file need nobody; a demonstration shows itself where nobody can walk."""
    is_shown_to_nobody = given.demo and not (given.load or given.plain or has_terminal())
    is_unattended = given.answers is not None or is_shown_to_nobody or given.dry_run or given.json
    return Command.APPLY if is_unattended else Command.WALK


def _refuse_nothing_to_apply(given: argparse.Namespace) -> None:
    _refuse_two_places(given)
    if given.answers is None and not given.demo:
        raise UsageError(
            "--dry-run and --json need answers that nobody has to be asked for",
            "Name an answers file: pfwizard --answers FILE, or try pfwizard --demo.",
        )


def _refuse_two_places(given: argparse.Namespace) -> None:
    if given.demo and (given.root or given.config_dir or given.state_dir or given.confirm):
        raise UsageError(
            "--demo works in a temporary tree of its own",
            "Leave out --root, --config-dir, --state-dir and --confirm.",
        )


CHECKS = {
    Command.WALK: _refuse_two_places,
    Command.APPLY: _refuse_nothing_to_apply,
}


def _file(word: str) -> Path:
    try:
        return path(word)
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"the name of a file {error}", "Name the file.") from error


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
