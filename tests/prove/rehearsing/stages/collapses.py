"""A stage on which something goes wrong that nobody has thought of."""

import os
from multiprocessing.connection import Connection

from pfwizard.prove.rehearsing.order import Collapsed


def main(arguments: list[str]) -> int:
    with Connection(os.dup(0)) as face:
        face.recv()
        face.send(Collapsed("KeyError: 'who'"))
    return 1
