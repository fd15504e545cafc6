"""What the first page says of the machine: what is there, what is configured, what is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.cf.problem import Severity as Weight
from pfwizard.enumeration import listed
from pfwizard.expiry.limits import USUAL
from pfwizard.machine.authdaemond_sockets import found_sockets, states_of_sockets
from pfwizard.machine.effective import Smtpd
from pfwizard.machine.facts import Facts, gather
from pfwizard.machine.platforms.record import Need
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.pki.certificates import load_certificates
from pfwizard.pki.errors import PkiError
from pfwizard.plan.plan import Severity, SmtpPort
from pfwizard.plan.planner import OLDEST
from pfwizard.plan.relay.open_relay import is_closed
from pfwizard.plan.sasl.security import takes_passwords_in_clear
from pfwizard.plan.services import ports_of, smtp_servers
from pfwizard.wizard.certificates_in_use import files_in_use
from pfwizard.wizard.suggested_certificates import private_files
from pfwizard.wizard.suggested_logins import logins
from pfwizard.wizard.suggestions import files_to_look_at

if TYPE_CHECKING:
    from pfwizard.engine import Job

CERTIFICATE_PARAMETERS = ("smtpd_tls_cert_file", "smtpd_tls_eccert_file", "smtpd_tls_CAfile")
CHAIN_PARAMETER = "smtpd_tls_chain_files"

PORTS = {25: "Port 25 (mail)", 465: "Port 465 (smtps)", 587: "Port 587 (submission)"}


@dataclass(frozen=True)
class Observation:
    """One thing about the machine. Without a ``severity`` it is neither good nor bad."""

    subject: str
    state: str
    remedy: str = ""
    severity: Severity | None = None


def look(job: "Job") -> Facts:
    """Gather what there is to observe: the default paths, and those that main.cf names today.

    Raises Failed where Postfix or its configuration cannot be found or read.
    """
    facts = gather(job.tree, job.config_directory, files_to_look_at())
    named = [
        *files_to_look_at(),
        *_certificates_in_use(facts),
        *files_in_use(facts),
        *private_files(facts),
    ]
    return gather(job.tree, job.config_directory, named)


def observe(facts: Facts, now: datetime) -> tuple[Observation, ...]:
    """Everything worth saying; ``now`` decides what has expired."""
    return tuple(found for about in SUBJECTS for found in about(facts, now))


def _platform(facts: Facts, now: datetime) -> Iterator[Observation]:
    platform = facts.platform
    if platform.assumed_for:
        yield Observation(
            "Platform",
            f"{platform.assumed_for}, taken for {platform.name}",
            "Where it has files elsewhere, correct the paths.",
            Severity.NOTE,
        )
    elif platform.is_known and platform.sasl_directories.is_verified:
        yield Observation("Platform", platform.name)
    elif platform.is_known:
        yield Observation(
            "Platform",
            platform.name,
            "Where smtpd.conf belongs was not seen in its package; look at it in the review.",
            Severity.NOTE,
        )
    else:
        yield Observation(
            "Platform",
            "not one that pfwizard knows",
            "Where smtpd.conf belongs is a guess here; look at it in the review.",
            Severity.WARNING,
        )


def _postfix(facts: Facts, now: datetime) -> Iterator[Observation]:
    postfix = facts.postfix
    state = "running" if facts.is_running else "not running"
    if facts.works_on_a_tree:
        state = "in a tree, where nothing is run"
    what = f"{postfix.version}, {postfix.config_directory}, {state}"
    if postfix.version < OLDEST:
        yield Observation("Postfix", what, "Upgrade Postfix first.", Severity.REFUSAL)
    elif not facts.is_running and not facts.works_on_a_tree:
        yield Observation(
            "Postfix", what, "The change takes effect when it is started.", Severity.WARNING
        )
    else:
        yield Observation("Postfix", what)


def _problems(facts: Facts, now: datetime) -> Iterator[Observation]:
    """Lines that Postfix does not read as their author meant them."""
    files = facts.configuration
    for path, problems in (
        (files.main_path, files.main.problems()),
        (files.master_path, files.master.problems()),
    ):
        for problem in problems:
            is_fatal = problem.severity is Weight.FATAL
            yield Observation(
                f"{path}:{problem.line}",
                problem.message,
                "Postfix cannot read this line: correct it first." if is_fatal else "",
                Severity.REFUSAL if is_fatal else Severity.WARNING,
            )


def _ports(facts: Facts, now: datetime) -> Iterator[Observation]:
    ports = {each.port: each for each in ports_of(facts.configuration.master, facts.effective)}
    for number, name in PORTS.items():
        yield Observation(name, _port_state(ports.get(number)))


def _port_state(port: SmtpPort | None) -> str:
    if port is None:
        return "off"
    if not port.offers_tls:
        return "on, without TLS"
    return "on, with STARTTLS" if port.greets else "on, with TLS at once"


def _logins(facts: Facts, now: datetime) -> Iterator[Observation]:
    """What each SMTP server says counts, and not main.cf alone."""
    servers = smtp_servers(facts.configuration.master, facts.effective)
    contexts = [(service.name, facts.effective.of(service)) for service in servers]
    on = [each for each in contexts if each[1].is_on("smtpd_sasl_auth_enable")]
    if not on:
        yield Observation("Logins", "off")
        return
    through = listed(dict.fromkeys(effective.value("smtpd_sasl_type") for _, effective in on))
    where = "on" if len(on) == len(contexts) else f"on for {listed(name for name, _ in on)} only"
    in_clear = [name for name, effective in on if takes_passwords_in_clear(effective)]
    if in_clear:
        yield Observation(
            "Logins",
            f"{where}, through {through}; passwords may cross the net in clear to "
            f"{listed(in_clear)}",
            'Answer yes to "Log in over TLS only".',
            Severity.WARNING,
        )
    else:
        yield Observation("Logins", f"{where}, through {through}")


def _password_checker(facts: Facts, now: datetime) -> Iterator[Observation]:
    today = dict(logins(facts)).get("sasl.backend")
    if today not in (None, SaslBackend.AUTHDAEMOND.value):
        yield Observation("Password checker", str(today))
        return
    found = found_sockets(facts)
    if found:
        yield Observation("authdaemond", f"its socket is {found[0]}")
    elif any(state.kind is FileKind.OTHER for state in states_of_sockets(facts)):
        yield Observation("authdaemond", "only root can see where its socket is")
    elif facts.platform.lacks(Need.AUTHDAEMOND):
        yield Observation("authdaemond", f"{facts.platform.name} has no package of it")
    else:
        package = facts.platform.package(Need.AUTHDAEMOND)
        yield Observation(
            "authdaemond",
            "no socket was found where it is expected",
            f"For logins through it, install and start {package}.",
            Severity.NOTE,
        )


def _plugins(facts: Facts, now: datetime) -> Iterator[Observation]:
    if facts.sasl_plugins is None:
        yield Observation(
            "SASL plug-ins",
            "none were found",
            facts.platform.how_to_install((Need.PLAIN, Need.LOGIN)),
            Severity.WARNING,
        )
    else:
        known = sorted(name for name in facts.sasl_plugins if name in ("plain", "login"))
        state = f"{listed(known)}, for passwords" if known else "neither plain nor login"
        yield Observation("SASL plug-ins", state)


def _certificates(facts: Facts, now: datetime) -> Iterator[Observation]:
    for path in _certificates_in_use(facts):
        yield _certificate(facts.file(path), now)


def _certificate(state: FileState, now: datetime) -> Observation:
    subject, content = f"Certificate {state.path}", state.content
    if state.kind is FileKind.OTHER:
        return Observation(subject, "is named in main.cf, and cannot be read")
    if content is None:
        return Observation(subject, "is named in main.cf, and is not there", "", Severity.WARNING)
    try:
        facts = load_certificates(content)[0].facts
    except PkiError as error:
        return Observation(subject, error.message, error.remedy, Severity.WARNING)
    days = (facts.not_after - now).days
    until = f"{facts.subject}, valid until {facts.not_after:%Y-%m-%d}"
    if days < 0:
        return Observation(subject, f"{until}: it has expired", "Replace it.", Severity.WARNING)
    if days < USUAL.warning:
        return Observation(subject, f"{until}: {days} days left", "", Severity.WARNING)
    return Observation(subject, until)


def _relay(facts: Facts, now: datetime) -> Iterator[Observation]:
    if not is_closed(Smtpd(facts.effective, facts.files)):
        yield Observation(
            "Relay",
            "strangers may send mail to everywhere through this server: an open relay",
            "The review says which setting does it, and the change is refused until it is closed.",
            Severity.REFUSAL,
        )


SUBJECTS: tuple[Callable[[Facts, datetime], Iterator[Observation]], ...] = (
    _platform,
    _postfix,
    _problems,
    _relay,
    _ports,
    _certificates,
    _logins,
    _password_checker,
    _plugins,
)


def _certificates_in_use(facts: Facts) -> list[PurePosixPath]:
    """The files with certificates that main.cf names; each once."""
    effective = facts.effective
    names = [effective.value(parameter) for parameter in CERTIFICATE_PARAMETERS]
    names += effective.elements(CHAIN_PARAMETER)
    return list(dict.fromkeys(PurePosixPath(name) for name in names if name.startswith("/")))
