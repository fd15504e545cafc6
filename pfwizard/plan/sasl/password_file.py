"""A password that the answers do not hold, but name the file of."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.cf.text import WHITE_SPACE, UnwritableValue
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import Finding, refusal
from pfwizard.private_file import OPEN_TO_OTHERS
from pfwizard.secret import Secret

SPECIAL_IN_QUOTES = re.compile(r"[\\']")


def password_in(draft: Draft, path: PurePosixPath) -> tuple[Draft, Secret[str] | None]:
    """The first line of the file, or a refusal where there is none that is kept secret."""
    state = draft.facts.file(path)
    problem = _problem_with(state)
    if problem is not None:
        return draft.with_finding(problem), None
    return draft, Secret(_first_line(state))


@dataclass(frozen=True)
class Place:
    """Where a password goes: an option of a file.

    ``in_quotes``: what reads it puts it between the quotes of a connection string of PostgreSQL
    (libpq, PQconnectdb) as it stands, so that quotes and backslashes in it have to be escaped here.
    """

    file: PurePosixPath
    option: str
    in_quotes: bool = False

    def spelled(self, password: str) -> str:
        """How the password is written there."""
        return SPECIAL_IN_QUOTES.sub(r"\\\g<0>", password) if self.in_quotes else password


def with_password(
    draft: Draft, document: SmtpdConf, place: Place, source: PurePosixPath
) -> tuple[Draft, SmtpdConf]:
    """The document with the first line of ``source``, or a refusal where that cannot be."""
    draft, password = password_in(draft, source)
    if password is None:
        return draft, document
    try:
        return draft, document.set(place.option, place.spelled(_whole(password.reveal())))
    except UnwritableValue:
        return draft.with_finding(_unusable(source, place)), document


def cannot_hold(path: PurePosixPath, error: UnwritableValue) -> Finding:
    return refusal(
        "smtpd-conf-cannot-hold",
        f"{path} cannot hold an answer: {error}",
        "Give one that it can hold.",
    )


def _whole(password: str) -> str:
    """Raises UnwritableValue for one that would lose the blanks at its ends in the file."""
    if password != password.strip(WHITE_SPACE):
        raise UnwritableValue("white space at its ends")
    return password


def _unusable(source: PurePosixPath, place: Place) -> Finding:
    return refusal(
        "password-unusable",
        f"the password in {source} does not fit into {place.file.name}",
        "Choose one of ordinary characters, without a blank at either end.",
    )


def _problem_with(state: FileState) -> Finding | None:
    if state.kind is not FileKind.REGULAR:
        return refusal(
            "password-file-missing",
            f"{state.path} is to hold a password, and is not there",
            "Write the password into its first line, in a file that only root can read.",
        )
    if state.mode & OPEN_TO_OTHERS:
        return refusal(
            "password-file-open",
            f"{state.path} holds a password, and other users can open it (mode {state.mode:04o})",
            f"Make it private first: chmod 600 {state.path}.",
        )
    if not _first_line(state):
        return refusal(
            "password-file-empty",
            f"{state.path} has no password in its first line",
            "Write it there, in UTF-8.",
        )
    return None


def _first_line(state: FileState) -> str:
    """Empty for what is no text."""
    try:
        return (state.content or b"").split(b"\n", 1)[0].removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        return ""
