"""The configuration as a rule looks at it: what each daemon goes by, and where that is written."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import PurePosixPath

from pfwizard.cf.entry import Entry
from pfwizard.cf.main_cf import MainCf, Setting
from pfwizard.cf.master_cf import MasterCf
from pfwizard.cf.problem import Problem
from pfwizard.cf.service import Service
from pfwizard.check.place import Place
from pfwizard.enumeration import listed
from pfwizard.errors import PfwizardError
from pfwizard.machine.addresses import Address
from pfwizard.machine.effective import Effective, Smtpd, Tolerant
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.plan.services import running, smtp_servers

NOTHING = "(empty)"

SMTP_CLIENTS = ("smtp", "lmtp")
SMTP_SERVERS = ("smtpd", "postscreen")


@dataclass(frozen=True)
class Daemon:
    """A service of master.cf and the parameters that it goes by."""

    service: Service
    effective: Effective

    @property
    def name(self) -> str:
        return name_of(self.service)


@dataclass(frozen=True)
class InForce:
    """A value of a parameter, where it is set, and the daemons that go by it."""

    parameter: str
    value: str
    place: Place
    daemons: tuple[Daemon, ...]

    @property
    def effective(self) -> Effective:
        return self.daemons[0].effective

    def __str__(self) -> str:
        """The value, and for whom it is in force."""
        names = listed(each.name for each in self.daemons)
        return f"{self.parameter} = {self.value or NOTHING} for {names}"


@dataclass(frozen=True)
class Inspection:
    """What ``pfwizard check`` looks at.

    ``open_ports`` are the ports of master.cf on which the running master(8) listens, or None where
    that cannot be seen. ``labels`` are the types that SELinux knows the configured files by, where
    it is in use. ``addresses`` are those of the machine's interfaces, or None where nobody can
    tell. ``under_way`` is what an earlier run of pfwizard has left unfinished, in the words of
    whoever would be refused for it. ``smtpd_conf_places``: only the servers are looked at for which
    Cyrus SASL looks for its file there.
    """

    facts: Facts
    now: datetime
    open_ports: frozenset[int] | None = None
    labels: Mapping[PurePosixPath, str] = field(default_factory=dict)
    addresses: frozenset[Address] | None = None
    under_way: PfwizardError | None = None
    smtpd_conf_places: tuple[PurePosixPath, ...] | None = None

    @property
    def main(self) -> MainCf:
        return self.facts.configuration.main

    @property
    def master(self) -> MasterCf:
        return self.facts.configuration.master

    @property
    def main_path(self) -> PurePosixPath:
        return self.facts.configuration.main_path

    @property
    def master_path(self) -> PurePosixPath:
        return self.facts.configuration.master_path

    @cached_property
    def effective(self) -> Effective:
        return Tolerant(self.main, self.facts.postfix.defaults)

    @cached_property
    def servers(self) -> tuple[Daemon, ...]:
        """Every smtpd(8) that master(8) starts."""
        servers = map(self._daemon, smtp_servers(self.master, self.effective))
        wanted = self.smtpd_conf_places
        if wanted is None:
            return tuple(servers)
        places_of = self.facts.smtpd_conf_places_of
        return tuple(each for each in servers if places_of(each.effective) == wanted)

    @cached_property
    def clients(self) -> tuple[Daemon, ...]:
        """Every smtp(8) and lmtp(8)."""
        services = [each for each in self.active if each.command in SMTP_CLIENTS]
        return tuple(map(self._daemon, services))

    @cached_property
    def daemons(self) -> tuple[Daemon, ...]:
        """Every service that master(8) starts."""
        return tuple(map(self._daemon, self.active))

    @cached_property
    def active(self) -> tuple[Service, ...]:
        """Those that count: neither overridden by another one nor disabled in main.cf."""
        return running(self.master, self.effective)

    @cached_property
    def smtp_ports(self) -> dict[int, Service]:
        """The ports that SMTP clients reach over TCP, each with its service."""
        return {
            service.endpoint.port: service
            for service in self.active
            if service.type == "inet"
            and service.command in SMTP_SERVERS
            and isinstance(service.endpoint.port, int)
        }

    @cached_property
    def settings(self) -> dict[str, Setting]:
        """The effective settings of main.cf, by name, in the order of the file."""
        return {setting.name: setting for setting in self.main.settings}

    @cached_property
    def problems(self) -> tuple[tuple[PurePosixPath, Problem], ...]:
        """Every complaint about main.cf and master.cf, with the file."""
        of_main = ((self.main_path, problem) for problem in self.main.problems())
        of_master = ((self.master_path, problem) for problem in self.master.problems())
        return (*of_main, *of_master)

    def smtpd(self, daemon: Daemon) -> Smtpd:
        return Smtpd(daemon.effective, self.facts.files)

    def file(self, path: PurePosixPath) -> FileState | None:
        """What stands there, or None where that could not be seen."""
        try:
            return None if path in self.facts.unseen else self.facts.file(path)
        except KeyError:
            return None

    def in_force(self, parameter: str, daemons: Iterable[Daemon]) -> Iterator[InForce]:
        """Each value of a parameter once, with the place where it is set."""
        found: dict[tuple[Place, str], list[Daemon]] = {}
        for daemon in daemons:
            key = self.place_of(parameter, daemon.service), daemon.effective.value(parameter)
            found.setdefault(key, []).append(daemon)
        for (place, value), going_by in found.items():
            yield InForce(parameter, value, place, tuple(going_by))

    def place_of(self, parameter: str, service: Service | None = None) -> Place:
        """Where the value of a parameter is set, or would be, for a service or for all."""
        if service is not None and service.option(parameter) is not None:
            return self._option_place(parameter, service)
        setting = self.settings.get(parameter)
        return Place(self.main_path, setting.line if setting else None)

    def place_of_service(self, service: Service) -> Place:
        return Place(self.master_path, service.line, name_of(service))

    def _option_place(self, parameter: str, service: Service) -> Place:
        entry = Entry(self.master.lines_of(service))
        placed = [each for each in entry.arguments.options if each.pair.name == parameter]
        line = service.line + entry.logical.position(placed[-1].start).line
        return Place(self.master_path, line, name_of(service))

    def _daemon(self, service: Service) -> Daemon:
        return Daemon(service, self.effective.of(service))


def name_of(service: Service) -> str:
    """As postconf(1) calls it."""
    return f"{service.name}/{service.type}"
