"""A plan for whoever may not read everything: shown all the same, with what it assumes."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from pfwizard.answers.answers import Answers, AuthoritySource, CertificateSource
from pfwizard.apply.disk.explained import explained
from pfwizard.apply.recovery import refuse_unfinished
from pfwizard.engine import Job, Planned, plan_on
from pfwizard.enumeration import listed
from pfwizard.errors import Failed
from pfwizard.machine.facts import Facts, gather
from pfwizard.machine.tree import FileKind, FileState, Tree
from pfwizard.plan.plan import Action, Change, Finding, JoinGroup, warning
from pfwizard.plan.planner import files_of_interest
from pfwizard.plan.sasl.checker import socket_of
from pfwizard.plan.server.others_certificate import files_beside
from pfwizard.plan.server.server_pair import pairs_of
from pfwizard.secret import Secret
from pfwizard.wizard.surroundings import look

POSTFIX_OWN = ("main.cf", "master.cf")
"""Without these there is nothing to show."""

MISSING = frozenset({"others-file-missing", "lineage-empty"})
"""Findings about files of somebody else's that are not there."""

AS_ROOT = "Run pfwizard as root to have it looked at."


@dataclass(frozen=True)
class TreeInPart(Tree):
    """A tree in which what cannot be read is neither file nor directory, and is remembered.

    ``assumed`` is what stands under some names as far as a plan goes, whatever is there.
    """

    assumed: Mapping[PurePosixPath, FileState] = field(default_factory=dict)
    unread: set[PurePosixPath] = field(default_factory=set)

    def look(self, path: PurePosixPath) -> FileState:
        if path in self.assumed:
            return self.assumed[path]
        try:
            return super().look(path)
        except Failed as error:
            if not isinstance(error.__cause__, PermissionError) or path.name in POSTFIX_OWN:
                raise
            self.unread.add(path)
            return FileState(path, path, FileKind.OTHER)


@dataclass(frozen=True)
class _Assumptions:
    """What a plan takes for granted of files that nobody here may read."""

    right: tuple[PurePosixPath, ...]
    missing: tuple[PurePosixPath, ...]
    socket: PurePosixPath | None = None

    def states(self) -> Mapping[PurePosixPath, FileState]:
        """A certificate that is there is out of the plan together with its key."""
        absent = {
            path: FileState(path, path, FileKind.ABSENT) for path in (*self.right, *self.missing)
        }
        if self.socket is None:
            return absent
        open_to_all = FileState(self.socket, self.socket, FileKind.SOCKET, mode=0o777)
        return {**absent, self.socket: open_to_all}


def plan_in_part(job: Job, answers: Answers, ca_passphrase: Secret[str] | None = None) -> Planned:
    """The plan as far as it can be made without privileges; raises PfwizardError as the whole one.

    A certificate whose key cannot be read is taken to be right, as it nearly always is.
    """
    findings = []
    if may_read_state(job):
        with explained(job.state_directory):
            refuse_unfinished(job.state)
    else:
        findings.append(_state_not_read(job))
    seen = TreeInPart(job.tree.root)
    facts = gather(seen, job.config_directory, files_of_interest(answers))
    assumed = _assumptions(answers, facts, frozenset(seen.unread))
    findings += _not_read(assumed, seen.unread)
    tree = TreeInPart(job.tree.root, assumed.states())
    made = _as_if_made(answers, assumed.right)
    planned = plan_on(tree, job.config_directory, made, ca_passphrase=ca_passphrase)
    changes = tuple(each for each in planned.plan.changes if each.path not in assumed.right)
    plan = replace(
        planned.plan,
        changes=changes,
        actions=_actions(changes, planned.plan.actions),
        findings=(*findings, *_of_what_was_read(planned.plan.findings, assumed.right)),
    )
    return replace(planned, plan=plan)


def _as_if_made(answers: Answers, right: Collection[PurePosixPath]) -> Answers:
    """The answers by which a plan makes what is taken to be right, for it to be left out."""
    ca, server = answers.ca, answers.server
    if ca.certificate in right:
        ca = replace(ca, source=AuthoritySource.CREATE, encrypted=False, name_constraints=False)
    if server.certificate in right and server.source is CertificateSource.REQUEST:
        server = replace(server, source=CertificateSource.CA)
    return replace(answers, ca=ca, server=server)


def _of_what_was_read(
    findings: Iterable[Finding], right: Collection[PurePosixPath]
) -> Iterator[Finding]:
    """Without those that miss a file of somebody else's which is taken to be right."""
    for finding in findings:
        is_missed = any(finding.message.startswith(f"{path} ") for path in right)
        if finding.identifier not in MISSING or not is_missed:
            yield finding


def look_in_part(job: Job) -> tuple[Facts, tuple[Path, ...]]:
    """What there is to observe, and the places that could not be read; raises Failed."""
    tree = TreeInPart(job.tree.root)
    facts = look(replace(job, tree=tree))
    state = () if may_read_state(job) else (job.state_directory,)
    return facts, (*(tree.outside(path) for path in sorted(tree.unread)), *state)


def may_read_state(job: Job) -> bool:
    """Whether it can be seen if a change is unfinished, or waits."""
    place = job.state_directory
    return os.access(place, os.R_OK | os.X_OK) or _is_missing(job)


def _is_missing(job: Job) -> bool:
    try:
        job.state_directory.stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def _assumptions(answers: Answers, facts: Facts, unread: frozenset[PurePosixPath]) -> _Assumptions:
    right = [
        path
        for certificate, key, *others in _belonging_together(answers)
        if facts.file(certificate).exists and key in unread
        for path in (certificate, key, *others)
    ]
    used = socket_of(facts, answers.sasl)
    socket = used if used in unread else None
    missing = sorted(unread.difference(right, [socket] if socket else []))
    return _Assumptions(tuple(right), tuple(missing), socket)


def _belonging_together(answers: Answers) -> Iterator[tuple[PurePosixPath, ...]]:
    """Files that are right or wrong together: a certificate, its key, and what else there is."""
    ca, server = answers.ca, answers.server
    if ca.source is not AuthoritySource.NONE:
        yield ca.certificate, ca.key
    is_of_others = server.source is CertificateSource.FILES
    for pair in pairs_of(server):
        others = files_beside(answers) if is_of_others else (server.request,)
        yield pair.certificate, pair.key, *others


def _not_read(assumed: _Assumptions, unread: Collection[PurePosixPath]) -> list[Finding]:
    sockets = () if assumed.socket is None else (assumed.socket,)
    return [
        warning(
            "not-read",
            f"could not be read, and {taken}: {listed(str(path) for path in paths)}",
            AS_ROOT,
        )
        for taken, paths in (
            ("is taken to be right", [path for path in assumed.right if path in unread]),
            ("is taken to be missing", assumed.missing),
            ("is taken to be there", sockets),
        )
        if paths
    ]


def _state_not_read(job: Job) -> Finding:
    return warning(
        "state-not-read",
        f"{job.state_directory} could not be read: whether an earlier change is unfinished, or "
        "waits for its confirmation, is not known",
        AS_ROOT,
    )


def _actions(changes: tuple[Change, ...], actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Nothing goes live where all that would have changed is out of the plan."""
    is_anything = changes or any(isinstance(each, JoinGroup) for each in actions)
    return actions if is_anything else ()
