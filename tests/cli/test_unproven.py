"""A change that is live, and that the probes cannot prove, does not stay."""

from subprocess import CompletedProcess

import pytest

from tests.cli.program import Machine, contents, the_object_in

NO_PROOF = """
from dataclasses import replace
from pfwizard import engine
from pfwizard.cli import proof
from pfwizard.errors import Failed
from pfwizard.prove import live_proof
plan_job = engine.plan_job
def plan_as_if_postfix_ran(*arguments):
    planned = plan_job(*arguments)
    return replace(planned, facts=replace(planned.facts, is_running=True))
def no_proof(*arguments):
    raise {error}
engine.plan_job = plan_as_if_postfix_ran
live_proof.prepared = lambda means, facts, rehearsed: means
proof.found_live = no_proof
"""
"""In a tree nothing runs: what a running Postfix would be asked for is said in its place."""

ERRORS = {
    'Failed("Postfix does not run", "Start it.")': "it could not be proved: Postfix does not run",
    'UnicodeEncodeError("ascii", "x", 0, 1, "no")': (
        "it could not be proved: internal error: UnicodeEncodeError"
    ),
}


def unproven(machine: Machine, error: str, *options: str) -> CompletedProcess[str]:
    password = machine.answers.with_name("password")
    password.touch(0o600)
    password.write_text("correct horse\n")
    login = ("--user", "anna", "--password-file", str(password), "--rehearse", "never")
    return machine.sabotaged(NO_PROOF.format(error=error), *login, *options)


@pytest.mark.parametrize("options", [(), ("--confirm", "60")], ids=["at once", "on probation"])
@pytest.mark.parametrize("error", ERRORS)
def test_what_cannot_be_proved_is_taken_back(
    machine: Machine, error: str, options: tuple[str, ...]
) -> None:
    before = contents(machine.root)

    done = unproven(machine, error, *options)

    assert done.returncode == 4, done.stderr
    assert ERRORS[error] in done.stderr
    assert "The old configuration is back in place" in done.stderr
    assert contents(machine.root) == before


def test_programs_are_told_which_transaction_it_was(machine: Machine) -> None:
    done = the_object_in(unproven(machine, next(iter(ERRORS)), "--json"))

    assert done["result"] == "rolled-back"
    assert done["transaction"]
