"""Whether a server can have passwords checked."""

import errno
import socket
from collections.abc import Iterator

from pfwizard.prove.means import Means
from pfwizard.prove.server import Expectation, Obstacle, PasswordChecker
from pfwizard.prove.verdict import Excuse, Outcome, Statements

TIME_LIMIT = 5.0
"""Seconds for a password checker to take a connection."""


def within_reach(statements: Statements, expected: Expectation, means: Means) -> Iterator[Outcome]:
    """Postfix's user finds the way to the socket, and somebody listens there."""
    for checker in expected.checkers:
        obstacle = obstacle_to(checker)
        if obstacle is None:
            yield statements.passed(f"{checker.name} can be asked at {checker.place}")
            continue
        failure = statements.failed(obstacle.cause, obstacle.remedy)
        if checker.is_asked_today:
            yield failure.excused(Excuse.AS_TODAY)
        elif means.is_as_before(expected):
            yield failure.excused(Excuse.AS_BEFORE)
        else:
            yield failure


def obstacle_to(checker: PasswordChecker) -> Obstacle | None:
    """What keeps the server from having a password checked, if it can be seen from outside."""
    if checker.obstacle is not None or not checker.is_daemon or _listens(checker):
        return checker.obstacle
    return Obstacle(
        f"{checker.name} does not run: nobody listens on its socket {checker.place}",
        f"Start {checker.name}.",
    )


def _listens(checker: PasswordChecker) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(TIME_LIMIT)
        try:
            client.connect(str(checker.place))
        except OSError as error:
            return error.errno != errno.ECONNREFUSED  # of anything else its files say more
    return True
