"""The grammar of ``pfwizard renew`` and ``pfwizard install-certificate``."""

import argparse
from pathlib import Path

from pfwizard.cli.argument_values import path
from pfwizard.enumeration import listed
from pfwizard.errors import UsageError


def add_certificate_options(parser: argparse.ArgumentParser) -> None:
    """The options that go with these two commands."""
    group = parser.add_argument_group("renew and install-certificate")
    group.add_argument(
        "--new-key",
        action="store_true",
        help="with renew: replace the server's key too, which changes its TLSA records",
    )
    group.add_argument(
        "--next-key",
        action="store_true",
        help="with renew: only make the key that --new-key will use, and say which TLSA records "
        "to publish before",
    )
    group.add_argument(
        "--ca",
        action="store_true",
        help="with renew: the CA's own certificate; all that it has issued stays valid",
    )
    group.add_argument(
        "--force",
        action="store_true",
        help="with renew: also while more than a third of the certificate's life is left; with "
        "install-certificate: also what only some of the clients accept",
    )


def refuse_two_renewals(given: argparse.Namespace) -> None:
    """Raises UsageError where more than one of the three is meant at once."""
    named = [
        option
        for option, value in (
            ("--new-key", given.new_key),
            ("--next-key", given.next_key),
            ("--ca", given.ca),
        )
        if value
    ]
    if len(named) > 1:
        raise UsageError(
            f"{listed(named)} cannot be done at once",
            "Leave out all but one; --ca renews the CA with the key that it has.",
        )


def certificate_files(given: argparse.Namespace) -> tuple[Path, ...]:
    """What follows ``install-certificate``; raises UsageError where that is nothing."""
    named = [each for each in (given.transaction, given.name, *given.more) if each is not None]
    if not all(named) or not named:
        raise UsageError(
            "pfwizard install-certificate needs the file that the CA has sent",
            "pfwizard install-certificate FILE, or several of them.",
        )
    return tuple(map(path, named))
