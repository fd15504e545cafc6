"""The report as one JSON object for programs."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pfwizard.answers.reading import InvalidAnswers
from pfwizard.cli.report import Report, Result
from pfwizard.cli.status_output import status_document
from pfwizard.errors import ExitStatus, PfwizardError
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
from pfwizard.prove.verdict import as_document

if TYPE_CHECKING:
    from pfwizard.apply.history import Entry
    from pfwizard.prove.trial import Trial

FORMAT = 1

KINDS = {ChangeKind.RMDIR: "delete"}
"""Where the contract's word for a change is another one than ours."""


def as_json(report: Report) -> str:
    """One JSON object; secrets appear as digests only."""
    plan = report.plan
    document: dict[str, object] = {
        "format": FORMAT,
        "result": report.result.value,
        "changed": _is_changed(report),
        "transaction": report.transaction,
        "changes": [_change(change) for change in _changes(report)],
        "actions": [_action(action) for action in plan.actions] if plan else [],
        "findings": [*_plan_findings(report), *_error_findings(report)],
        "verification": [as_document(each) for each in report.outcomes],
    }
    if report.entries:
        document["history"] = [_entry(entry) for entry in report.entries]
    if report.status is not None:
        document |= status_document(report.status)
    if report.clients is not None:
        from pfwizard.cli import clients

        document["clients"] = clients.as_json(report.clients)
    if report.published is not None:
        from pfwizard.cli import publication

        document["publication"] = publication.as_json(report.published)
    if report.explanation:
        document["explanation"] = list(report.explanation)
    return json.dumps(document, indent=2, ensure_ascii=True).replace("\x7f", "\\u007f")


def _changes(report: Report) -> Iterator[Change]:
    """Those of the plan, or those of the transaction that was asked for."""
    if report.plan is not None:
        yield from report.plan.changes
    for entry in report.entries if report.in_full else ():
        yield from entry.changes()


def _entry(entry: "Entry") -> dict[str, object]:
    from pfwizard.prove.trial import trials_of

    manifest = entry.manifest
    return {
        "transaction": manifest.transaction,
        "time": manifest.time,
        "result": entry.result,
        "undoes": manifest.undoes,
        "undone_by": entry.undone_by,
        "trials": [_trial(trial) for trial in trials_of(entry)],
    }


def _trial(trial: "Trial") -> dict[str, object]:
    """What probes have found of the change, and when."""
    return {
        "occasion": trial.occasion.value,
        "time": trial.time.isoformat(),
        "verification": [as_document(outcome) for outcome in trial.outcomes],
    }


def _is_changed(report: Report) -> bool:
    """Whether the machine is another one now; also where putting everything back failed."""
    half_done = report.exit_status is ExitStatus.NEEDS_HUMAN and report.transaction is not None
    by_command = report.result is Result.ROLLED_BACK and report.exit_status is ExitStatus.DONE
    return half_done or by_command or report.result is Result.APPLIED


def _change(change: Change) -> dict[str, object]:
    return {
        "path": str(change.path),
        "kind": KINDS.get(change.kind, change.kind.value),
        "secret": change.secret,
        "diff": unified_diff(change),
        "before_sha256": change.before_sha256,
        "after_sha256": change.after_sha256,
    }


def _action(action: Action) -> dict[str, object]:
    if isinstance(action, JoinGroup):
        return {"action": "join-group", "user": action.user, "group": action.group}
    if isinstance(action, LeaveGroup):
        return {"action": "leave-group", "user": action.user, "group": action.group}
    if isinstance(action, EnterInLedger):
        return _entered(action)
    if isinstance(action, RestartDaemon):
        return {
            "action": "restart-daemon",
            "service": action.service,
            "socket": None if action.socket is None else str(action.socket),
        }
    if isinstance(action, StopDaemon):
        return {"action": "stop-daemon", "service": action.service}
    ports = [port.port for port in action.ports]
    if isinstance(action, Restart):
        return {"action": "restart", "ports": ports, "because": list(action.because)}
    return {"action": "reload", "ports": ports}


def _entered(action: EnterInLedger) -> dict[str, object]:
    """An entry of the ledger: the serial number is in hexadecimal, as openssl shows it."""
    what = "issued" if isinstance(action.entry, Issued) else "revoked"
    return {"action": "enter-in-ledger", "what": what, "serial": f"{action.entry.serial:X}"}


def _plan_findings(report: Report) -> Iterator[dict[str, object]]:
    for finding in report.plan.findings if report.plan else ():
        yield _finding(finding)
    for finding in report.status.findings if report.status else ():
        yield _finding(finding)
    for finding in report.published.findings if report.published else ():
        yield _finding(finding)
    if report.checked is not None:
        from pfwizard.cli.check_output import findings_document

        yield from findings_document(report.checked)


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "id": finding.identifier,
        "severity": finding.severity.value,
        "message": finding.message,
        "remedy": finding.remedy,
    }


def _error_findings(report: Report) -> Iterator[dict[str, object]]:
    error = report.error
    if isinstance(error, InvalidAnswers):
        for mistake in error.mistakes:
            place = f"{error.file}:{mistake.line}" if mistake.line else error.file
            subject = f"{mistake.key}: " if mistake.key else ""
            yield _refusal("invalid-answer", f"{place}: {subject}{mistake.message}", mistake.remedy)
    elif error is not None and not (report.plan and report.plan.refusals):
        yield _refusal(_identifier(error), error.message, error.remedy)


def _identifier(error: PfwizardError) -> str:
    """``NeedsHuman`` as ``needs-human``."""
    name = type(error).__name__
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


def _refusal(identifier: str, message: str, remedy: str) -> dict[str, object]:
    return {"id": identifier, "severity": "refusal", "message": message, "remedy": remedy}
