"""The grammar of ``pfwizard verify``."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from pfwizard.cli.argument_values import descriptor, name, path, port
from pfwizard.cli.passphrase import NOWHERE, PassphraseSource
from pfwizard.errors import InputProblem, UsageError
from pfwizard.prove.rehearsing.choice import Rehearse


@dataclass(frozen=True)
class VerifyOptions:
    """Which server is meant, and who shows that logins work.

    Without a ``host`` it is the Postfix of this machine. ``client_certificate`` and ``client_key``
    are files of a client that servers are shown; they are read each time, and never kept.
    """

    host: str | None = None
    ports: tuple[int, ...] = ()
    user: str | None = None
    password: PassphraseSource = NOWHERE
    client_certificate: Path | None = None
    client_key: Path | None = None


THIS_HOST = VerifyOptions()


def add_verify_options(parser: argparse.ArgumentParser) -> None:
    """The options about probes; some of them go with a change, too."""
    parser.add_argument(
        "--rehearse",
        metavar="WHEN",
        choices=[each.value for each in Rehearse],
        help="play the change on a private Postfix first: auto (wherever that is possible, the "
        "default), always, never",
    )
    group = parser.add_argument_group("verify")
    group.add_argument(
        "--host",
        metavar="NAME",
        type=name,
        help="ask this server over the net, and not the one of this host",
    )
    group.add_argument(
        "--port",
        metavar="N",
        type=port,
        action="append",
        help="ask this port alone; may be given several times",
    )
    group.add_argument(
        "--user", metavar="NAME", type=name, help="a user who logs in; the password is asked for"
    )
    group.add_argument(
        "--password-file",
        metavar="FILE",
        type=path,
        help="the first line of FILE is the user's password",
    )
    group.add_argument(
        "--password-fd",
        metavar="NUMBER",
        type=descriptor,
        help="the same, read from the open file descriptor NUMBER",
    )
    group.add_argument(
        "--client-certificate",
        metavar="FILE",
        type=path,
        help="the certificate of a client, to be shown to servers that ask for one: in the "
        "rehearsal, with the change live, and by verify",
    )
    group.add_argument(
        "--client-key",
        metavar="FILE",
        type=path,
        help="its key, where that is in another file",
    )


def verify_options(given: argparse.Namespace) -> VerifyOptions:
    """What goes with ``verify``; raises UsageError for options that need another one."""
    password = PassphraseSource(given.password_file, given.password_fd, "password")
    if password.is_named and given.user is None:
        raise UsageError("a password is nobody's without --user", "Name the user with --user NAME.")
    if given.client_key is not None and given.client_certificate is None:
        raise UsageError(
            "--client-key goes with --client-certificate", "Name the certificate's file too."
        )
    return VerifyOptions(
        host=None if given.host is None else _bare(given.host),
        ports=tuple(given.port or ()),
        user=given.user,
        password=password,
        client_certificate=given.client_certificate,
        client_key=given.client_key,
    )


def _bare(host: str) -> str:
    """The host as certificates have it.

    An IPv6 address as Postfix writes it has brackets (postconf(5), inet_interfaces), and a name as
    the DNS writes it ends with a dot.
    """
    if host.startswith("[") and host.endswith("]"):
        return host[1:-1]
    name = host.removesuffix(".") or host
    return name if name.isascii() else _in_ascii(name)


def _in_ascii(name: str) -> str:
    """An internationalised name as the DNS has it; one that is none stays, and has no address."""
    from pfwizard.pki.names import check_dns_name  # brings the tables of Unicode

    try:
        return check_dns_name(name)
    except InputProblem:
        return name
