"""What was so before the change already, and is no fault of it."""

from dataclasses import dataclass, replace

from pfwizard.expiry.servers import met_by_clients, port_of
from pfwizard.machine.effective import Smtpd
from pfwizard.machine.facts import Facts
from pfwizard.plan.overrides import lacks_tlsproxy
from pfwizard.plan.postscreen import offers_tls
from pfwizard.plan.relay.open_relay import takes_mail_of_strangers
from pfwizard.prove.expectations import blank_in_range
from pfwizard.prove.server import BlankInRange, Expectation, PasswordChecker


@dataclass(frozen=True)
class Before:
    """``for_strangers`` are the ports where a server takes mail of strangers, ``ports`` all.

    ``blanks_in_ranges`` are those of each port. ``checkers`` are none where it is too late to look
    how passwords were checked.
    """

    checkers: frozenset[PasswordChecker]
    ports: frozenset[int]
    for_strangers: frozenset[int]
    lacks_tlsproxy: bool
    blanks_in_ranges: frozenset[tuple[int, BlankInRange]]

    @classmethod
    def of(cls, facts: Facts, checkers: frozenset[PasswordChecker] = frozenset()) -> "Before":
        """Of the machine as it is; raises Failed."""
        met = [
            (smtp_port, effective)
            for service, effective in met_by_clients(facts.configuration.master, facts.effective)
            if (smtp_port := port_of(service, effective)) is not None
        ]
        servers = [(each.port, Smtpd(effective, facts.files)) for each, effective in met]
        return cls(
            checkers=checkers,
            ports=frozenset(port for port, _ in servers),
            for_strangers=frozenset(
                port for port, smtpd in servers if takes_mail_of_strangers(smtpd)
            ),
            lacks_tlsproxy=lacks_tlsproxy(facts.configuration.master)
            and offers_tls(facts.configuration.master, facts.effective),
            blanks_in_ranges=frozenset(
                (smtp_port.port, blank)
                for smtp_port, effective in met
                if (blank := blank_in_range(facts, effective, smtp_port)) is not None
            ),
        )

    def told_of(self, expected: Expectation) -> Expectation:
        """With what the server has in common with that of before."""
        checkers = (
            replace(each, is_asked_today=each in self.checkers) for each in expected.checkers
        )
        blank = expected.blank_in_range
        if blank is not None:
            is_so_today = (expected.public_port, blank) in self.blanks_in_ranges
            blank = replace(blank, is_so_today=is_so_today)
        return replace(
            expected,
            checkers=tuple(checkers),
            blank_in_range=blank,
            is_closed_today=expected.public_port in self.ports - self.for_strangers,
            lacks_tlsproxy_today=self.lacks_tlsproxy,
        )
