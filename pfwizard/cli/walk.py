"""Starting the wizard: on the whole screen or line by line, here or in a demonstration."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pfwizard.cli.arguments import Arguments
from pfwizard.cli.interruption import Interruption
from pfwizard.cli.passphrase import given_ca_passphrase
from pfwizard.cli.report import Report, Result
from pfwizard.cli.streams import say
from pfwizard.cli.terminal import is_ascii_only, refuse_without_screen
from pfwizard.errors import ExitStatus
from pfwizard.secret import Secret
from pfwizard.wizard.draft import Draft, draft_file
from pfwizard.wizard.outcome import Outcome
from pfwizard.wizard.place import Place
from pfwizard.wizard.probation import DEFAULT_PROBATION
from pfwizard.wizard.session import Session

if TYPE_CHECKING:
    from pfwizard.answers.reading import Start

RESULTS = {
    ExitStatus.DONE: Result.APPLIED,
    ExitStatus.ROLLED_BACK: Result.ROLLED_BACK,
}
"""How a walk ends; whatever else happens, it has failed to change anything."""


def walk(given: Arguments, interruption: Interruption) -> Report:
    """Lead the operator through the wizard.

    Raises UsageError where there is no terminal for it or a passphrase cannot be read,
    InvalidAnswers for a file to start from that cannot be read.
    """
    if not given.plain:
        refuse_without_screen(os.environ)
    start = None if given.load is None else _start(given.load)
    if given.demo:
        return _in_a_demonstration(given, start, interruption)
    place = Place(
        given.root,
        given.config_directory,
        given.state_directory,
        given.confirm or DEFAULT_PROBATION,
        options=given.place_options,
        draft=_draft(given),
        rehearse=given.rehearse,
    )
    session = Session(place, start, given.load, ca_passphrase=_ca_passphrase(given))
    outcome = _walked(session, given, interruption)
    # The dialogue's lines are all still there to be read; a screen is gone when it ends.
    return replace(_report(outcome), options=given.place_options, plan_was_shown=given.plain)


def _draft(given: Arguments) -> Draft | None:
    file = draft_file(os.environ, given.root, given.config_directory)
    return None if file is None else Draft(file)


def _ca_passphrase(given: Arguments) -> Secret[str] | None:
    return given_ca_passphrase(given.ca_passphrase, os.environ)


def _start(path: Path) -> "Start":
    from pfwizard.answers.reading import start_from

    return start_from(path)


def _in_a_demonstration(
    given: Arguments, start: "Start | None", interruption: Interruption
) -> Report:
    from pfwizard.cli.demonstration import demonstration_start, demonstration_tree

    with demonstration_tree() as tree:
        session = Session(
            Place(tree.root, is_demonstration=True, rehearse=given.rehearse),
            start or demonstration_start(),
            given.load,
            ca_passphrase=_ca_passphrase(given),
        )
        report = _report(_walked(session, given, interruption))
        if report.result is not Result.APPLIED:
            return report
        root = tree.keep()
    return replace(report, plan_was_shown=True, demonstration=root, options=f" --root {root}")


def _walked(session: Session, given: Arguments, interruption: Interruption) -> Outcome:
    if given.plain:
        from pfwizard.cli.plain.walk import run_plain

        return run_plain(session, interruption)
    from pfwizard.screens.app import run_screens

    interruption.listen_no_more()
    outcome = run_screens(
        session, ascii_only=is_ascii_only(os.environ, sys.__stderr__), mouse=given.mouse
    )
    if outcome.afterwards:
        say("\n".join(outcome.afterwards))
    return outcome


def _report(outcome: Outcome) -> Report:
    return Report(
        RESULTS.get(outcome.exit_status, Result.FAILED),
        outcome.exit_status,
        plan=outcome.plan,
        transaction=outcome.transaction,
        error=outcome.error,
        words=outcome.words,
        undoes=outcome.undoes,
    )
