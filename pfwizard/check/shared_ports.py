"""Two services of master.cf on the same port of the same address."""

from collections.abc import Iterator
from functools import partial

from pfwizard.check.inspection import Inspection
from pfwizard.check.network import in_hosts
from pfwizard.check.rule import Find, Occurrence, Rule
from pfwizard.machine.addresses import Address
from pfwizard.plan.plan import Severity
from pfwizard.plan.shared_ports import REMEDY, Consequence, meetings, of_loopback


def _with(consequence: Consequence) -> Find:
    def find(inspection: Inspection) -> Iterator[Occurrence]:
        names = partial(_addresses_of, inspection)
        services, effective = inspection.active, inspection.effective
        for meeting in meetings(services, effective, inspection.facts, names):
            if meeting.consequence is consequence:
                yield Occurrence(
                    str(meeting),
                    REMEDY,
                    inspection.place_of_service(meeting.service),
                )

    return find


def _addresses_of(inspection: Inspection, name: str) -> tuple[Address, ...]:
    return in_hosts(inspection, name) or of_loopback(name)


RULES = (
    Rule(
        "port-taken-twice",
        Severity.REFUSAL,
        "Two services that want the same port, with which Postfix does not start",
        "The master opens the port for each of them. Up to Postfix 3.5 the second time fails with "
        "bind: Address already in use, and the master ends. On Linux that is so, too, where one "
        "of them is for all addresses and the other for some.",
        _with(Consequence.NO_START),
    ),
    Rule(
        "port-dealt-out",
        Severity.WARNING,
        "Two services among which clients are dealt out",
        "From Postfix 3.6 on two services may open the same port of the same address "
        "(SO_REUSEPORT). A client then meets the one or the other, and nobody can tell which.",
        _with(Consequence.DEALT_OUT),
    ),
    Rule(
        "port-divided",
        Severity.NOTE,
        "A service for one address beside one for all",
        "The more exact one answers, whatever the order of the entries. That may be meant; it is "
        "told because clients at that address do not meet the other service. It is for Postfix "
        "3.6 and later, for an older one does not start with it.",
        _with(Consequence.DIVIDED),
    ),
)
