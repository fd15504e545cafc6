"""``pfwizard verify``: the servers are talked to as their clients do it."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from pfwizard.apply.disk.explained import explained
from pfwizard.apply.trial_files import Occasion
from pfwizard.cli.arguments import Arguments
from pfwizard.cli.ca_secrets import asked_on_the_terminal
from pfwizard.cli.given_file import content_of
from pfwizard.cli.renewal import authority_in, known_files, with_files
from pfwizard.cli.report import Report, Result
from pfwizard.cli.streams import NARROWEST, folded
from pfwizard.cli.terminal import has_terminal
from pfwizard.cli.verify_arguments import VerifyOptions
from pfwizard.engine import Job
from pfwizard.errors import Failed, UsageError
from pfwizard.expiry.judgement import Level
from pfwizard.machine.facts import Facts, gather
from pfwizard.pki.certificates import load_certificates
from pfwizard.pki.errors import NotACertificate
from pfwizard.plan.authorities.known_authorities import USUAL
from pfwizard.plan.server.served import served_files
from pfwizard.prove.certificate_probes import excused_by_another_port
from pfwizard.prove.conversation import Trust
from pfwizard.prove.diagnosis import diagnosed
from pfwizard.prove.expectations import files_of_expectations
from pfwizard.prove.known_roots import trust_in_known_roots
from pfwizard.prove.live_proof import Stopped, proved_servers
from pfwizard.prove.means import Means
from pfwizard.prove.mechanisms import Login
from pfwizard.prove.server import Expectation, Security, Server, Standing
from pfwizard.prove.trial import Trial, keep
from pfwizard.prove.verdict import MARKS, Outcome, Statements, Verdict
from pfwizard.prove.verification import all_verified
from pfwizard.quoting import visible
from pfwizard.secret import Secret

PORTS = {25: Security.STARTTLS, 465: Security.IMPLICIT, 587: Security.STARTTLS}
"""Those that are asked where none is named, and how TLS begins there (RFC 8314)."""

COPY_OF_THE_CA = (
    "The CA that the answers name is trusted beside those of the system. Put a copy of its "
    "certificate there, or leave out --answers."
)

BELOW = "    "
"""How the rest of an outcome begins where a terminal has no room for it beside the probe."""


def verify(job: Job, given: Arguments) -> Report:
    """Talk to every server that is meant; of this machine the history keeps the last result.

    Raises Failed when this machine cannot be read or has no server, UsageError when no password
    is to be had.
    """
    options = given.verification
    login = login_of(options)
    if options.host is None:
        outcomes = _found_here(job, given, login)
        keep(job.state, Trial.now(Occasion.VERIFY, outcomes))
    else:
        outcomes = _outcomes_there(options.host, given, login)
    return Report(Result.UNCHANGED, _level(outcomes), outcomes=outcomes, words=_summary(outcomes))


def _found_here(job: Job, given: Arguments, login: Login | None) -> tuple[Outcome, ...]:
    """A Postfix that does not run is a failure, too, and the worst one."""
    try:
        return _outcomes_here(job, given, login)
    except Stopped as stopped:
        return (Statements("answers", "Postfix").failed(stopped.message, stopped.remedy),)


def _outcomes_here(job: Job, given: Arguments, login: Login | None) -> tuple[Outcome, ...]:
    """Of the servers of this machine; raises Failed when it cannot be read or has none."""
    facts = _looked_at(job, given)
    means = Means(trust_of(facts, given.verification), Standing.NEIGHBOUR, login)
    return proved_servers(facts, means, given.verification.ports)


def _outcomes_there(host: str, given: Arguments, login: Login | None) -> tuple[Outcome, ...]:
    address = _address_of(host)
    means = Means(_trust_of_others(given), _standing_at(address), login)
    expected = _there(host, address, given.verification.ports)
    return diagnosed(excused_by_another_port(all_verified(expected, means)), log=())


def login_of(options: VerifyOptions) -> Login | None:
    """Who is to log in, if anybody; raises UsageError where no password is to be had."""
    if options.user is None:
        return None
    password = options.password.read()
    if password is None and not has_terminal():
        raise UsageError(
            f"nobody can be asked for the password of {options.user}",
            "Name a file with --password-file FILE, or a descriptor with --password-fd NUMBER.",
        )
    typed = password or Secret(asked_on_the_terminal(f"Password of {options.user}: "))
    return Login(options.user, typed)


def _looked_at(job: Job, given: Arguments) -> Facts:
    """The machine, with the certificates of its servers and the CAs that it may have."""
    facts = gather(job.tree, job.config_directory, ())
    with explained(job.state_directory):
        known = known_files(job, given.answers)
    served = served_files(facts.configuration.master, facts.effective)
    paths = (*files_of_expectations(facts), *served.authorities, *known, USUAL[0])
    missing = [path for path in dict.fromkeys(paths) if path not in facts.files]
    return with_files(job, facts, tuple(missing))


def trust_of(facts: Facts, options: VerifyOptions) -> Trust:
    """That of a client which has been given the CA of this machine."""
    return replace(shown_by(options), roots=trust_in_known_roots(facts).roots)


def _trust_of_others(given: Arguments) -> Trust:
    """That of a client of another host: the roots of the system, and a CA that answers name."""
    named = authority_in(given.answers)
    roots = "" if named is None else _certificates_in(Path(named.certificate))
    return replace(shown_by(given.verification), roots=roots)


def _certificates_in(path: Path) -> str:
    """Raises Failed for a file without any."""
    try:
        found = load_certificates(content_of(path), "the CA certificate")
    except OSError as error:
        raise Failed(f"{path}: {error.strerror}", COPY_OF_THE_CA) from error
    except NotACertificate as error:
        raise Failed(f"{path}: {error.message}", error.remedy) from error
    return "".join(each.pem().decode("ascii") for each in found)


def shown_by(options: VerifyOptions) -> Trust:
    """That of a client which trusts nobody yet, and shows the certificate that was given."""
    return Trust(client_certificate=options.client_certificate, client_key=options.client_key)


def _address_of(host: str) -> str:
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError) as error:  # the latter where a label is empty or too long
        why = error.strerror if isinstance(error, OSError) else "no host can have this name"
        raise Failed(
            f"{visible(host)}: the name has no address: {why}",
            "Check --host, and how this machine looks names up (/etc/resolv.conf).",
        ) from error


def _standing_at(address: str) -> Standing:
    """An address that can be bound to is our own."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as ours:
        try:
            ours.bind((address, 0))
        except OSError:
            return Standing.STRANGER
    return Standing.NEIGHBOUR


