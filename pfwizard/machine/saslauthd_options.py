"""The options of saslauthd(8), in the file of shell variables where a platform keeps them."""

import getopt
import shlex
from pathlib import PurePosixPath

from pfwizard.cf.shell_variables import ShellVariables
from pfwizard.machine.platforms.record import DaemonOptions

OPTIONS = "a:cdhO:lm:n:rs:t:TvV"
"""Those of saslauthd(8), as getopt(3) has them."""

SOCKET_NAME = "mux"
"""Of the socket, in the directory of the option -m (saslauthd/ipc_unix.c)."""

Tokens = list[tuple[str, str]]
"""Options with their arguments."""


def tokens_of(text: str) -> Tokens:
    """Raises getopt.GetoptError or ValueError for what saslauthd would not take either."""
    tokens, rest = getopt.getopt(shlex.split(text), OPTIONS)
    if rest:
        raise ValueError(f"{rest[0]} is no option")
    return tokens


def with_token(tokens: Tokens, option: str, value: str | None) -> Tokens:
    """With the option once and with this value, or, without a value, not at all."""
    if (option, value) in tokens:
        return tokens
    others = [token for token in tokens if token[0] != option]
    return others if value is None else [*others, (option, value)]


def text_of(tokens: Tokens) -> str:
    """The options as they stand in the file, in quotes where a shell would divide them."""
    return shlex.join(word for token in tokens for word in token if word)


def socket_by_options(place: DaemonOptions, content: bytes | None) -> PurePosixPath | None:
    """Where saslauthd is told to put its socket, by this file; None where it is told nothing."""
    if content is None:
        return None
    document = ShellVariables.parse(content)
    directory = document.get(place.directory) if place.directory else None
    if directory is None:
        try:
            directory = dict(tokens_of(document.get(place.options) or "")).get("-m")
        except (getopt.GetoptError, ValueError):
            return None
    if not directory or not directory.startswith("/"):
        return None
    return PurePosixPath(directory) / SOCKET_NAME
