"""``--demo``: the main job on a bundled configuration, without Postfix and without privilege."""

import os
import shutil
import sys
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from pfwizard.answers.reading import parse
from pfwizard.cli import human_output
from pfwizard.cli.arguments import Arguments
from pfwizard.cli.report import Report, Result
from pfwizard.engine import Job, apply_job, plan_job
from pfwizard.errors import ExitStatus

DIRECTORY_MODE = 0o755


def run_demonstration(given: Arguments) -> Report:
    """Plan the guide's answers on a fresh copy of the bundled tree and, unless dry, apply them."""
    bundled = files("pfwizard.demo")
    answers = parse((bundled / "answers.toml").read_bytes(), file="answers.toml")
    root = Path(tempfile.mkdtemp(prefix="pfwizard-demo-"))
    with as_file(bundled / "stock") as stock:
        shutil.copytree(stock, root, dirs_exist_ok=True)
    job = Job.on(root, None, None)
    planned = plan_job(job, answers)
    if given.dry_run:
        shutil.rmtree(root)
        return Report(Result.PENDING, ExitStatus.PENDING, planned.plan)
    if given.json:
        transaction = apply_job(job, planned, lambda words: None)
    else:
        human_output.show_changes(planned.plan)
        transaction = apply_job(job, planned, human_output.show_step)
        _show_tree(root)
    return Report(Result.APPLIED, ExitStatus.DONE, planned.plan, transaction)


def _show_tree(root: Path) -> None:
    """Where the result lies, and with which modes."""
    print(f"\nThe result is in {root}; remove it when you have seen it:")
    for directory, _, names in sorted(os.walk(root / "etc")):
        for name in sorted(names):
            file = Path(directory) / name
            print(f"  {file.stat().st_mode & 0o7777:04o} {file.relative_to(root)}")
    sys.stdout.flush()
