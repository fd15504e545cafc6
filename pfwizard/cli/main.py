"""The program: from the command line to the exit status."""

import os
import sys
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING

from pfwizard.answers.reading import load
from pfwizard.cli import human_output, machine_output, streams
from pfwizard.cli.arguments import Arguments, parse_arguments
from pfwizard.cli.demonstration import demonstration_answers, fresh_tree, remove_tree
from pfwizard.cli.interruption import Interruption
from pfwizard.cli.report import Report, Result
from pfwizard.errors import ExitStatus, Failed, PfwizardError, Refused
from pfwizard.plan.plan import Plan

if TYPE_CHECKING:
    from pfwizard.answers.answers import Answers
    from pfwizard.engine import Job

PRIVATE_UMASK = 0o077

RESULTS = {
    ExitStatus.ROLLED_BACK: Result.ROLLED_BACK,
    ExitStatus.USAGE: Result.REFUSED,
    ExitStatus.BUSY: Result.REFUSED,
}
"""How errors end in the JSON output; all others have failed."""


def main(arguments: list[str] | None = None) -> int:
    """Run pfwizard; returns its exit status."""
    os.umask(PRIVATE_UMASK)
    streams.prepare()
    given = sys.argv[1:] if arguments is None else arguments
    run = _Run()
    run.interruption.listen()
    try:
        report = run.guarded(given)
    finally:  # --help and --version leave through here too
        run.interruption.listen_no_more()
        streams.finish_standard_output()
    _show(report, json="--json" in given)
    return report.exit_status


def _show(report: Report, *, json: bool) -> None:
    """Show the report; that it cannot be shown does not change how the run ended."""
    try:
        if json:
            _show_to_programs(report)
        else:
            human_output.show_report(report)
        trouble = streams.finish_standard_output()
    except OSError as error:
        streams.give_up_standard_output()
        trouble = error
    if trouble is not None and not isinstance(trouble, BrokenPipeError):
        streams.say(f"pfwizard: the output could not be written: {trouble.strerror}")


def _show_to_programs(report: Report) -> None:
    print(machine_output.as_json(report))
    if report.error is not None:
        human_output.show_error(report.error)
    human_output.show_demonstration(report)


class _Run:
    """One run, and what is known of it when it fails."""

    def __init__(self) -> None:
        self.interruption = Interruption()
        self._plan: Plan | None = None

    def guarded(self, given: list[str]) -> Report:
        """Every end of a run as a report, those included that should not happen."""
        try:
            return self._run(parse_arguments(given))
        except PfwizardError as error:
            return self._failure(error)
        except Exception as error:  # a traceback is a defect, and its message may be secret
            place = traceback.extract_tb(error.__traceback__)[-1]
            kind = type(error).__name__
            return self._failure(
                Failed(
                    f"internal error: {kind} in {place.name}, line {place.lineno} of "
                    f"{place.filename}",
                    "This is a defect of pfwizard. Please report the line above; it holds "
                    "nothing secret.",
                )
            )

    def _failure(self, error: PfwizardError) -> Report:
        if isinstance(error, Refused):
            result = Result.REFUSED
        else:
            result = RESULTS.get(error.exit_status, Result.FAILED)
        return Report(
            result,
            error.exit_status,
            plan=self._plan,
            transaction=error.transaction,
            error=error,
        )

    def _run(self, given: Arguments) -> Report:
        if given.demo:
            return self._demonstrate(given)
        if given.answers is None:
            raise Failed("no answers file was named")
        answers = load(given.answers)
        from pfwizard.engine import Job  # brings the cryptography library

        job = Job.on(given.root, given.config_directory, given.state_directory)
        return self._walk(job, answers, given)

    def _demonstrate(self, given: Arguments) -> Report:
        from pfwizard.engine import Job

        answers = demonstration_answers(given.answers)
        root = fresh_tree()
        try:
            report = self._walk(Job.on(root, None, None), answers, given)
        except BaseException:
            remove_tree(root)
            raise
        if report.result is Result.APPLIED:
            return replace(report, demonstration=root)
        remove_tree(root)
        return report

    def _walk(self, job: "Job", answers: "Answers", given: Arguments) -> Report:
        from pfwizard.engine import apply_job, plan_job

        planned = plan_job(job, answers)
        plan = self._plan = planned.plan
        if plan.refusals:
            raise Refused(plan.refusals[0].message, plan.refusals[0].remedy)
        if plan.is_empty:
            return Report(Result.UNCHANGED, ExitStatus.DONE, plan)
        if given.dry_run:
            return Report(Result.PENDING, ExitStatus.PENDING, plan)

        def announce(words: str) -> None:
            self.interruption.at_step()
            if not given.json:
                human_output.show_step(words)

        with self.interruption.waiting_for_steps():
            transaction = apply_job(job, planned, announce)
        return _applied(job, plan, transaction)


def _applied(job: "Job", plan: Plan, transaction: str) -> Report:
    from pfwizard.apply.preimages import kept_name

    history = job.state_directory / "history" / transaction
    replaced = tuple(
        (history / kept_name(number, change), job.tree.outside(change.real))
        for number, change in enumerate(plan.changes)
        if change.before is not None
    )
    return Report(Result.APPLIED, ExitStatus.DONE, plan, transaction, history, replaced)


if __name__ == "__main__":
    sys.exit(main())
