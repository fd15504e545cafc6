"""What a run prints for people: diffs on standard output, everything else on standard error."""

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

from pfwizard.cli.demonstration import listing
from pfwizard.cli.report import Report, Result
from pfwizard.cli.status_output import status_lines
from pfwizard.cli.streams import say, show_lines, show_rows, takes_colours, width_of
from pfwizard.errors import ExitStatus, PfwizardError
from pfwizard.expiry.judgement import Level
from pfwizard.plan.plan import Action, Change, ChangeKind, Plan, Severity
from pfwizard.plan.wording import described, diff_lines, found, headlines
from pfwizard.prove.verdict import REHEARSAL
from pfwizard.quoting import harmless
from pfwizard.wizard.history import summary
from pfwizard.wizard.probation import NOT_AT_BOOT

if TYPE_CHECKING:
    from pfwizard.apply.history import Entry
    from pfwizard.apply.process.events import OnProbationNow
    from pfwizard.check.checking import Checked
    from pfwizard.expiry.status import Status
    from pfwizard.plan.clients.client_list import KnownClient
    from pfwizard.prove.verdict import Outcome
    from pfwizard.publishing.published import Published

RED, GREEN, CYAN, BOLD, PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[36m", "\x1b[1m", "\x1b[0m"

DIFF_COLOURS = {"---": BOLD, "+++": BOLD, "@@": CYAN, "-": RED, "+": GREEN}
"""By the start of the line; the first that fits decides."""

ENDINGS = {
    Result.UNCHANGED: "Nothing to do: everything is as the answers ask.",
    Result.PENDING: "Nothing was changed: this was a dry run.",
}

BRIEF = (Result.APPLIED, Result.FAILED, Result.ROLLED_BACK)
"""The ends of a run after which only what failed is worth a line."""

SHOWING_CHANGES = (Result.PENDING, Result.REFUSED)
"""After any other end the diffs would bury what the operator has to read."""

UNCHANGED = "Nothing was changed."


def show_step(words: str) -> None:
    """A step of the walk as it begins."""
    say(f"  {words} ...")


def show_report(report: Report) -> None:
    """Print the plan, its findings and how the run ended."""
    if report.plan is not None and not report.plan_was_shown:
        if report.result in SHOWING_CHANGES or report.demonstration is not None:
            show_changes(report.plan)
        elif report.result is Result.APPLIED:
            show_outcome(report.plan)
        show_findings(report.plan)
    for entry in report.entries:
        show_entry(entry, in_full=report.in_full)
    if report.status is not None:
        show_status(report.status)
    if report.clients is not None:
        show_clients(report.clients)
    if report.published is not None:
        show_published(report.published)
    if report.outcomes:
        show_outcomes(report.outcomes, in_full=report.result not in BRIEF)
        show_what_was_not_rehearsed(report.outcomes)
    if report.checked is not None:
        show_checked(report.checked)
    show_rows(report.explanation)
    if report.error is not None and not (report.plan and report.plan.refusals):
        show_error(report.error, has_only_looked=isinstance(report.exit_status, Level))
    elif report.result is Result.REFUSED:
        say("pfwizard: refused, and nothing was changed.")
    elif _ending(report):
        say(_ending(report))
    show_demonstration(report)


def show_clients(clients: "tuple[KnownClient, ...]") -> None:
    """The list of clients, which is what was asked for."""
    from pfwizard.cli.clients import lines_of

    show_rows(lines_of(clients))


def show_outcomes(outcomes: "tuple[Outcome, ...]", *, in_full: bool) -> None:
    """A line for each probe, with what to do about those that failed; or for those alone."""
    from pfwizard.cli.verification import lines_of
    from pfwizard.prove.verdict import failures_among

    told = outcomes if in_full else failures_among(outcomes)
    show_lines(lines_of(told, width_of(sys.stdout)))


def show_what_was_not_rehearsed(outcomes: "tuple[Outcome, ...]") -> None:
    """What stays unproven, whatever else is said of the outcomes."""
    for outcome in outcomes:
        if outcome.probe == REHEARSAL:
            say(f"Not rehearsed: {outcome.detail}.")


def show_checked(checked: "Checked") -> None:
    """What is wrong in the configuration, which is what was asked for."""
    from pfwizard.cli.check_output import check_lines

    show_rows(check_lines(checked))


def show_published(published: "Published") -> None:
    """What is to be told to the world, and a word on what is missing of it."""
    from pfwizard.cli.publication import lines_of

    show_lines(lines_of(published))
    for finding in published.findings:
        say(found(finding))


def show_findings(plan: Plan) -> None:
    """What the operator should know of the plan."""
    for finding in plan.findings:
        say(found(finding))


def show_demonstration(report: Report) -> None:
    """Where the result of a demonstration can be looked at."""
    if report.demonstration is not None:
        say("\n".join(listing(report.demonstration)))


def show_entry(entry: "Entry", *, in_full: bool) -> None:
    """One transaction of the history: a line of a list, or all that it changed."""
    show_rows([summary(entry)])
    if in_full:
        for change in entry.changes():
            for line in _shown(change):
                print(_coloured(harmless(line), sys.stdout))
        actions: tuple[Action, ...] = (*entry.manifest.joins, *entry.manifest.leaves)
        for action in actions:
            print(harmless(f"# {described(action)}"))
        show_trials(entry)
    if sys.stdout is not None:
        sys.stdout.flush()


def show_trials(entry: "Entry") -> None:
    """What probes have found of it, and when."""
    from pfwizard.cli.verification import lines_of
    from pfwizard.prove.trial import trials_of
    from pfwizard.wizard.trials import heading_of

    for trial in trials_of(entry):
        print(f"# {heading_of(trial)}")
        show_lines(lines_of(trial.outcomes, width_of(sys.stdout)))


def show_status(status: "Status") -> None:
    """A line for each certificate, and then what is wrong."""
    show_rows(status_lines(status))
    for finding in status.findings:
        say(found(finding))


def show_probation(event: "OnProbationNow", options: str) -> None:
    """How long the change waits, and what to do; for people in any case.

    ``options`` are those by which another run finds the same change.
    """
    until = time.strftime("%H:%M:%S", time.localtime(time.time() + event.seconds))
    say(
        f"The change is in place, on probation for {event.seconds:.0f} s, until {until}.\n"
        "  To keep it, from any shell:\n"
        f"    pfwizard confirm{options}\n"
        "  To take it back now, Ctrl-C here, or:\n"
        f"    pfwizard rollback{options}\n"
        "  Otherwise it is taken back by itself, even if this connection is lost."
    )
    if not event.is_recovered_at_boot:
        say(f"  {NOT_AT_BOOT}")


def _ending(report: Report) -> str:
    if report.words or report.plan is None:
        return report.words
    if report.result is Result.UNCHANGED and _warns(report.plan):
        return "Nothing to do, but for the warnings above."
    if report.result is Result.PENDING and any(change.secret for change in report.plan.changes):
        return f"{ENDINGS[report.result]} Keys and certificates are made anew when it is applied."
    if report.result is not Result.APPLIED:
        return ENDINGS[report.result]
    files = _counted([change for change in report.plan.changes if change.is_about_a_file])
    done = f"Done: {files} changed, as transaction {report.transaction}"
    if report.undoes is not None:
        return (
            f"{done}, which takes back {report.undoes}.\n"
            "  To bring that change back:\n"
            f"    pfwizard rollback {report.transaction}{report.options}"
        )
    return (
        f"{done}.\n"
        "  What was there before is kept. To go back to it:\n"
        f"    pfwizard rollback{report.options}"
    )


def _counted(changes: Sequence[Change]) -> str:
    return "1 file" if len(changes) == 1 else f"{len(changes)} files"


def _warns(plan: Plan) -> bool:
    return any(finding.severity is Severity.WARNING for finding in plan.findings)


def show_changes(plan: Plan) -> None:
    """Every change, files of text as a diff, and the actions after them, on standard output."""
    _show(plan, _shown)


def show_outcome(plan: Plan) -> None:
    """The same without the diffs: what a log should say of a change that was made."""
    _show(plan, headlines)


def _show(plan: Plan, lines_of: Callable[[Change], Iterable[str]]) -> None:
    for line in (line for change in plan.changes for line in lines_of(change)):
        print(_coloured(harmless(line), sys.stdout))
    for action in plan.actions_to_show:
        print(harmless(f"# {described(action)}"))
    if sys.stdout is not None:
        sys.stdout.flush()  # before what comes on standard error


def _shown(change: Change) -> list[str]:
    diff = diff_lines(change)
    is_link = change.path != change.real
    says_all = diff and change.kind is ChangeKind.REPLACE and not is_link
    return diff if says_all else [*headlines(change), *diff]


def _coloured(line: str, stream: TextIO | None) -> str:
    if not takes_colours(stream):
        return line
    for start, colour in DIFF_COLOURS.items():
        if line.startswith(start):
            return f"{colour}{line}{PLAIN}"
    return line


def show_error(error: PfwizardError, *, has_only_looked: bool = False) -> None:
    """What went wrong, where, and what to do about it."""
    say(f"pfwizard: {error}")
    is_said = has_only_looked or UNCHANGED in error.remedy
    if error.exit_status is ExitStatus.FAILED and not is_said:
        say(f"  {UNCHANGED}")
