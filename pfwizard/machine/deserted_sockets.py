"""Sockets that a server has left behind: the file of one is no proof that anybody listens.

A server that ends does not always remove its own, as Dovecot does not when its configuration has
lost it. Whoever connects to such a file is refused (ECONNREFUSED of unix(7)).
"""

import socket

from pfwizard.machine.tree import FileKind, FileState, Tree


def is_deserted(tree: Tree, state: FileState) -> bool:
    """Whether this is a socket and it is certain that nobody listens there; in a tree it never is.

    Who may not connect, or would have to wait, has not been refused.
    """
    if not tree.is_this_machine or state.kind is not FileKind.SOCKET:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.setblocking(False)
        try:
            client.connect(str(state.real))
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
    return False
