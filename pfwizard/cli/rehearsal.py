"""The rehearsal of an unattended run: before anything is touched, and in a few words."""

from collections.abc import Callable

from pfwizard.cli.arguments import Arguments
from pfwizard.cli.verification import shown_by
from pfwizard.engine import Planned
from pfwizard.errors import Failed
from pfwizard.prove.means import Means
from pfwizard.prove.mechanisms import Login
from pfwizard.prove.rehearsing.dress_rehearsal import DURATION, DressRehearsal
from pfwizard.prove.verdict import Outcome, failures_among


class RehearsalFailed(Failed):
    """The private Postfix did not do what it should; ``outcomes`` are those of all probes."""

    def __init__(self, message: str, remedy: str, outcomes: tuple[Outcome, ...]) -> None:
        super().__init__(message, remedy)
        self.outcomes = outcomes


def rehearsed(
    planned: Planned, given: Arguments, login: Login | None, announce: Callable[[str], None]
) -> tuple[Outcome, ...]:
    """What the probes have found, all of which are passed or skipped.

    Raises RehearsalFailed, and CannotRehearse where it must not be left out.
    """
    means = Means(shown_by(given.verification), login=login)
    rehearsal = DressRehearsal(planned.plan, planned.facts, given.rehearse, means)
    if not rehearsal.is_due:
        return ()
    if not planned.facts.works_on_a_tree:
        announce("Rehearsing the change on a private Postfix")
    outcomes = rehearsal.play(lambda outcome: None)
    if failures := failures_among(outcomes):
        raise _failed(failures[0], outcomes)
    for outcome in outcomes:
        if outcome.probe == DURATION:
            announce(f"Every probe has passed that could be made; {outcome.detail}")
    return outcomes


def _failed(first: Outcome, outcomes: tuple[Outcome, ...]) -> RehearsalFailed:
    return RehearsalFailed(
        f"the rehearsal failed at {first.target} ({first.probe}): {first.detail}",
        first.remedy,
        outcomes,
    )