def _there(host: str, address: str, ports: tuple[int, ...]) -> Iterator[Expectation]:
    for port in ports or PORTS:
        server = Server(address, port, PORTS.get(port, Security.STARTTLS), host)
        yield Expectation(server, must_answer=bool(ports), public_port=port)


def _level(outcomes: tuple[Outcome, ...]) -> Level:
    verdicts = {outcome.verdict for outcome in outcomes}
    if Verdict.FAIL in verdicts:
        return Level.CRITICAL
    return Level.OK if Verdict.PASS in verdicts else Level.UNKNOWN


def _summary(outcomes: tuple[Outcome, ...]) -> str:
    numbers = {
        verdict: sum(outcome.verdict is verdict for outcome in outcomes) for verdict in Verdict
    }
    return (
        f"{numbers[Verdict.PASS]} passed, {numbers[Verdict.FAIL]} failed, "
        f"{numbers[Verdict.SKIPPED]} skipped."
    )


def lines_of(outcomes: tuple[Outcome, ...], width: int | None) -> Iterator[str]:
    """By server a line for each, and what to do below it, broken where a terminal is this wide."""
    longest = max((len(_subject(outcome)) for outcome in outcomes), default=0)
    for server, about in groupby(outcomes, key=lambda outcome: outcome.target.split()[0]):
        yield server
        for outcome in about:
            begin = f"  {MARKS[outcome.verdict]:<7}  {_subject(outcome):<{longest}}  "
            yield from _in_columns(outcome, begin, width)


def _in_columns(outcome: Outcome, begin: str, width: int | None) -> Iterator[str]:
    has_room = width is None or width - len(begin) >= NARROWEST
    indentation = " " * len(begin) if has_room else BELOW
    for part in filter(None, (outcome.detail, outcome.remedy)):
        yield from folded(f"{begin}{part}", width, indentation).split("\n")
        begin = indentation


def _subject(outcome: Outcome) -> str:
    """The probe, and what it was made with, such as a mechanism."""
    return " ".join([outcome.probe, *outcome.target.split()[1:]])
