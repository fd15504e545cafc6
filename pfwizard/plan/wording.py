"""A plan in words: one line for what happens to a file, an action or a finding."""

from collections.abc import Iterator

from pfwizard.enumeration import listed
from pfwizard.pki.ledger_entries import Issued
from pfwizard.plan.diff import unified_diff
from pfwizard.plan.plan import (
    Action,
    Change,
    ChangeKind,
    EnterInLedger,
    Finding,
    JoinGroup,
    LeaveGroup,
    Restart,
    RestartDaemon,
    StopDaemon,
)

VERBS = {
    ChangeKind.CREATE: "create",
    ChangeKind.REPLACE: "replace",
    ChangeKind.DELETE: "remove",
    ChangeKind.MKDIR: "create",
    ChangeKind.RMDIR: "remove",
}


def headline(change: Change) -> str:
    """What happens to the file or directory."""
    place = "" if change.is_about_a_file else "the directory "
    leads_to = "" if change.path == change.real else f" (a link to {change.real})"
    is_made = change.kind in (ChangeKind.CREATE, ChangeKind.MKDIR)
    mode = f", mode {change.mode:04o}" if is_made or change.sets_mode else ""
    return f"{VERBS[change.kind]} {place}{change.path}{leads_to}{mode}"


def headlines(change: Change) -> Iterator[str]:
    """What happens to the file, and what its content is, as comments."""
    yield f"# {headline(change)}"
    yield from (f"#   {line}" for line in change.summary)


def diff_lines(change: Change) -> list[str]:
    """The unified diff, or nothing for what is told in words instead."""
    diff = unified_diff(change)
    return [] if change.summary or diff is None else diff.rstrip("\n").split("\n")


def described(action: Action) -> str:
    """What is done besides changing files."""
    if isinstance(action, JoinGroup):
        return f"make {action.user} a member of the group {action.group}"
    if isinstance(action, LeaveGroup):
        return f"take {action.user} out of the group {action.group}"
    if isinstance(action, RestartDaemon):
        waiting = "" if action.socket is None else f", and wait for its socket {action.socket}"
        return f"restart {action.service}{waiting}"
    if isinstance(action, StopDaemon):
        return f"stop {action.service}, which did not run before"
    if isinstance(action, EnterInLedger):
        entry = action.entry
        if isinstance(entry, Issued):
            return f"enter into the ledger: issued {entry.serial:X} for {entry.subject}"
        return f"enter into the ledger: revoked {entry.serial:X}"
    if isinstance(action, Restart):
        verb = "changes" if len(action.because) == 1 else "change"
        return f"stop and start Postfix, because {listed(action.because)} {verb}"
    return "reload Postfix"


def found(finding: Finding) -> str:
    """A finding with its remedy in a second line."""
    words = f"{finding.severity.value}: {finding.message}."
    return f"{words}\n  {finding.remedy}" if finding.remedy else words
