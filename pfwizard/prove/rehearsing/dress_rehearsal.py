"""The rehearsal of a change as every face has it: whether there is one, and what stays unproven."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pfwizard.machine.facts import Facts
from pfwizard.plan.plan import Plan, Reload, Restart
from pfwizard.prove.means import Means
from pfwizard.prove.rehearsing.choice import Rehearse
from pfwizard.prove.rehearsing.rehearsal import rehearse
from pfwizard.prove.rehearsing.score import CannotRehearse
from pfwizard.prove.rehearsing.trust import with_trust_of_clients
from pfwizard.prove.verdict import REHEARSAL, Outcome, Statements

UNPROVEN = (
    "that Postfix starts with the change, its certificates, logins, and for whom it relays are "
    "not proved before it is made"
)

DURATION = "rehearsal-time"
"""The identifier of the outcome that says how long it took."""

Tell = Callable[[Outcome], None]


@dataclass(frozen=True)
class DressRehearsal:
    """The one of this plan, as it is wished for.

    ``means`` are who logs in and which client's certificate is shown; whom we trust follows from
    the plan. ``refuse_stale`` raises what keeps the plan from being applied by now.
    """

    plan: Plan
    facts: Facts
    wish: Rehearse
    means: Means = field(default_factory=Means)
    refuse_stale: Callable[[], None] = lambda: None

    @property
    def is_due(self) -> bool:
        """Whether there is something to be played, or to be said of it.

        It is due in a tree, too, though it is not possible there: that is to be said.
        """
        is_wanted = self.wish is not Rehearse.NEVER
        return is_wanted and (self._is_about_postfix or self.wish is Rehearse.ALWAYS)

    @property
    def _is_about_postfix(self) -> bool:
        """A Postfix that does not run is told of nothing, and starts with every change."""
        if not self.facts.is_running:
            return bool(self.plan.changes)
        return any(isinstance(action, Reload | Restart) for action in self.plan.actions)

    def play(self, tell: Tell) -> tuple[Outcome, ...]:
        """Play the plan, and tell of every outcome when it is there; takes seconds.

        Returns all of them, with the causes that only the log knows; where it is not possible, that
        it was skipped. Whatever ``tell`` raises ends it. Raises CannotRehearse where it must not be
        left out.
        """
        self.refuse_stale()
        try:
            return self._played(tell)
        except CannotRehearse as reason:
            if self.wish is not Rehearse.ALWAYS:
                return (_not_possible(reason),)
            raise CannotRehearse(
                f"the rehearsal is not possible, and must not be left out: {reason.message}",
                f"{reason.remedy} With --rehearse auto it goes on, but {UNPROVEN}.".lstrip(),
            ) from reason

    def _played(self, tell: Tell) -> tuple[Outcome, ...]:
        if not self._is_about_postfix:
            raise CannotRehearse("the change is about nothing that Postfix is told of")
        trust = with_trust_of_clients(self.means.trust, self.plan, self.facts)
        means = replace(self.means, trust=trust)
        rehearsal = rehearse(self.plan, self.facts, means, tell)
        duration = Statements(DURATION, "Postfix").passed(
            f"it took {rehearsal.seconds:.1f} seconds"
        )
        tell(duration)
        return (*rehearsal.outcomes, duration)


def _not_possible(reason: CannotRehearse) -> Outcome:
    """What stays unproven, and why."""
    return Statements(REHEARSAL, "Postfix").skipped(f"{UNPROVEN}: {reason.message}", reason.remedy)
