"""Which servers are waited for in vain when master(8) says that a program has died."""

from pathlib import Path

import pytest

from pfwizard.cf.master_cf import MasterCf
from pfwizard.prove.rehearsing.throttling import is_given_up, with_paths_of_their_own

PROGRAMS = Path("/usr/lib/postfix/sbin")

MASTER = with_paths_of_their_own(
    MasterCf.parse(b"""\
a:25 inet n - y - 1 postscreen
smtpd pass - - y - - smtpd
a:465 inet n - y - - smtpd
a:587 inet n - y - - smtpd
tlsmgr unix - - y 1000? 1 tlsmgr
""")
)
POSTSCREEN, BEHIND_IT, SMTPS, SUBMISSION, TLSMGR = (each.command for each in MASTER.services)

ALL = {"a:25", "a:465", "a:587"}


def given_up(*dead: str) -> set[str]:
    log = "\n".join(
        f"Nov 29 03:20:14 mail postfix/master[9]: warning: {PROGRAMS}/{command}: "
        "bad command startup -- throttling"
        for command in dead
    )
    return {name for name in ALL if is_given_up(log, name, MASTER, PROGRAMS)}


def test_servers_of_the_same_program_are_told_apart_and_run_it_all_the_same() -> None:
    commands = [BEHIND_IT, SMTPS, SUBMISSION]

    assert len(set(commands)) == len(commands)
    assert {Path(command) for command in commands} == {Path("smtpd")}


@pytest.mark.parametrize(
    ("dead", "names"),
    [
        (SMTPS, {"a:465"}),
        (SUBMISSION, {"a:587"}),
        (POSTSCREEN, {"a:25"}),
        (BEHIND_IT, {"a:25"}),
        (TLSMGR, ALL),
    ],
)
def test_with_a_server_those_are_given_up_that_need_it(dead: str, names: set[str]) -> None:
    assert given_up(dead) == names


def test_while_nobody_has_died_none_is() -> None:
    assert given_up() == set()


def test_each_of_several_that_have_died_is() -> None:
    assert given_up(SMTPS, SUBMISSION) == {"a:465", "a:587"}
