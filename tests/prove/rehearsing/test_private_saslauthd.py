"""saslauthd beside the private Postfix: its options, and the group of its directory."""

from pathlib import Path, PurePosixPath

import pytest

from pfwizard.machine.tree import FileState
from pfwizard.plan.plan import RestartDaemon
from pfwizard.prove.rehearsing.private_checker import CheckerFailed
from pfwizard.prove.rehearsing.private_saslauthd import PrivateSaslauthd, private_saslauthd
from tests.plan import builders

OPTIONS = PurePosixPath("/etc/default/saslauthd")
DIRECTORY = PurePosixPath("/var/run/saslauthd")
SASL = 45


def made(options: bytes, *more: FileState) -> PrivateSaslauthd:
    facts = builders.machine("", "", builders.file(OPTIONS, options), *more, group=b"sasl:x:45:\n")
    action = RestartDaemon("saslauthd", DIRECTORY / "mux")
    return private_saslauthd(facts, action, Path("/var/spool/postfix"))


@pytest.mark.parametrize(
    ("planned", "options"),
    [
        (b'MECHANISMS="shadow"\n', ("-a", "shadow", "-m", str(DIRECTORY))),
        (
            b'MECHANISMS="rimap"\nMECH_OPTIONS="127.0.0.1"\n',
            ("-a", "rimap", "-O", "127.0.0.1", "-m", str(DIRECTORY)),
        ),
        (b'OPTIONS="-c -r -n 5"\n', ("-c", "-r", "-n", "5", "-m", str(DIRECTORY))),
        (b'OPTIONS="-m /run/elsewhere"\n', ("-m", str(DIRECTORY))),
        (b'OPTIONS="-d -c"\n', ("-c", "-m", str(DIRECTORY))),
    ],
)
def test_it_gets_the_planned_options_and_goes_to_the_background(
    planned: bytes, options: tuple[str, ...]
) -> None:
    assert made(planned).options == options


def test_options_that_it_would_not_take_are_no_options() -> None:
    with pytest.raises(CheckerFailed, match="/etc/default/saslauthd: option -x not recognized"):
        made(b'OPTIONS="-x"\n')


def test_a_new_directory_is_of_the_group_that_its_service_gives_it() -> None:
    assert made(b"").group == SASL


def test_a_directory_that_is_there_stays_as_it_is() -> None:
    assert made(b"", builders.directory(DIRECTORY)).group is None
