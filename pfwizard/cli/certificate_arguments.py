"""The grammar of certificates: renewing and installing them, and the key of the CA that signs."""

import argparse

from pfwizard.cli.argument_values import descriptor, path


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


def add_ca_key_options(parser: argparse.ArgumentParser) -> None:
    """The options that go with whatever the CA signs for."""
    group = parser.add_argument_group(
        "the CA's key: --answers, the wizard, renew, client add, ca move-key"
    )
    group.add_argument(
        "--ca-passphrase-file",
        metavar="FILE",
        type=path,
        help="the first line of FILE is the passphrase of the CA's key; without it that is the "
        "systemd credential pfwizard-ca-passphrase, or is asked for on a terminal when something "
        "is to be signed, with --dry-run too",
    )
    group.add_argument(
        "--ca-passphrase-fd",
        metavar="NUMBER",
        type=descriptor,
        help="the same, read from the open file descriptor NUMBER",
    )
    group.add_argument(
        "--ca-key",
        metavar="FILE",
        type=path,
        help="with --answers, renew and client add: sign with the CA's key in FILE, which is kept "
        "elsewhere, such as on a medium mounted for this run; it is read on this host also with "
        "--root, and copied nowhere",
    )
