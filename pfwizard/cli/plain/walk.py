"""The walk of the line dialogue: the same steps, answers, plan and transaction as on a screen."""

from pfwizard.cli.interruption import CutOff, Interruption
from pfwizard.cli.plain.asking import HOW_TO_ANSWER, Way, ask_step
from pfwizard.cli.plain.deciding import Decision, Proposal, settle
from pfwizard.cli.plain.history import has_history, look_back
from pfwizard.cli.plain.lines import Left, Lines
from pfwizard.cli.plain.planning import plan_with_passphrase
from pfwizard.cli.plain.saving import save_answers
from pfwizard.errors import PfwizardError
from pfwizard.wizard.course import Move
from pfwizard.wizard.found import Found, Waiting
from pfwizard.wizard.outcome import Outcome
from pfwizard.wizard.probation import what_comes_back
from pfwizard.wizard.session import Session
from pfwizard.wizard.steps import ASKING, StepName, step_of


def run_plain(session: Session, interruption: Interruption, lines: Lines | None = None) -> Outcome:
    """Lead the operator through the wizard line by line; returns how it ended."""
    try:
        with interruption.in_dialogue():
            _hold(lines or Lines(), session, interruption)
    except (CutOff, KeyboardInterrupt):
        with interruption.postponed():
            session.cut_off()
    finally:
        session.ca_passphrase = session.login = None
    return session.outcome


def _hold(lines: Lines, session: Session, interruption: Interruption) -> None:
    """The dialogue, until the walk is over or the operator goes."""
    while True:
        try:
            return _walk(lines, session, interruption)
        except (Left, KeyboardInterrupt):
            if _leaves(lines, session):
                return None


def _leaves(lines: Lines, session: Session) -> bool:
    """Whether the operator really goes; the end of the input, or another Ctrl-C, settles it."""
    try:
        words = ("stay", "save", "quit") if session.has_unsaved_answers else ("stay", "quit")
        word = lines.choose("\nQuit pfwizard? Nothing is changed by leaving.", words)
        saved = save_answers(lines, session) if word == "save" else ""
    except (Left, KeyboardInterrupt):
        session.cut_off()
        return True
    if word == "stay" or (word == "save" and not saved):
        return False
    session.left(saved)
    return True


def _walk(lines: Lines, session: Session, interruption: Interruption) -> None:
    """From where the course stands to the end; raises Left."""
    course = session.course
    while course.here is not StepName.DONE:
        session.keep_draft()
        if course.here is StepName.WELCOME:
            _welcome(lines, session, interruption)
        elif course.here is StepName.REVIEW:
            _review(lines, session, interruption)
        else:
            way = ask_step(lines, course)
            course.move(Move.NEXT if way is Way.ON else Move.BACK)


def _welcome(lines: Lines, session: Session, interruption: Interruption) -> None:
    lines.say(f"{step_of(StepName.WELCOME).introduction}\n{HOW_TO_ANSWER}\n")
    while session.course.here is StepName.WELCOME:
        try:
            with interruption.postponed():  # it may be ending what an earlier run has left
                found = session.look()
        except PfwizardError as error:
            lines.say(f"Error: {error}")
            _offer_history(lines, session, interruption, "again")
            continue
        if found.waiting is None:
            _begin(lines, session, found, interruption)
        else:
            _end_probation(lines, session, found.waiting, interruption)


def _begin(lines: Lines, session: Session, found: Found, interruption: Interruption) -> None:
    from pfwizard.wizard.first_look import found_lines  # by now the engine is imported

    for line in found_lines(found, may_apply=session.may_apply):
        lines.say(line.text)
    if has_history(session):
        _offer_history(lines, session, interruption, "begin")
    if session.course.here is StepName.WELCOME:
        _offer_draft(lines, session)
        session.course.move(Move.NEXT)


def _offer_history(lines: Lines, session: Session, interruption: Interruption, go_on: str) -> None:
    """Until the operator goes on with this word, or has taken a change back; raises Left."""
    while (word := lines.choose("What now?", (go_on, "history", "quit"))) != go_on:
        if word == "quit":
            raise Left
        if look_back(lines, session, interruption):
            _finish(lines, session)
            return


def _offer_draft(lines: Lines, session: Session) -> None:
    if session.draft is None or lines.choose("Take them up?", ("yes", "no")) == "no":
        return
    try:
        session.take_up_draft()
    except PfwizardError as error:
        lines.say(f"Error: {error}")


def _end_probation(
    lines: Lines, session: Session, waiting: Waiting, interruption: Interruption
) -> None:
    """A change that an earlier run has left is decided before anything else."""
    lines.say(
        f"Transaction {waiting.transaction} is on probation: {what_comes_back(waiting.undoes)} "
        f"comes back by itself in {waiting.seconds:.0f} s."
    )
    word = lines.choose("What now?", ("keep", "rollback", "quit"))
    if word == "quit":
        raise Left
    end = _keep if word == "keep" else _roll_back
    with interruption.postponed():
        try:
            lines.say(end(session, waiting))
        except PfwizardError as error:
            lines.say(f"Error: {error}")


def _keep(session: Session, waiting: Waiting) -> str:
    session.keep_waiting(waiting.transaction)
    return "The change stays."


def _roll_back(session: Session, waiting: Waiting) -> str:
    if session.take_back(waiting.transaction):
        return f"{what_comes_back(waiting.undoes).capitalize()} is back in place."
    return f"Too late: transaction {waiting.transaction} is not on probation any more."


def _review(lines: Lines, session: Session, interruption: Interruption) -> None:
    proposal = Proposal("Review", lambda: plan_with_passphrase(lines, session))
    match settle(lines, session, proposal, interruption):
        case Decision.APPLY:
            _finish(lines, session)
        case Decision.BACK:
            session.course.go(ASKING[-1].name)
        case Decision.QUIT:
            raise Left


def _finish(lines: Lines, session: Session) -> None:
    """Something is in place, and stays: say what to know of it, and end the walk."""
    if session.applied_plan is not None:
        for section in session.aftermath(session.applied_plan):
            lines.say("\n".join(("", section.title, *section.lines)))
    session.course.go(StepName.DONE)
    asks = session.has_unsaved_answers
    if asks and lines.choose("\nSave the answers?", ("yes", "no")) == "yes":
        save_answers(lines, session)
