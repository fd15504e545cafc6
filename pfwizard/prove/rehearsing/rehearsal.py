"""A plan is played on a private Postfix before anything live is touched."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from queue import SimpleQueue

from pfwizard.apply.live.answering import Patience
from pfwizard.cf.service import Service
from pfwizard.machine.facts import Facts
from pfwizard.plan.plan import Plan, SmtpPort
from pfwizard.prove.before import Before
from pfwizard.prove.diagnosis import diagnosed
from pfwizard.prove.expectations import (
    Place,
    expectations,
    password_checkers,
    with_certificates,
)
from pfwizard.prove.login_probes import where_to_misspell
from pfwizard.prove.means import Means
from pfwizard.prove.rehearsing.loopback import free_ports, secret_addresses
from pfwizard.prove.rehearsing.order import Died
from pfwizard.prove.rehearsing.performance import Performance
from pfwizard.prove.rehearsing.private_checker import CheckerFailed
from pfwizard.prove.rehearsing.private_directory import private_directory
from pfwizard.prove.rehearsing.private_settings import LOOPBACK
from pfwizard.prove.rehearsing.score import CannotRehearse, Room, Score, score_of
from pfwizard.prove.rehearsing.taken_ports import taken_ports
from pfwizard.prove.server import Expectation
from pfwizard.prove.verdict import LOGIN, Outcome, Statements, failures_among
from pfwizard.prove.verification import verified

LONGEST = 120.0
"""Seconds for all probes; those that it would take longer are left out, and said to be."""

MOST_AT_ONCE = 8
"""Servers that are asked at the same time, and mechanisms of each of them."""

PATIENCE = 60.0
"""Seconds for a server to start: one that is slow is not broken, and one that has died is known."""


@dataclass(frozen=True)
class Rehearsal:
    """What the probes of the private Postfix have found, and what it has logged.

    ``seconds`` is how long all of it took.
    """

    outcomes: tuple[Outcome, ...]
    log: tuple[str, ...]
    seconds: float

    @property
    def failures(self) -> tuple[Outcome, ...]:
        return failures_among(self.outcomes)


def _silently(outcome: Outcome) -> None:
    return None


def rehearse(
    plan: Plan, facts: Facts, means: Means, tell: Callable[[Outcome], None] = _silently
) -> Rehearsal:
    """Play the plan; nothing of it is left behind.

    Whoever is told of an outcome is told at once, before the log gives its cause.

    Raises CannotRehearse where this machine does not have what it needs.
    """
    begin = time.monotonic()
    if facts.works_on_a_tree:
        raise CannotRehearse("nothing runs in a tree", "Rehearse it on the machine itself.")
    if os.geteuid() != 0:
        raise CannotRehearse("only root can start a Postfix", "Run it as root.")
    try:
        return _played(plan, facts, means, tell, begin)
    except CheckerFailed as failure:
        return _played(plan, facts, means, tell, begin, without_logins=failure)


def _played(
    plan: Plan,
    facts: Facts,
    means: Means,
    tell: Callable[[Outcome], None],
    begin: float,
    without_logins: CheckerFailed | None = None,
) -> Rehearsal:
    with private_directory() as base, free_ports() as free_port:
        prober, newcomer = secret_addresses()
        room = Room(base, prober, free_port, newcomer)
        score = score_of(plan, facts, room, without_logins)
        unplayed = (*taken_ports(facts, score.facts), *_logins_of(score))
        with Performance(score.order) as stage:
            if stage.died is not None:
                outcomes, log = [_dead(stage.died)], stage.died.log
            else:
                before = Before.of(facts, password_checkers(with_certificates(facts)))
                servers = tuple(_expected(score, before))
                means = replace(
                    means,
                    logins_at_once=MOST_AT_ONCE,
                    misspells_at=where_to_misspell(servers),
                )
                outcomes = _probed(servers, means, begin + LONGEST, tell, stage)
                log = stage.end()
    return Rehearsal((*unplayed, *diagnosed(outcomes, log)), log, time.monotonic() - begin)


def _probed(
    servers: Sequence[Expectation],
    means: Means,
    deadline: float,
    tell: Callable[[Outcome], None],
    stage: Performance,
) -> list[Outcome]:
    """All servers at the same time: much of it is waiting, such as for a refused login."""
    told: SimpleQueue[Outcome | None] = SimpleQueue()

    def ask(expected: Expectation) -> list[Outcome]:
        found = []
        is_hopeless = partial(stage.is_hopeless, expected.server.port)
        patient = replace(means, patience=Patience(PATIENCE, is_hopeless))
        watched = replace(expected, server=replace(expected.server, is_hopeless=is_hopeless))
        try:
            for outcome in _outcomes(watched, patient, deadline):
                found.append(outcome)
                told.put(outcome)
        finally:
            told.put(None)
        return found

    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        asked = [pool.submit(ask, expected) for expected in servers]
        for _ in asked:
            while (outcome := told.get()) is not None:
                tell(outcome)
    return [outcome for each in asked for outcome in each.result()]


def _outcomes(expected: Expectation, means: Means, deadline: float) -> Iterator[Outcome]:
    if time.monotonic() < deadline:
        for outcome in verified(expected, means):
            yield outcome
            if time.monotonic() > deadline:
                break
    if time.monotonic() > deadline:
        yield Statements("rehearsal", str(expected.server)).skipped(
            f"the rehearsal has taken more than {LONGEST:.0f} seconds already, and ends here",
            "Look for a name server or another program that does not answer.",
        )


def _logins_of(score: Score) -> Iterator[Outcome]:
    failure, statements = score.without_logins, Statements(LOGIN, "rehearsal")
    if failure is not None and failure.is_of_the_plan:
        yield statements.failed(
            f"the password checker cannot read its planned configuration: {failure.message}",
            "Correct that first; without it nobody could log in.",
        )
    elif failure is not None:
        yield statements.skipped(
            f"the password checker cannot be tried before it goes live: {failure.message}",
            "pfwizard verify --user NAME proves logins then.",
        )


def _dead(died: Died) -> Outcome:
    return Statements("start", "Postfix").failed(f"it does not start: {died.why}")


def _expected(score: Score, before: Before) -> Iterator[Expectation]:
    def place(service: Service, smtp_port: SmtpPort) -> Iterator[Place]:
        yield Place(
            LOOPBACK,
            score.ports[service.endpoint],
            f"rehearsal:{smtp_port.port}",
            comes_from=score.prober,
            newcomer=score.newcomer if service.command == "postscreen" else "",
        )

    for expected in expectations(with_certificates(score.facts), place):
        told = before.told_of(expected)
        # Nobody but the private Postfix finds a private password checker.
        yield replace(told, checkers=()) if score.order.checkers else told
