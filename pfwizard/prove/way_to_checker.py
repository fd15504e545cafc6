"""The way of a server to a password checker's socket: every directory on it, in its own eyes."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from pfwizard.machine.accounts import Accounts
from pfwizard.machine.effective import Effective
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.sasl.asked import Checker, Kind
from pfwizard.plan.sasl.socket import Reach, Reachability, reachability
from pfwizard.prove.server import Obstacle, PasswordChecker

OPTIONS: Mapping[Kind, str] = {
    Kind.SASLAUTHD: "saslauthd_path",
    Kind.AUTHDAEMOND: "authdaemond_path",
    Kind.DOVECOT: "smtpd_sasl_path",
}
"""What names the socket: of Dovecot's in main.cf, of the others in smtpd.conf."""


def looked_at_for(checker: Checker) -> tuple[PurePosixPath, ...]:
    """The files of which the facts must know."""
    return (checker.seen, checker.path) if checker.path.is_absolute() else (checker.seen,)


def way_to(facts: Facts, effective: Effective, checker: Checker) -> PasswordChecker:
    """The password checker of a server, and what is in the way of Postfix's user."""
    named_in = _file_that_names(facts, effective, checker)
    name, obstacle = checker.kind.value, _obstacle(facts, checker, named_in)
    return PasswordChecker(name, checker.seen, obstacle=obstacle)


def _obstacle(facts: Facts, checker: Checker, named_in: PurePosixPath) -> Obstacle | None:
    user = facts.effective.value("mail_owner")
    found = reachability(facts, checker.seen, user)
    match found.reach:
        case Reach.REACHED:
            return None
        case Reach.ABSENT:
            return _absent(facts, checker, named_in)
        case Reach.NO_SOCKET:
            return _no_socket(facts, checker, named_in)
        case Reach.NEEDS_GROUP | Reach.CLOSED:
            return _closed(facts, checker, found, user)


def _absent(facts: Facts, checker: Checker, named_in: PurePosixPath) -> Obstacle:
    name, path, seen = checker.kind.value, checker.path, checker.seen
    if path.is_absolute() and path != seen and facts.file(path).exists:
        return Obstacle(
            f"smtpd is in the chroot jail, where the socket {path} of {name} would be {seen}, and "
            "that is not there",
            "Write n in the chroot column of the service in master.cf, or have "
            f"{name} make its socket there.",
        )
    return Obstacle(
        f"the socket of {name}, {seen}, is not there: {name} is stopped, or has it elsewhere",
        f"Start {name}, or correct {OPTIONS[checker.kind]} in {named_in}.",
    )


def _no_socket(facts: Facts, checker: Checker, named_in: PurePosixPath) -> Obstacle:
    name, seen = checker.kind.value, checker.seen
    if facts.file(seen).kind is FileKind.DIRECTORY:
        return Obstacle(
            f"{seen} is a directory, and no socket of {name}",
            f"Name the socket in it, with {OPTIONS[checker.kind]} in {named_in}.",
        )
    return Obstacle(
        f"{seen} is no socket of {name}",
        f"Correct {OPTIONS[checker.kind]} in {named_in}.",
    )


def _closed(facts: Facts, checker: Checker, found: Reachability, user: str) -> Obstacle:
    what = f"reach the socket of {checker.kind.value}, {checker.seen}"
    return closed_way(facts, facts.file(found.closed_at or checker.seen), found, user, what)


def closed_way(
    facts: Facts, state: FileState, found: Reachability, user: str, what: str
) -> Obstacle:
    """Where the user may not pass, and so cannot do ``what``."""
    begin = f"the user {user} cannot {what}: {state.path} is {_described(state, facts.accounts)}"
    if found.group is None:
        return Obstacle(begin, f"Give {user} access to {state.path}.")
    group = found.group.name
    return Obstacle(
        f"{begin}, and {user} is not in the group {group}",
        f"usermod -aG {group} {user}, and then reload Postfix.",
    )


def _described(state: FileState, accounts: Accounts) -> str:
    """As an operator reads it: ``0750 courier:courier``."""
    owners = (name for name, (number, _) in accounts.users.items() if number == state.uid)
    owner, group = next(owners, state.uid), accounts.group(state.gid)
    return f"{state.mode:04o} {owner}:{group.name if group else state.gid}"


def _file_that_names(facts: Facts, effective: Effective, checker: Checker) -> PurePosixPath:
    if checker.kind is Kind.DOVECOT:
        return facts.configuration.main_path
    return facts.smtpd_conf_of(effective)
