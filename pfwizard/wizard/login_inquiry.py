"""Somebody who logs in to prove the change, asked of whoever walks; it may be nobody."""

from dataclasses import dataclass

from pfwizard.errors import InputProblem
from pfwizard.prove.mechanisms import Login
from pfwizard.secret import Secret

TITLE = "A user to log in with"

PURPOSE = (
    "With a user of yours and the password, logins are tried in the rehearsal, and once more when "
    "the change is live: if nobody can log in then, it is taken back. The password is kept in "
    "memory until this walk ends, and saved nowhere. Without a user, logins stay unproven."
)

HELP = (
    "User: whoever can log in on this server, as a mail program would write the name. Password: "
    "that user's. Go on begins the rehearsal and tries the login; Without begins it without one; "
    "Cancel leads back to the review, and nothing is changed."
)


@dataclass(frozen=True)
class Answered:
    """What was decided: who logs in, or nobody."""

    login: Login | None


def answered(user: str, password: str) -> Answered:
    """As it was typed; without a user it is nobody. Raises InputProblem, which quotes nothing."""
    if not user.strip():
        if password:
            raise InputProblem("a password is nobody's without a user", "Name the user too.")
        return Answered(None)
    if not password:
        raise InputProblem("no password was typed", "Type it, or leave the user empty.")
    return Answered(Login(user.strip(), Secret(password)))
