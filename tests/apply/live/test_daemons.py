"""Daemons that check passwords are restarted by what starts services here, and then answer."""

import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from pfwizard.apply.live import daemons, unit_manager
from pfwizard.apply.live.daemons import (
    is_running,
    release_daemon,
    restart_daemon,
    stop_daemon,
)
from pfwizard.errors import Failed
from pfwizard.machine.programs import Finished, ProgramMissing


class Machine:
    """Has these programs, and notes what they are asked."""

    def __init__(self, *programs: str, status: int = 0, says: int = 0) -> None:
        """``status`` is what they end with, ``says`` what they do when asked how it is."""
        self.programs = programs
        self.status = status
        self.says = says
        self.asked: list[str] = []

    def __call__(self, arguments: Sequence[str], *, time_limit: float = 30) -> Finished:
        if arguments[0] not in self.programs:
            raise ProgramMissing(f"{arguments[0]}: not installed")
        self.asked.append(" ".join(arguments))
        if {"status", "is-active"} & set(arguments):
            return Finished(self.says, "", "")
        return Finished(self.status, "", "it did not start\n" if self.status else "")


@pytest.fixture
def with_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit_manager, "SYSTEMD", tmp_path)


@pytest.fixture
def without_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit_manager, "SYSTEMD", tmp_path / "none")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemons, "PATIENCE", 0.0)


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "mux"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        yield path


@pytest.mark.usefixtures("with_systemd")
def test_systemd_reads_its_units_anew_and_restarts_the_service() -> None:
    machine = Machine("systemctl", "service")

    restart_daemon("saslauthd", None, machine)

    assert machine.asked == ["systemctl daemon-reload", "systemctl restart saslauthd"]


@pytest.mark.usefixtures("without_systemd")
@pytest.mark.parametrize(
    ("programs", "asked"),
    [
        (("systemctl", "service"), "service saslauthd restart"),
        (("rc-service", "service"), "rc-service saslauthd restart"),
    ],
)
def test_without_systemd_another_manager_is_asked(programs: tuple[str, ...], asked: str) -> None:
    machine = Machine(*programs)

    restart_daemon("saslauthd", None, machine)

    assert machine.asked == [asked]


@pytest.mark.usefixtures("without_systemd")
def test_where_nothing_restarts_services_somebody_has_to() -> None:
    with pytest.raises(Failed, match="nothing here restarts services"):
        restart_daemon("saslauthd", None, Machine())


@pytest.mark.usefixtures("without_systemd")
def test_what_the_manager_says_against_it_is_told() -> None:
    with pytest.raises(Failed, match="service saslauthd restart: it did not start"):
        restart_daemon("saslauthd", None, Machine("service", status=1))


@pytest.mark.usefixtures("with_systemd")
@pytest.mark.parametrize(("says", "expected"), [(0, True), (3, False), (4, False)])
def test_systemd_knows_whether_it_runs(says: int, expected: bool) -> None:
    assert is_running("saslauthd", Machine("systemctl", says=says)) == expected


@pytest.mark.usefixtures("without_systemd")
@pytest.mark.parametrize(
    ("says", "expected"), [(0, True), (1, False), (2, False), (3, False), (4, True)]
)
def test_a_script_says_whether_it_runs_and_what_it_does_not_know_counts_as_running(
    says: int, expected: bool
) -> None:
    assert is_running("saslauthd", Machine("service", says=says)) == expected


@pytest.mark.usefixtures("without_systemd")
def test_where_nothing_tells_it_counts_as_running() -> None:
    assert is_running("saslauthd", Machine())


@pytest.mark.usefixtures("with_systemd")
def test_systemd_finds_it_whatever_its_files_say() -> None:
    machine = Machine("systemctl")

    release_daemon("saslauthd", machine)

    assert machine.asked == []


@pytest.mark.usefixtures("without_systemd")
@pytest.mark.parametrize(("says", "asked"), [(0, ["stop"]), (3, [])])
@pytest.mark.parametrize("end", [release_daemon, stop_daemon])
def test_a_script_stops_what_runs(
    end: Callable[[str, Machine], None], says: int, asked: list[str]
) -> None:
    machine = Machine("service", says=says)

    end("saslauthd", machine)

    assert machine.asked == [f"service saslauthd {verb}" for verb in ("status", *asked)]


@pytest.mark.usefixtures("with_systemd")
def test_systemd_reads_its_units_anew_and_stops_the_service() -> None:
    machine = Machine("systemctl")

    stop_daemon("saslauthd", machine)

    assert machine.asked == ["systemctl daemon-reload", "systemctl stop saslauthd"]


@pytest.mark.usefixtures("without_systemd", "impatient")
def test_it_is_over_when_somebody_answers_at_the_socket(listening: Path) -> None:
    restart_daemon("saslauthd", listening, Machine("service"))


@pytest.mark.usefixtures("without_systemd", "impatient")
def test_a_socket_that_nobody_listens_at_is_a_failure(tmp_path: Path) -> None:
    left = tmp_path / "mux"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(left))

    with pytest.raises(Failed, match="nobody answers"):
        restart_daemon("saslauthd", left, Machine("service"))


@pytest.mark.usefixtures("without_systemd", "impatient")
def test_no_socket_at_all_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="nobody answers"):
        restart_daemon("saslauthd", tmp_path / "mux", Machine("service"))
