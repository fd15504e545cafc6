"""The whole program on a machine whose clock is wrong, or where the date is one of later."""

from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from pfwizard.pki.certificates import load_certificate
from tests.cli.program import Machine, contents, sabotaged, the_object_in

AT_ANOTHER_TIME = """
from datetime import datetime
from pfwizard import engine
from pfwizard.cli import commands
class Clock:
    now = staticmethod(datetime.fromisoformat({now!r}).astimezone)
engine.datetime = commands.datetime = Clock
"""
"""What has the plans and the status take this for the time."""

EPOCH = "1970-01-01T00:02:00+00:00"
EVE_OF_2050 = "2049-12-31T23:59:59+00:00"
NEW_YEAR = "2050-01-01T00:30:00+00:00"
CA, SERVER = "etc/ssl/ca.crt", "etc/postfix/ssl/server.crt"


def pfwizard_at(now: str, *arguments: str | Path) -> CompletedProcess[str]:
    return sabotaged(AT_ANOTHER_TIME.format(now=now), *arguments)


def apply_at(now: str, machine: Machine) -> CompletedProcess[str]:
    return pfwizard_at(now, "--answers", machine.answers, "--root", machine.root)


def days_left(now: str, machine: Machine) -> dict[str, int]:
    """Of each certificate, as pfwizard status has it then."""
    document = the_object_in(pfwizard_at(now, "status", "--json", "--root", machine.root))
    return {each["path"]: each["days_left"] for each in document["certificates"]}


def test_in_1970_nothing_is_made_and_the_clock_is_named(machine: Machine) -> None:
    before = contents(machine.root)

    done = apply_at(EPOCH, machine)

    assert done.returncode == 1
    assert "this machine says it is 1970-01-01 00:02 UTC, which cannot be" in done.stderr
    assert "Set the clock of this machine" in done.stderr
    assert contents(machine.root) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("client", "add", "anna@kernel-panic.it"),
        ("renew", "--force"),
        ("renew", "--new-key"),
        ("renew", "--ca", "--force"),
    ],
    ids=" ".join,
)
def test_back_in_1970_what_was_made_in_time_is_not_made_again(
    machine: Machine, arguments: tuple[str, ...]
) -> None:
    assert machine.pfwizard().returncode == 0
    before = contents(machine.root)

    done = pfwizard_at(EPOCH, *arguments, "--root", machine.root)

    assert done.returncode == 1
    assert "1970-01-01" in done.stderr or "Check the clock of this machine" in done.stderr
    assert contents(machine.root) == before


def test_back_in_1970_status_says_that_nothing_is_valid_yet(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0

    done = pfwizard_at(EPOCH, "status", "--root", machine.root)

    assert done.returncode == 2
    assert "This machine says it is 1970-01-01 00:02; check its clock." in done.stderr


def test_what_is_made_before_2050_lasts_beyond_it_and_is_left_alone_there(machine: Machine) -> None:
    assert apply_at(EVE_OF_2050, machine).returncode == 0
    ends = [load_certificate((machine.root / each).read_bytes()).facts for each in (CA, SERVER)]
    assert {each.not_before for each in ends} == {datetime(2049, 12, 31, 22, 59, 59, tzinfo=UTC)}
    assert {each.not_after for each in ends} == {datetime(2059, 12, 29, 23, 59, 59, tzinfo=UTC)}

    again = apply_at(NEW_YEAR, machine)

    assert (again.returncode, "Nothing to do" in again.stderr) == (0, True)
    assert set(days_left(NEW_YEAR, machine).values()) == {3649}


def test_after_2050_it_is_renewed_and_the_ledger_tells_both_centuries_apart(
    machine: Machine,
) -> None:
    assert apply_at(EVE_OF_2050, machine).returncode == 0

    done = pfwizard_at(NEW_YEAR, "renew", "--force", "--root", machine.root)

    assert done.returncode == 0, done.stderr
    renewed = load_certificate((machine.root / SERVER).read_bytes()).facts
    assert renewed.not_before == datetime(2049, 12, 31, 23, 30, tzinfo=UTC)
    ledger = (machine.state / "certificates").read_text()
    assert '"at": "2049-12-31T23:59:59Z"' in ledger
    assert '"at": "2050-01-01T00:30:00Z"' in ledger
