"""What was so before the change already, and is no fault of it."""

from dataclasses import dataclass, replace

from pfwizard.expiry.servers import met_by_clients, port_of
from pfwizard.machine.effective import Smtpd
from pfwizard.machine.facts import Facts
from pfwizard.plan.overrides import lacks_tlsproxy
from pfwizard.plan.postscreen import offers_tls
from pfwizard.plan.relay.open_relay import takes_mail_of_strangers
from pfwizard.prove.expectations import password_checkers, with_certificates
from pfwizard.prove.server import Expectation, PasswordChecker


@dataclass(frozen=True)
class Before:
    """``for_strangers`` are the ports where a server takes mail of strangers, ``ports`` all."""

    checkers: frozenset[PasswordChecker]
    ports: frozenset[int]
    for_strangers: frozenset[int]
    lacks_tlsproxy: bool

    @classmethod
    def of(cls, facts: Facts) -> "Before":
        """Of the machine as it is; raises Failed."""
        servers = [
            (smtp_port.port, Smtpd(effective, facts.files))
            for service, effective in met_by_clients(facts.configuration.master, facts.effective)
            if (smtp_port := port_of(service, effective)) is not None
        ]
        return cls(
            checkers=password_checkers(with_certificates(facts)),
            ports=frozenset(port for port, _ in servers),
            for_strangers=frozenset(
                port for port, smtpd in servers if takes_mail_of_strangers(smtpd)
            ),
            lacks_tlsproxy=lacks_tlsproxy(facts.configuration.master)
            and offers_tls(facts.configuration.master, facts.effective),
        )

    def told_of(self, expected: Expectation) -> Expectation:
        """With what the server has in common with that of before."""
        checkers = (
            replace(each, is_asked_today=each in self.checkers) for each in expected.checkers
        )
        return replace(
            expected,
            checkers=tuple(checkers),
            is_closed_today=expected.public_port in self.ports - self.for_strangers,
            lacks_tlsproxy_today=self.lacks_tlsproxy,
        )
