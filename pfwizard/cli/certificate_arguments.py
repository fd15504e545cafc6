"""The grammar of ``pfwizard renew`` and ``pfwizard install-certificate``."""

import argparse


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
