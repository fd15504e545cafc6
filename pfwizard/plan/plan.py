"""The plan: what would change, what would be done besides, and what the operator should know."""

import hashlib
from dataclasses import dataclass, field
from enum import Enum
from pathlib import PurePosixPath

from pfwizard.pki.ledger_entries import Entry


class ChangeKind(Enum):
    CREATE = "create"
    REPLACE = "replace"
    DELETE = "delete"
    MKDIR = "mkdir"
    RMDIR = "rmdir"


@dataclass(frozen=True)
class Change:
    """One file or directory, before and after.

    ``path`` is the name the operator knows, ``real`` where its symbolic links lead. ``mode`` is
    given to what is created; a file that is replaced keeps its own, unless the change
    ``sets_mode``. A secret is never shown. ``summary`` says in lines for a person what encoded
    content, such as a certificate, is.
    """

    kind: ChangeKind
    path: PurePosixPath
    real: PurePosixPath
    mode: int
    before: bytes | None = field(default=None, repr=False)
    after: bytes | None = field(default=None, repr=False)
    secret: bool = False
    summary: tuple[str, ...] = ()
    sets_mode: bool = False

    @property
    def is_about_a_file(self) -> bool:
        return self.kind not in (ChangeKind.MKDIR, ChangeKind.RMDIR)

    @property
    def before_sha256(self) -> str | None:
        """In hexadecimal, or None where there was no file."""
        return digest(self.before)

    @property
    def after_sha256(self) -> str | None:
        """In hexadecimal, or None for a directory."""
        return digest(self.after)


def digest(content: bytes | None) -> str | None:
    """SHA-256 in hexadecimal, or None where there is no content."""
    return None if content is None else hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class SmtpPort:
    """A port on which an SMTP server should answer.

    ``greets``: it speaks first, in clear; a port with TLS from the first byte does not.
    ``offers_tls``: a handshake must succeed on it, at once or after STARTTLS. ``behind_proxy``: it
    is a proxy that speaks first, and tells of the client (smtpd_upstream_proxy_protocol).
    ``hosts``: the addresses or names before the port in master.cf, where servers on other addresses
    are to be spoken to in another way. ``elsewhere``: those of such servers, where this one has all
    the rest.
    """

    port: int
    greets: bool
    offers_tls: bool = False
    behind_proxy: bool = False
    hosts: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reload:
    """Make Postfix read its configuration again.

    ``ports``: the ports on which its SMTP servers must answer afterwards.
    """

    ports: tuple[SmtpPort, ...]


@dataclass(frozen=True)
class Restart:
    """Stop Postfix and start it again: a reload would not do for the parameters in ``because``."""

    ports: tuple[SmtpPort, ...]
    because: tuple[str, ...]


@dataclass(frozen=True)
class RestartDaemon:
    """Make a daemon that checks passwords use its new configuration.

    ``service`` is what the service manager calls it. On the way forward it comes before Postfix
    is told of anything, and is only over when somebody answers at the ``socket``; on the way back
    it comes last, and there may be none.
    """

    service: str
    socket: PurePosixPath | None


@dataclass(frozen=True)
class StopDaemon:
    """Stop a daemon that checks passwords, and that did not run before what is taken back."""

    service: str


@dataclass(frozen=True)
class JoinGroup:
    """Make a user a member of a group."""

    user: str
    group: str


@dataclass(frozen=True)
class LeaveGroup:
    """Take a user out of a group."""

    user: str
    group: str


@dataclass(frozen=True)
class EnterInLedger:
    """Enter into the ledger of certificates what was issued or revoked.

    It is done before anything else and never taken back: it has happened.
    """

    entry: Entry


Action = Reload | Restart | RestartDaemon | StopDaemon | JoinGroup | LeaveGroup | EnterInLedger


class Severity(Enum):
    """A note informs, a warning wants attention, a refusal stops the run."""

    NOTE = "note"
    WARNING = "warning"
    REFUSAL = "refusal"


@dataclass(frozen=True)
class Finding:
    """Something the operator should know: an identifier for programs, why, and what to do."""

    identifier: str
    severity: Severity
    message: str
    remedy: str


@dataclass(frozen=True)
class Premise:
    """What a file held, or None for no file, when the plan was made."""

    path: PurePosixPath
    content: bytes | None = field(repr=False)


@dataclass(frozen=True)
class Plan:
    """Changes in the order in which they are applied: what nothing refers to yet comes first.

    ``main_cf`` and ``master_cf`` are the two files as they will stand, changed or not. The plan is
    right as long as its ``premises`` are.
    """

    changes: tuple[Change, ...]
    actions: tuple[Action, ...]
    findings: tuple[Finding, ...]
    main_cf: bytes = field(repr=False)
    master_cf: bytes = field(repr=False)
    premises: tuple[Premise, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.changes and not self.actions

    @property
    def actions_to_show(self) -> tuple[Action, ...]:
        """Without those that concern pfwizard's own records alone."""
        return tuple(each for each in self.actions if not isinstance(each, EnterInLedger))

    @property
    def refusals(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.REFUSAL)


def note(identifier: str, message: str, remedy: str = "") -> Finding:
    return Finding(identifier, Severity.NOTE, message, remedy)


def warning(identifier: str, message: str, remedy: str) -> Finding:
    return Finding(identifier, Severity.WARNING, message, remedy)


def refusal(identifier: str, message: str, remedy: str) -> Finding:
    return Finding(identifier, Severity.REFUSAL, message, remedy)
