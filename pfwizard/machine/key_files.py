"""Where private keys are found on a machine, whatever the files are called."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from pfwizard.errors import Failed
from pfwizard.machine.tree import FileKind, Tree

USUAL_DIRECTORIES = tuple(
    map(
        PurePosixPath,
        (
            "/etc/ssl/private",  # Debian
            "/etc/pki/tls/private",  # Red Hat
            "/etc/ssl",
            "/etc/postfix",
            "/etc/postfix/ssl",
            "/etc/postfix/ssl/private",
            "/etc/postfix/tls",
            "/etc/postfix/certs",
        ),
    )
)

LONGEST = 65536
"""Bytes; a key with a long chain behind it has less."""

MARK = b"PRIVATE KEY-----"


def key_files(tree: Tree, directories: Iterable[PurePosixPath]) -> tuple[PurePosixPath, ...]:
    """The files with a private key in PEM in these directories, those of each by name.

    What cannot be read is passed over.
    """
    found = (path for directory in directories for path in tree.files_in(directory))
    return tuple(path for path in dict.fromkeys(found) if _holds_a_key(tree, path))


def _holds_a_key(tree: Tree, path: PurePosixPath) -> bool:
    try:
        if tree.outside(tree.resolve(path)).stat().st_size > LONGEST:
            return False
        state = tree.look(path)
    except (Failed, OSError):
        return False
    return state.kind is FileKind.REGULAR and MARK in (state.content or b"")
