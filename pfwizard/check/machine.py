"""What is wrong with the machine rather than with what is written."""

from collections.abc import Iterator

from pfwizard.check.inspection import Inspection
from pfwizard.check.place import Place
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.enumeration import listed
from pfwizard.machine.tree import OnlyForRoot
from pfwizard.plan.plan import Severity
from pfwizard.plan.planner import OLDEST

OTHERS_WRITE = 0o022
ROOT = 0

UNFIT = ("home_t", "tmp_t", "default_t", "unlabeled_t")
"""How the types end of what was moved here from elsewhere; cp and a new file take on that of the
directory (restorecon(8))."""

LOOPBACK = frozenset({"localhost", "loopback-only", "127.0.0.1", "[::1]", "::1"})

FOR_OTHERS = (465, 587)


def _writable(inspection: Inspection) -> Iterator[Occurrence]:
    directory = inspection.facts.postfix.config_directory
    for path in (inspection.main_path, inspection.master_path, directory):
        state = inspection.file(path)
        if state is None or not state.exists:
            continue
        if state.mode & OTHERS_WRITE:
            yield Occurrence(
                f"others than root can change this (mode {state.mode:04o}), and with it have "
                "programs run as root",
                f"chmod go-w {state.real}",
                Place(path),
            )
        elif state.uid != ROOT:
            yield Occurrence(
                f"this belongs to the user with the number {state.uid}, who can have programs "
                "run as root with it",
                f"chown root {state.real}",
                Place(path),
            )


def _mislabelled(inspection: Inspection) -> Iterator[Occurrence]:
    for path, label in inspection.labels.items():
        if label.endswith(UNFIT):
            yield Occurrence(
                f"SELinux knows this file as {label}, which Postfix may not read where SELinux is "
                "enforced",
                f"restorecon -v {path}",
                Place(path),
            )


def _too_old(inspection: Inspection) -> Iterator[Occurrence]:
    version = inspection.facts.postfix.version
    if version < OLDEST:
        yield Occurrence(
            f"this is Postfix {version}, which nobody looks after any more", "Upgrade Postfix."
        )


def _not_running(inspection: Inspection) -> Iterator[Occurrence]:
    if not inspection.facts.is_running and not inspection.facts.works_on_a_tree:
        yield Occurrence(
            "Postfix does not run", "Start it with the service manager, or with postfix start."
        )


def _not_open(inspection: Inspection) -> Iterator[Occurrence]:
    if inspection.open_ports is None:
        return
    for port, service in inspection.smtp_ports.items():
        if port not in inspection.open_ports:
            yield Occurrence(
                f"Postfix runs, and does not listen on port {port}: master.cf was changed since, "
                "or the port is taken by another program",
                "postfix reload; after a change of inet_interfaces or inet_protocols stop and "
                "start it. The mail log says whether the address is in use.",
                inspection.place_of_service(service),
            )


def _loopback(inspection: Inspection) -> Iterator[Occurrence]:
    interfaces = inspection.effective.elements("inet_interfaces")
    if not interfaces or not set(interfaces) <= LOOPBACK:
        return
    unreachable = [
        each
        for each in inspection.servers
        if each.service.endpoint.port in FOR_OTHERS and not each.service.endpoint.host
    ]
    for value in inspection.in_force("inet_interfaces", unreachable):
        yield Occurrence(
            f"only this machine itself can reach {listed(each.name for each in value.daemons)}",
            "Set inet_interfaces = all, and stop and start Postfix: a reload is not enough.",
            value.place,
            str(value),
        )


def _other_instances(inspection: Inspection) -> Iterator[Occurrence]:
    others = inspection.effective.elements("multi_instance_directories")
    if others:
        yield Occurrence(
            f"there are more instances of Postfix, in {listed(others)}: nothing is said of them",
            "Name each with --config-dir.",
            inspection.place_of("multi_instance_directories"),
        )


def _only_for_root(inspection: Inspection) -> Iterator[Occurrence]:
    unseen = inspection.facts.unseen.items()
    hidden = sorted(path for path, error in unseen if isinstance(error, OnlyForRoot))
    if hidden:
        yield Occurrence(
            f"only root can see {listed(map(str, hidden))}: nothing is said of what is in there",
            "Run pfwizard check as root.",
        )


def _out_of_reach(inspection: Inspection) -> Iterator[Occurrence]:
    for path, error in sorted(inspection.facts.unseen.items()):
        if not isinstance(error, OnlyForRoot):
            yield Occurrence(
                f"nothing is said of what is in here, and Postfix fares no better: {error.message}",
                error.remedy,
                Place(path),
            )


RULES = (
    Rule(
        "configuration-writable",
        Severity.WARNING,
        "A configuration that others than root can change",
        "The master runs as root whatever master.cf names. postfix check looks for this too.",
        _writable,
    ),
    Rule(
        "file-mislabelled",
        Severity.WARNING,
        "A file that SELinux keeps from Postfix",
        "A file that is moved keeps the label of where it was made, such as a home directory.",
        _mislabelled,
    ),
    Rule(
        "postfix-too-old",
        Severity.WARNING,
        "A Postfix that nobody supports",
        "The authors look after the last four releases, and distributions after some older ones.",
        _too_old,
    ),
    Rule(
        "postfix-not-running",
        Severity.NOTE,
        "A Postfix that does not run",
        "Only the files were looked at.",
        _not_running,
    ),
    Rule(
        "port-not-open",
        Severity.WARNING,
        "A service on a port that is not open",
        "The master opens the ports of master.cf when it starts and when it is told to reload.",
        _not_open,
    ),
    Rule(
        "loopback-only",
        Severity.NOTE,
        "Services that no other machine can reach",
        "Red Hat's package sets inet_interfaces = localhost. The parameter is read when the "
        "master starts.",
        _loopback,
    ),
    Rule(
        "other-instances",
        Severity.NOTE,
        "More instances of Postfix on this machine",
        "Each has a main.cf and a master.cf of its own (postmulti(1)).",
        _other_instances,
    ),
    Rule(
        "not-root",
        Severity.NOTE,
        "Files that only root can see",
        "Private keys, and the configuration of SASL where it has passwords in it.",
        _only_for_root,
    ),
    Rule(
        "file-out-of-reach",
        Severity.WARNING,
        "A file that nobody can read",
        "Links that lead in a circle, or a disk with an error, keep even root from it.",
        _out_of_reach,
    ),
)
