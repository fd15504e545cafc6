"""The command line's grammar."""

import argparse
import errno
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NoReturn

from pfwizard import __version__
from pfwizard.errors import UsageError

DESCRIPTION = "Give a Postfix server TLS and SMTP AUTH, as one change that can be taken back."

EXIT_STATUSES = """\
exit status:
  0  done, or nothing to do
  1  failed, nothing changed
  2  wrong usage, or invalid answers
  3  --dry-run: there are changes to make
  4  the change went live and was taken back
  5  needs a human: something could not be put back, or an earlier run was killed
  6  another run is at work
"""


@dataclass(frozen=True)
class Arguments:
    """What the operator typed; ``answers`` may be None for the demonstration only."""

    answers: Path | None
    demo: bool
    dry_run: bool
    json: bool
    config_directory: PurePosixPath | None
    root: Path
    state_directory: Path | None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(message, "pfwizard --help lists the options.")


def parse_arguments(arguments: list[str]) -> Arguments:
    """Read the command line.

    Raises UsageError for one that makes no sense; ``--help`` and ``--version`` end the process.
    """
    given = _parser().parse_args(arguments)
    if given.demo and (given.root or given.config_dir or given.state_dir):
        raise UsageError(
            "--demo works in a temporary tree of its own",
            "Leave out --root, --config-dir and --state-dir.",
        )
    if given.answers is None and not given.demo:
        raise UsageError(
            "the screens are not part of this version yet",
            "Name an answers file: pfwizard --answers FILE, or try pfwizard --demo.",
        )
    return Arguments(
        answers=given.answers,
        demo=given.demo,
        dry_run=given.dry_run,
        json=given.json,
        config_directory=_absolute(given.config_dir, "--config-dir"),
        root=_existing_directory(given.root, "--root") if given.root else Path("/"),
        state_directory=given.state_dir.absolute() if given.state_dir else None,
    )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="pfwizard",
        description=DESCRIPTION,
        epilog=EXIT_STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"pfwizard {__version__}")
    parser.add_argument(
        "--answers", metavar="FILE", type=_path, help="do what this file asks for, unattended"
    )
    parser.add_argument(
        "--demo",
        action="store_true",
        help="try it on a bundled Postfix configuration in a temporary tree; needs no Postfix, "
        "no privilege and no answers; --answers may name others",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would change, and change nothing"
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on standard output"
    )
    parser.add_argument(
        "--config-dir",
        metavar="DIR",
        type=_path,
        help="the Postfix instance to work on (as postfix -c)",
    )
    parser.add_argument(
        "--root",
        metavar="DIR",
        type=_path,
        help="work on the tree below DIR, such as a mounted image; nothing in it is run",
    )
    parser.add_argument(
        "--state-dir",
        metavar="DIR",
        type=_path,
        help="where pfwizard keeps what it replaces (default: /var/lib/pfwizard)",
    )
    return parser


def _path(text: str) -> Path:
    if not text:  # an unset variable of a script; it must not mean the present directory
        raise argparse.ArgumentTypeError("is empty")
    return Path(text)


def _absolute(path: Path | None, option: str) -> PurePosixPath | None:
    if path is not None and not path.is_absolute():
        raise UsageError(f"{option} {path}: is a relative path", "Give the whole path.")
    return None if path is None else PurePosixPath(path)


def _existing_directory(path: Path, option: str) -> Path:
    try:
        is_directory = path.is_dir()
    except OSError as error:
        what = os.strerror(error.errno or errno.EIO)
        raise UsageError(f"{option} {path}: {what}", "Name an existing directory.") from error
    if not is_directory:
        raise UsageError(f"{option} {path}: is not a directory", "Name an existing directory.")
    return path.resolve()
