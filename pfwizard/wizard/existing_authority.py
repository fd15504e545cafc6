"""The CA that is there already, as far as the wizard has to know of it."""

from dataclasses import dataclass

from pfwizard.answers.consistency import LimitedAuthority


@dataclass(frozen=True)
class ExistingAuthority:
    """What stands in the file ``certificate``; it is never made anew.

    ``subject`` is empty where the file holds no certificate of a CA; ``limited`` is for one that
    signs for nothing but some names.
    """

    certificate: str
    subject: str = ""
    limited: LimitedAuthority | None = None
