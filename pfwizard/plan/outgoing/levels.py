"""The level of outgoing mail (smtp_tls_security_level, TLS_README)."""

from pfwizard.answers.outgoing_answers import OutgoingLevel
from pfwizard.machine.effective import Effective
from pfwizard.plan.draft import Draft
from pfwizard.plan.tls.older_levels import OF_CLIENT

LEVEL = OF_CLIENT.level

LEVELS = ("", "none", "may", "dane", "encrypt", "verify", "secure", "dane-only", "fingerprint")
"""From the weakest to the strictest; those after dane are mandatory.

The last two trust what is named for one server, where secure trusts every CA for its name.
"""

REQUIRED = LEVELS.index("encrypt")


def outgoing_level(effective: Effective) -> str:
    """The level in force; an unknown one is none."""
    level = effective.value(LEVEL).lower() or OF_CLIENT.level_in(effective)
    return level if level in LEVELS else ""


def is_answered(draft: Draft) -> bool:
    """Whether the operator has chosen a level."""
    return draft.answers.outgoing.tls_security_level is not OutgoingLevel.UNCHANGED
