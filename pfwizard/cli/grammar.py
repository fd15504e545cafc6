"""The command line's grammar: every option, and what --help says of it."""

import argparse
from typing import NoReturn

from pfwizard import __version__
from pfwizard.cli.argument_values import days, path, seconds
from pfwizard.cli.certificate_arguments import add_ca_key_options, add_certificate_options
from pfwizard.cli.client_arguments import add_client_options
from pfwizard.cli.command import commands_explained
from pfwizard.cli.verify_arguments import add_verify_options
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

exit status of pfwizard check:
  0  nothing is wrong; there may be notes
  1  there are warnings
  2  something does not work, or lets everybody in; or wrong usage
  3  it could not be found out

exit status of pfwizard verify:
  0  every probe succeeded that could be made
  2  one failed, or Postfix does not run; or wrong usage
  3  nothing could be found out
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(message, "pfwizard --help lists the options.")


def parser() -> argparse.ArgumentParser:
    """Reads a command line; raises UsageError for an option that there is not.

    ``words`` are those that are no option.
    """
    parser = _Parser(
        prog="pfwizard",
        usage="pfwizard [--load FILE] | --answers FILE | --demo | COMMAND   [OPTIONS]",
        description=DESCRIPTION,
        epilog=f"{commands_explained()}\n{EXIT_STATUSES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("words", nargs="*", metavar="COMMAND", help=argparse.SUPPRESS)
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
    parser.add_argument(
        "--explain",
        metavar="ID",
        nargs="?",
        const="",
        help="with check: tell more of what has this identifier, or list all that is looked for",
    )
    add_certificate_options(parser)
    add_ca_key_options(parser)
    add_client_options(parser)
    add_verify_options(parser)
    return parser
