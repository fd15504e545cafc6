"""Making the plan, and asking for the passphrase of the CA's key where one is needed."""

from typing import TYPE_CHECKING

from pfwizard.cli.ca_inquiry import Asking
from pfwizard.cli.plain.lines import Lines
from pfwizard.plan.authorities.ca_passphrase import PassphraseNeeded
from pfwizard.secret import Secret
from pfwizard.wizard.session import Session

if TYPE_CHECKING:
    from pfwizard.engine import Planned


def plan_with_passphrase(lines: Lines, session: Session) -> "Planned":
    """The plan for the answers as they are; raises PfwizardError, and Left in the middle of it."""

    def with_passphrase(typed: Secret[str]) -> "Planned":
        session.ca_passphrase = typed
        return session.plan()

    try:
        return session.plan()
    except PassphraseNeeded as needed:
        asking = Asking(lines.ask_secretly, lines.say)
        return asking.plan_with_it(needed, with_passphrase)
