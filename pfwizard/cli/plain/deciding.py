"""After the questions: the plan, what it changes, and what to do with it."""

from enum import Enum
from typing import TYPE_CHECKING

from pfwizard.cli import human_output
from pfwizard.cli.plain.asking import BACK
from pfwizard.cli.plain.lines import Lines
from pfwizard.errors import PfwizardError
from pfwizard.quoting import visible
from pfwizard.wizard.file_name import file_named
from pfwizard.wizard.review import review
from pfwizard.wizard.session import PREVIEW, Session

if TYPE_CHECKING:
    from pfwizard.engine import Planned

ANSWERS_FILE = "pfwizard-answers.toml"


class Decision(Enum):
    """The words that are offered."""

    APPLY = "apply"
    SHOW = "show"
    BACK = "back"
    SAVE = "save"
    QUIT = "quit"


def decide(lines: Lines, session: Session) -> "Planned | Decision":
    """Show the plan; ends with it when it is to be applied, or with BACK or QUIT."""
    lines.say("\nReview\nMaking the plan ...")
    try:
        planned = session.plan()
    except PfwizardError as error:
        lines.say(f"Error: {error}")
        return Decision.BACK if _wants_back(lines) else Decision.QUIT
    for line in review(planned.plan)[0].lines:
        lines.say(line.text)
    return _decided(lines, session, planned)


def _wants_back(lines: Lines) -> bool:
    return lines.choose("What now?", ("back", "quit")) == "back"


def _decided(lines: Lines, session: Session, planned: "Planned") -> "Planned | Decision":
    why_not = why_not_applied(session, planned)
    if why_not:
        lines.say(why_not)
    offered = [each for each in Decision if each is not Decision.APPLY or not why_not]
    while True:
        word = lines.choose("What now?", tuple(each.value for each in offered))
        match Decision(word):
            case Decision.APPLY:
                return planned
            case Decision.SHOW:
                human_output.show_changes(planned.plan)
            case Decision.SAVE:
                save_answers(lines, session)
            case decision:
                return decision


def why_not_applied(session: Session, planned: "Planned") -> str:
    """Why this plan cannot be applied, or nothing where it can."""
    if planned.plan.refusals:
        return "This cannot be applied: the refusals above say why."
    if planned.plan.is_empty:
        return "There is nothing to apply."
    return "" if session.may_apply else PREVIEW


def save_answers(lines: Lines, session: Session) -> str:
    """Ask for a name until the answers are written; returns it, or nothing after a BACK."""
    suggested = str(session.file or ANSWERS_FILE)
    while True:
        name = lines.ask(f"File for the answers ({BACK} goes back) [{visible(suggested)}]: ")
        if name == BACK:
            return ""
        if _is_saved(lines, session, name or suggested):
            return name or suggested


def _is_saved(lines: Lines, session: Session, name: str) -> bool:
    try:
        path = file_named(name)
        if path.exists() and path != session.file:
            lines.say(f"{path} is there already.")
            if lines.choose("Replace it?", ("yes", "no")) == "no":
                return False
        session.save(path)
    except (PfwizardError, OSError, ValueError) as error:  # a name too long, a NUL
        lines.say(f"Error: {error}")
        return False
    lines.say(f"The answers are in {path}.")
    return True
