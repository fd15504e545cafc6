"""What the probes of a server are made with."""

import smtplib
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pfwizard.apply.live.answering import PATIENT, Patience
from pfwizard.prove.conversation import Trust, over_tls, safest
from pfwizard.prove.mechanisms import Login
from pfwizard.prove.server import Expectation, Server, Standing


@dataclass(frozen=True)
class RefusedLogin:
    """What kept our user out before a change: the port, and what passwords are checked by there."""

    port: int
    checkers: frozenset[tuple[str, PurePosixPath]]

    @classmethod
    def at(cls, expected: Expectation) -> "RefusedLogin":
        checkers = ((each.name, each.place) for each in expected.checkers)
        return cls(expected.public_port, frozenset(checkers))


@dataclass(frozen=True)
class Means:
    """Whom we trust, who we are, and who can log in.

    ``patience`` is how long a server is waited for. ``logins_at_once`` are the mechanisms that are
    tried at the same time at one server; one that is live may count its connections. At
    ``misspells_at`` one wrong password is tried with the name of the user. All others go with a
    name that nobody has, because they may lock the user out (pam_faillock(8), slapo-ppolicy(5)).
    ``refused_before`` are the logins that failed before the change that is proved.
    """

    trust: Trust = field(default_factory=Trust)
    standing: Standing = Standing.NEIGHBOUR
    login: Login | None = None
    patience: Patience = PATIENT
    logins_at_once: int = 1
    misspells_at: Server | None = None
    refused_before: frozenset[RefusedLogin] = frozenset()

    def is_as_before(self, expected: Expectation) -> bool:
        """Whether our user could not log in there before, by the same password checker."""
        return RefusedLogin.at(expected) in self.refused_before

    def admitted(self, expected: Expectation) -> AbstractContextManager[smtplib.SMTP]:
        """The safest session that the server has; it is shown our certificate where it sends away
        whoever shows none. Raises Unexpected."""
        if expected.requires_certificate:
            return over_tls(expected.server, self.trust.of_anybody())
        return safest(expected.server)
