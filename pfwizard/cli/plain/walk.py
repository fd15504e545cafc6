"""The walk of the line dialogue: the same steps, answers, plan and transaction as on a screen."""

from pfwizard.cli.interruption import CutOff, Interruption
from pfwizard.cli.plain.applying import apply
from pfwizard.cli.plain.asking import HOW_TO_ANSWER, Way, ask_step
from pfwizard.cli.plain.deciding import Decision, decide, save_answers
from pfwizard.cli.plain.lines import Left, Lines
from pfwizard.errors import PfwizardError
from pfwizard.wizard.course import Move
from pfwizard.wizard.first_look import found_lines
from pfwizard.wizard.outcome import Outcome
from pfwizard.wizard.session import Found, Session, Waiting
from pfwizard.wizard.steps import StepName, step_of


def run_plain(session: Session, interruption: Interruption, lines: Lines | None = None) -> Outcome:
    """Lead the operator through the wizard line by line; returns how it ended."""
    try:
        with interruption.in_dialogue():
            _hold(lines or Lines(), session, interruption)
    except (CutOff, KeyboardInterrupt):
        with interruption.postponed():
            session.cut_off()
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
            course.move(Move.NEXT)
        elif course.here is StepName.REVIEW:
            _review(lines, session, interruption)
        else:
            way = ask_step(lines, course)
            course.move(Move.NEXT if way is Way.ON else Move.BACK)


def _welcome(lines: Lines, session: Session, interruption: Interruption) -> None:
    lines.say(f"{step_of(StepName.WELCOME).introduction}\n{HOW_TO_ANSWER}\n")
    while True:
        try:
            with interruption.postponed():  # it may be ending what an earlier run has left
                found = session.look()
        except PfwizardError as error:
            lines.say(f"Error: {error}")
            if lines.choose("What now?", ("again", "quit")) == "quit":
                raise Left from error
            continue
        if found.waiting is None:
            _say_found(lines, session, found)
            _offer_draft(lines, session)
            return
        _end_probation(lines, session, found.waiting, interruption)


def _say_found(lines: Lines, session: Session, found: Found) -> None:
    for line in found_lines(found, may_apply=session.may_apply):
        lines.say(line.text)


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
        f"Transaction {waiting.transaction} is on probation: the old configuration comes back by "
        f"itself in {waiting.seconds:.0f} s."
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
        return "The old configuration is back in place."
    return f"Too late: transaction {waiting.transaction} is not on probation any more."


def _review(lines: Lines, session: Session, interruption: Interruption) -> None:
    decided = decide(lines, session)
    match decided:
        case Decision.QUIT:
            raise Left
        case Decision.BACK:
            session.course.go(StepName.SASL)
            return
        case Decision():
            return
    if apply(lines, session, decided, interruption):
        for section in session.aftermath(decided):
            lines.say("\n".join(("", section.title, *section.lines)))
        session.course.go(StepName.DONE)
        _offer_to_save(lines, session)
    else:
        session.forget_plan()


def _offer_to_save(lines: Lines, session: Session) -> None:
    asks = session.has_unsaved_answers
    if asks and lines.choose("\nSave the answers?", ("yes", "no")) == "yes":
        save_answers(lines, session)
