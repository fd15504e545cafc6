"""What a run prints for people: diffs on standard output, everything else on standard error."""

import sys
from collections.abc import Iterator
from typing import TextIO

from pfwizard.cli.demonstration import listing
from pfwizard.cli.report import Report, Result
from pfwizard.cli.streams import harmless, say, takes_colours
from pfwizard.errors import ExitStatus, PfwizardError
from pfwizard.plan.diff import unified_diff
from pfwizard.plan.plan import Action, Change, ChangeKind, Finding, JoinGroup, Plan

RED, GREEN, CYAN, BOLD, PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[36m", "\x1b[1m", "\x1b[0m"

DIFF_COLOURS = {"---": BOLD, "+++": BOLD, "@@": CYAN, "-": RED, "+": GREEN}
"""By the start of the line; the first that fits decides."""

ENDINGS = {
    Result.UNCHANGED: "Nothing to do: everything is as the answers ask.",
    Result.PENDING: "Nothing was changed: this was a dry run.",
    Result.APPLIED: "Done.",
}


SHOWING_CHANGES = (Result.PENDING, Result.REFUSED)
"""After any other end the diffs would bury what the operator has to read."""

UNCHANGED = "Nothing was changed."


def show_step(words: str) -> None:
    """A step of the walk as it begins."""
    say(f"  {words} ...")


def show_report(report: Report) -> None:
    """Print the plan, its findings and how the run ended."""
    if report.plan is not None:
        if report.result in SHOWING_CHANGES or report.demonstration is not None:
            show_changes(report.plan)
        for finding in report.plan.findings:
            say(_finding(finding))
    if report.error is not None and not (report.plan and report.plan.refusals):
        show_error(report.error)
    elif report.result is Result.REFUSED:
        say("pfwizard: refused, and nothing was changed.")
    else:
        say(_ending(report))
    show_demonstration(report)


def show_demonstration(report: Report) -> None:
    """Where the result of a demonstration can be looked at."""
    if report.demonstration is not None:
        say("\n".join(listing(report.demonstration)))


def _ending(report: Report) -> str:
    words = ENDINGS[report.result]
    if report.transaction is None or report.plan is None:
        return words
    count = len([change for change in report.plan.changes if change.kind is not ChangeKind.MKDIR])
    files = "1 file" if count == 1 else f"{count} files"
    return f"{words} {files} written, transaction {report.transaction}."


def show_changes(plan: Plan) -> None:
    """Every change as a diff, and the actions after them, on standard output."""
    for change in plan.changes:
        for line in _shown(change):
            print(_coloured(harmless(line), sys.stdout))
    for action in plan.actions:
        print(harmless(f"# {_described(action)}"))
    if sys.stdout is not None:
        sys.stdout.flush()  # before what comes on standard error


def _shown(change: Change) -> Iterator[str]:
    if change.kind is ChangeKind.MKDIR:
        yield f"# create the directory {change.path}, mode {change.mode:04o}"
        return
    if change.kind is ChangeKind.CREATE or change.summary:
        yield f"# {change.kind.value} {change.path}, mode {change.mode:04o}"
    diff = unified_diff(change)
    if change.summary or diff is None:
        yield from (f"#   {line}" for line in change.summary)
    else:
        yield from diff.rstrip("\n").split("\n")


def _described(action: Action) -> str:
    if isinstance(action, JoinGroup):
        return f"make {action.user} a member of the group {action.group}"
    return "reload Postfix"


def _coloured(line: str, stream: TextIO | None) -> str:
    if not takes_colours(stream):
        return line
    for start, colour in DIFF_COLOURS.items():
        if line.startswith(start):
            return f"{colour}{line}{PLAIN}"
    return line


def _finding(finding: Finding) -> str:
    return f"{finding.severity.value}: {finding.message}.\n  {finding.remedy}"


def show_error(error: PfwizardError) -> None:
    """What went wrong, where, and what to do about it."""
    say(f"pfwizard: {error}")
    if error.exit_status is ExitStatus.FAILED and UNCHANGED not in error.remedy:
        say(f"  {UNCHANGED}")
