"""The program: from the command line to the exit status."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from types import FrameType

from pfwizard.answers.reading import load
from pfwizard.cli import human_output, machine_output
from pfwizard.cli.arguments import Arguments, parse_arguments
from pfwizard.cli.report import Report, Result
from pfwizard.engine import Job, apply_job, plan_job
from pfwizard.errors import ExitStatus, Failed, PfwizardError, Refused
from pfwizard.plan.plan import Plan

PRIVATE_UMASK = 0o077

INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

RESULTS = {
    ExitStatus.ROLLED_BACK: Result.ROLLED_BACK,
    ExitStatus.USAGE: Result.REFUSED,
    ExitStatus.BUSY: Result.REFUSED,
}
"""How errors end in the JSON output; all others have failed."""


def main(arguments: list[str] | None = None) -> int:
    """Run pfwizard; returns its exit status."""
    os.umask(PRIVATE_UMASK)
    for number in INTERRUPTIONS:
        signal.signal(number, _interrupt)
    given = sys.argv[1:] if arguments is None else arguments
    try:
        parsed = parse_arguments(given)
    except PfwizardError as error:
        return _finish(Report(_result(error), error.exit_status, error=error), "--json" in given)
    return _finish(_guarded(parsed), parsed.json)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """A signal takes the same way out as a failure; a second one must not disturb that."""
    for each in INTERRUPTIONS:
        signal.signal(each, signal.SIG_IGN)
    raise Failed(f"interrupted by {signal.Signals(number).name}")


def _finish(report: Report, json: bool) -> int:
    if json:
        print(machine_output.as_json(report))
        if report.error is not None:
            human_output.show_error(report.error)
    else:
        human_output.show_report(report)
    return report.exit_status


def _guarded(given: Arguments) -> Report:
    """Every end of a run as a report, those included that should not happen."""
    plans: list[Plan] = []
    try:
        return _run(given, plans.append)
    except PfwizardError as error:
        return _failure(error, plans)
    except Exception as error:  # a traceback is a defect, and its locals may be secret
        place = traceback.extract_tb(error.__traceback__)[-1]
        name = type(error).__name__
        return _failure(
            Failed(
                f"internal error: {name} in {place.name}, line {place.lineno} of {place.filename}",
                "Please report this line; it holds nothing secret.",
            ),
            plans,
        )


def _failure(error: PfwizardError, plans: list[Plan]) -> Report:
    plan = plans[0] if plans else None
    return Report(_result(error), error.exit_status, plan=plan, error=error)


def _result(error: PfwizardError) -> Result:
    if isinstance(error, Refused):
        return Result.REFUSED
    return RESULTS.get(error.exit_status, Result.FAILED)


def _run(given: Arguments, planned_so_far: Callable[[Plan], None]) -> Report:
    if given.demo:
        from pfwizard.cli.demonstration import run_demonstration

        return run_demonstration(given)
    if given.answers is None:
        raise Failed("no answers file was named")
    answers = load(given.answers)
    job = Job.on(given.root, given.config_directory, given.state_directory)
    planned = plan_job(job, answers)
    planned_so_far(planned.plan)
    if planned.plan.refusals:
        raise Refused(planned.plan.refusals[0].message, planned.plan.refusals[0].remedy)
    if planned.plan.is_empty:
        return Report(Result.UNCHANGED, ExitStatus.DONE, planned.plan)
    if given.dry_run:
        return Report(Result.PENDING, ExitStatus.PENDING, planned.plan)
    announce = _silent if given.json else human_output.show_step
    transaction = apply_job(job, planned, announce)
    return Report(Result.APPLIED, ExitStatus.DONE, planned.plan, transaction)


def _silent(words: str) -> None:
    """Progress is for people."""


if __name__ == "__main__":
    sys.exit(main())
