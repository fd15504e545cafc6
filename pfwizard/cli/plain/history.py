"""What was done to this machine, line by line, and the way back."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from pfwizard.cli import human_output
from pfwizard.cli.interruption import Interruption
from pfwizard.cli.plain.asking import BACK
from pfwizard.cli.plain.deciding import Decision, Proposal, settle
from pfwizard.cli.plain.lines import Left, Lines
from pfwizard.errors import PfwizardError
from pfwizard.plan.wording import headline
from pfwizard.wizard.history import rollback_title, summary, why_not_taken_back
from pfwizard.wizard.session import Session

if TYPE_CHECKING:
    from pfwizard.apply.history import Entry


def has_history(session: Session) -> bool:
    """Whether there is a reason to offer it; where it cannot be read, to hear why."""
    try:
        return bool(session.history())
    except PfwizardError:
        return True


def look_back(lines: Lines, session: Session, interruption: Interruption) -> bool:
    """Show what was done, and take back what is to be taken back; whether that was done.

    Raises Left.
    """
    while True:
        entry = _to_be_taken_back(lines, session, _listed(lines, session))
        if entry is None:
            return False
        transaction = entry.manifest.transaction
        proposal = Proposal(
            rollback_title(transaction), partial(session.plan_rollback, transaction)
        )
        match settle(lines, session, proposal, interruption):
            case Decision.APPLY:
                return True
            case Decision.QUIT:
                raise Left


def _listed(lines: Lines, session: Session) -> "Sequence[Entry]":
    """Every transaction, said one to a line; none where they cannot be read."""
    lines.say("\nHistory")
    try:
        entries = session.history()
    except PfwizardError as error:
        lines.say(f"Error: {error}")
        return ()
    lines.say("\n".join(map(summary, entries)) or "Nothing has been done yet.")
    return entries


def _to_be_taken_back(lines: Lines, session: Session, entries: "Sequence[Entry]") -> "Entry | None":
    """Show one transaction after the other; the one to be taken back, or None after a BACK."""
    while entries:
        name = lines.ask(f"Number of a transaction ({BACK} goes back): ")
        if name == BACK:
            break
        named = [entry for entry in entries if entry.is_called(name)]
        if not named:
            lines.say("There is no such transaction in the list.")
        elif _is_to_be_taken_back(lines, session, named[0]):
            return named[0]
    return None


def _is_to_be_taken_back(lines: Lines, session: Session, entry: "Entry") -> bool:
    lines.say("\n".join((summary(entry), *(f"  {headline(each)}" for each in entry.changes()))))
    why_not = why_not_taken_back(entry, may_apply=session.may_apply)
    if why_not:
        lines.say(why_not)
    words = ("show", "back") if why_not else ("rollback", "show", "back")
    while (word := lines.choose("What now?", words)) == "show":
        human_output.show_entry(entry, in_full=True)
    return word == "rollback"
