"""Saving the answers to a file."""

from pfwizard.cli.plain.asking import BACK
from pfwizard.cli.plain.lines import Lines
from pfwizard.errors import PfwizardError
from pfwizard.quoting import visible
from pfwizard.wizard.file_name import ANSWERS_FILE, file_named, is_in_the_way
from pfwizard.wizard.session import Session


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
        if is_in_the_way(path, (session.file,)):
            lines.say(f"{path} is there already.")
            if lines.choose("Replace it?", ("yes", "no")) == "no":
                return False
        session.save(path)
    except PfwizardError as error:
        lines.say(f"Error: {error}")
        return False
    lines.say(f"The answers are in {path}.")
    return True
