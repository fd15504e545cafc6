"""Which private daemons check passwords, where the plan configures one and restarts it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from pfwizard.machine.facts import Facts
from pfwizard.machine.platforms.record import Daemon
from pfwizard.plan.plan import Plan, RestartDaemon
from pfwizard.prove.rehearsing.private_checker import CheckerFailed, PrivateChecker
from pfwizard.prove.rehearsing.private_dovecot import private_dovecot
from pfwizard.prove.rehearsing.private_saslauthd import private_saslauthd

PRIVATE: Mapping[Daemon, Callable[[Facts, RestartDaemon, Path], PrivateChecker]] = {
    Daemon.DOVECOT: private_dovecot,
    Daemon.SASLAUTHD: private_saslauthd,
}
"""How each of them is made from the planned facts; the path is that of the queue directory.

authdaemond is not among them: no plan changes its configuration.
"""


def restarted(plan: Plan) -> tuple[RestartDaemon, ...]:
    """The daemons that get their new configuration only when the plan goes live."""
    return tuple(each for each in plan.actions if isinstance(each, RestartDaemon))


def private_checkers(plan: Plan, planned: Facts, queue: Path) -> tuple[PrivateChecker, ...]:
    """One in the place of each that the plan restarts; raises CheckerFailed."""
    names = {each.value: daemon for daemon, each in planned.platform.service_names.items()}
    checkers = []
    for action in restarted(plan):
        daemon = names.get(action.service)
        if daemon is None or daemon not in PRIVATE:
            raise CheckerFailed(f"how {action.service} is started by hand is not known")
        checkers.append(PRIVATE[daemon](planned, action, queue))
    return tuple(checkers)
