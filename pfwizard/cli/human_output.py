"""What a run prints for people: diffs on standard output, everything else on standard error."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from pfwizard.cli.demonstration import listing
from pfwizard.cli.report import Report, Result
from pfwizard.cli.streams import say, takes_colours
from pfwizard.errors import ExitStatus, PfwizardError
from pfwizard.plan.diff import unified_diff
from pfwizard.plan.plan import Action, Change, ChangeKind, Finding, JoinGroup, Plan, Severity
from pfwizard.quoting import harmless

RED, GREEN, CYAN, BOLD, PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[36m", "\x1b[1m", "\x1b[0m"

DIFF_COLOURS = {"---": BOLD, "+++": BOLD, "@@": CYAN, "-": RED, "+": GREEN}
"""By the start of the line; the first that fits decides."""

ENDINGS = {
    Result.UNCHANGED: "Nothing to do: everything is as the answers ask.",
    Result.PENDING: "Nothing was changed: this was a dry run.",
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
        elif report.result is Result.APPLIED:
            show_outcome(report.plan)
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
    if report.plan is None:
        return ENDINGS[report.result]
    if report.result is Result.UNCHANGED and _warns(report.plan):
        return "Nothing to do, but for the warnings above."
    if report.result is Result.PENDING and any(change.secret for change in report.plan.changes):
        return f"{ENDINGS[report.result]} Keys and certificates are made anew when it is applied."
    if report.result is not Result.APPLIED:
        return ENDINGS[report.result]
    count = len([change for change in report.plan.changes if change.kind is not ChangeKind.MKDIR])
    files = "1 file" if count == 1 else f"{count} files"
    done = f"Done: {files} written. What was there before is kept in {report.history}."
    return "\n".join([done, *_way_back(report)])


def _way_back(report: Report) -> Iterator[str]:
    """The commands that bring the replaced files back; cat keeps their owner and mode."""
    if report.replaced:
        yield "  To go back by hand, and then run postfix reload:"
    for kept, place in report.replaced:
        yield f"  cat {kept} >{place}"


def _warns(plan: Plan) -> bool:
    return any(finding.severity is Severity.WARNING for finding in plan.findings)


def show_changes(plan: Plan) -> None:
    """Every change, files of text as a diff, and the actions after them, on standard output."""
    _show(plan, _shown)


def show_outcome(plan: Plan) -> None:
    """The same without the diffs: what a log should say of a change that was made."""
    _show(plan, _headlines)


def _show(plan: Plan, described: Callable[[Change], Iterable[str]]) -> None:
    for line in (line for change in plan.changes for line in described(change)):
        print(_coloured(harmless(line), sys.stdout))
    for action in plan.actions:
        print(harmless(f"# {_described(action)}"))
    if sys.stdout is not None:
        sys.stdout.flush()  # before what comes on standard error


def _shown(change: Change) -> list[str]:
    diff = _diff(change)
    says_all = diff and change.kind is ChangeKind.REPLACE
    return diff if says_all else [*_headlines(change), *diff]


def _headlines(change: Change) -> Iterator[str]:
    """What happens to the file, and what its content is."""
    place = "the directory " if change.kind is ChangeKind.MKDIR else ""
    verb = "replace" if change.kind is ChangeKind.REPLACE else "create"
    mode = "" if change.kind is ChangeKind.REPLACE else f", mode {change.mode:04o}"
    yield f"# {verb} {place}{change.path}{mode}"
    yield from (f"#   {line}" for line in change.summary)


def _diff(change: Change) -> list[str]:
    diff = unified_diff(change)
    return [] if change.summary or diff is None else diff.rstrip("\n").split("\n")


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
    words = f"{finding.severity.value}: {finding.message}."
    return f"{words}\n  {finding.remedy}" if finding.remedy else words


def show_error(error: PfwizardError) -> None:
    """What went wrong, where, and what to do about it."""
    say(f"pfwizard: {error}")
    if error.exit_status is ExitStatus.FAILED and UNCHANGED not in error.remedy:
        say(f"  {UNCHANGED}")
