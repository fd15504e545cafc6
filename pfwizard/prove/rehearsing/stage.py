"""The process in which the private Postfix is made, runs, and ends with everything of it.

    unshare -> mirrors of the directories that change -> the planned files in them
            -> an empty queue and data directory in memory -> master(8) -> until the pipe is closed

It is the first process of its process namespace: when it ends, for whatever reason, the kernel
ends all others in it, and with the last of them the private mounts are gone. It ends with the
process that has started it, and that with the one that waits for both.
"""

import os
from contextlib import suppress
from multiprocessing.connection import Connection

from pfwizard.errors import Failed
from pfwizard.machine import programs
from pfwizard.prove.rehearsing import namespaces
from pfwizard.prove.rehearsing.namespaces import Namespace
from pfwizard.prove.rehearsing.order import (
    Collapsed,
    Died,
    Log,
    NoLogins,
    NotPossible,
    Playing,
    StageOrder,
)
from pfwizard.prove.rehearsing.private_checker import CheckerFailed, started, words_of
from pfwizard.prove.rehearsing.scenery import Scenery

STDIN = 0


def main(arguments: list[str]) -> int:
    """Run a stage; its end of the pipe is standard input."""
    namespaces.die_with_parent()
    with Connection(os.dup(STDIN)) as face:
        order: StageOrder = face.recv()
        try:
            namespaces.unshare(Namespace.MOUNTS | Namespace.PROCESSES)
            child = os.fork()
        except OSError as error:
            face.send(NotPossible(words_of(error)))
            return 1
        if child:
            _wait(child, face)
            return 0
        os.setsid()  # what a daemon sends to its process group stays in here (kill(2))
        namespaces.die_with_parent()
        with suppress(ConnectionError):  # nobody waits for an answer any more
            _perform(order, face)
    os._exit(0)


def _wait(child: int, face: Connection) -> None:
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status:
        how = f"signal {-status} has ended it" if status < 0 else f"exit status {status}"
        with suppress(ConnectionError):
            face.send(Collapsed(how))


def _perform(order: StageOrder, face: Connection) -> None:
    """Whatever goes wrong, it is told."""
    try:
        _play(order, face)
    except CheckerFailed as failure:
        face.send(NoLogins(failure.message, failure.is_of_the_plan))
    except Failed as failure:
        face.send(NotPossible(failure.message))
    except OSError as error:
        face.send(NotPossible(words_of(error)))
    except Exception as error:
        face.send(Collapsed(f"{type(error).__name__}: {error}"))


def _play(order: StageOrder, face: Connection) -> None:
    scenery = Scenery(order)
    scenery.set()
    log = scenery.listen()
    checkers = started(order.checkers)
    problem = _start(order)
    for checker in checkers:
        checker.await_answer()
    if problem:
        face.send(Died(problem, log.end()))
        return
    face.send(Playing())
    face.recv()
    face.send(Log(log.end()))


def _start(order: StageOrder) -> str:
    """What keeps master(8) from starting; ``-w`` has it return when it is ready. Raises Failed."""
    command = [str(order.daemon_directory / "master"), "-c", str(order.config_directory), "-w"]
    done = programs.run(command)
    return "" if done.status == 0 else " / ".join(done.complaints) or f"exit status {done.status}"
