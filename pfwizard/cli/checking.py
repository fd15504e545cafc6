"""``pfwizard check``: what is wrong in Postfix's configuration as it is."""

from datetime import UTC, datetime

from pfwizard.check.checking import check
from pfwizard.check.gathering import inspect_machine
from pfwizard.cli.check_output import explanation_lines, summary
from pfwizard.cli.report import Report, Result
from pfwizard.engine import Job
from pfwizard.errors import ExitStatus


def check_configuration(job: Job) -> Report:
    """Look at everything and change nothing.

    Raises Failed when Postfix or its configuration cannot be found or read.
    """
    now = datetime.now(UTC)
    checked = check(inspect_machine(job.tree, job.config_directory, now, job.state_directory))
    return Report(Result.UNCHANGED, checked.level, checked=checked, words=summary(checked))


def explain(identifier: str) -> Report:
    """Tell what a rule is about, or list all of them; raises UsageError for one there is not."""
    return Report(
        Result.UNCHANGED, ExitStatus.DONE, explanation=tuple(explanation_lines(identifier))
    )
