"""Where systemd owns Postfix, it is systemd that is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import pytest

from pfwizard.apply.live import instance, mail_system, unit_manager
from pfwizard.apply.live.instance import Instance, instance_of
from pfwizard.apply.live.mail_system import LivePostfix
from pfwizard.apply.live.unit_manager import unit_of
from pfwizard.errors import Failed
from pfwizard.machine.programs import Finished

MASTER = 4711
CONFIG, QUEUE = PurePosixPath("/etc/postfix"), PurePosixPath("/var/spool/postfix")
UNIT = "postfix@-.service"
DEBIAN = "{ path=/usr/sbin/postmulti ; argv[]=/usr/sbin/postmulti -i - -p start ; }"
POSTFIX = Instance(Path("/"), CONFIG, QUEUE, UNIT, was_running=True)


@dataclass
class Systemd:
    """Answers ``systemctl show``, and notes what else it is asked."""

    properties: dict[str, str] = field(default_factory=lambda: {"ExecStart": DEBIAN})
    status: int = 0
    asked: list[str] = field(default_factory=list)

    def __call__(self, arguments: Sequence[str], *, time_limit: float = 30) -> Finished:
        if list(arguments[:2]) == ["systemctl", "show"]:
            name = arguments[2].removeprefix("--property=")
            return Finished(0, f"{name}={self.properties.get(name, '')}\n", "")
        self.asked.append(" ".join(arguments))
        return Finished(self.status, "", "Job for it failed.\n" if self.status else "")


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "system").mkdir()
    (tmp_path / str(MASTER)).mkdir()
    monkeypatch.setattr(unit_manager, "SYSTEMD", tmp_path / "system")
    monkeypatch.setattr(unit_manager, "PROC", tmp_path)
    return tmp_path


def in_groups(proc: Path, lines: str) -> None:
    (proc / str(MASTER) / "cgroup").write_text(lines)


@pytest.mark.parametrize(
    "groups",
    [
        f"0::/system.slice/system-postfix.slice/{UNIT}\n",
        f"12:memory:/\n1:name=systemd:/system.slice/system-postfix.slice/{UNIT}\n",
        f"0::/\n1:name=systemd:/system.slice/{UNIT}\n",
    ],
    ids=["version 2", "version 1", "both"],
)
def test_the_unit_is_found_from_the_masters_control_group(proc: Path, groups: str) -> None:
    in_groups(proc, groups)

    assert unit_of(MASTER, Systemd()) == UNIT


def test_a_master_started_in_a_session_is_in_no_unit(proc: Path) -> None:
    in_groups(proc, "0::/user.slice/user-0.slice/session-3.scope\n")

    assert unit_of(MASTER, Systemd()) is None


def test_a_master_started_from_another_service_is_not_owned_by_it(proc: Path) -> None:
    in_groups(proc, "0::/system.slice/cron.service\n")

    assert unit_of(MASTER, Systemd({"ExecStart": "{ path=/usr/sbin/cron ; }"})) is None


def test_without_systemd_there_is_no_unit(proc: Path) -> None:
    in_groups(proc, f"0::/system.slice/{UNIT}\n")
    (proc / "system").rmdir()

    assert unit_of(MASTER, Systemd()) is None


# What it is asked


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> None:
    """Postfix runs, and works after whatever is asked."""
    monkeypatch.setattr(Instance, "master", property(lambda self: MASTER))
    monkeypatch.setattr(mail_system, "require_that_it_works", lambda *arguments: None)
    monkeypatch.setattr(mail_system, "first_problem", lambda *arguments: "")
    monkeypatch.setattr(mail_system, "ports_in_place", lambda place: ())
    monkeypatch.setattr(mail_system, "watched", lambda *arguments: _Nothing())


class _Nothing:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *error: object) -> None:
        return None


def asked(verb: str, place: Instance, systemd: Systemd) -> list[str]:
    postfix = LivePostfix(place, lambda words: None, systemd)
    getattr(postfix, verb)(*([()] if verb in ("reload", "restart") else []))
    return systemd.asked


def test_it_is_asked_to_reload(running: None) -> None:
    systemd = Systemd({"CanReload": "yes"})

    assert asked("reload", POSTFIX, systemd) == [f"systemctl reload {UNIT}"]


def test_a_unit_that_cannot_be_reloaded_is_left_out(running: None) -> None:
    systemd = Systemd({"CanReload": "no"})

    assert asked("reload", POSTFIX, systemd) == ["postfix -c /etc/postfix reload"]


def test_without_a_unit_postfix_is_asked_itself(running: None) -> None:
    assert asked("reload", replace(POSTFIX, unit=None), Systemd()) == [
        "postfix -c /etc/postfix reload"
    ]


def test_what_systemd_answers_is_quoted(running: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Failed, match=f"systemctl restart {UNIT}: Job for it failed"):
        unit_manager.ask("restart", UNIT, Systemd(status=1))


def test_a_master_of_before_is_revived_by_a_reload(
    running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance, "start_time", lambda process: "100")
    place = replace(POSTFIX, process=f"{MASTER} 100")

    assert asked("revive", place, Systemd({"CanReload": "yes"})) == [f"systemctl reload {UNIT}"]


def test_a_master_that_was_started_in_the_meantime_is_started_once_more(
    running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though it has the number of the old one."""
    monkeypatch.setattr(instance, "start_time", lambda process: "200")
    place = replace(POSTFIX, process=f"{MASTER} 100")

    assert asked("revive", place, Systemd()) == [f"systemctl restart {UNIT}"]


def test_where_a_reload_is_not_enough_it_is_restarted(
    running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_system, "first_problem", lambda *arguments: "port 25: timed out")

    assert asked("revive", POSTFIX, Systemd({"CanReload": "yes"})) == [
        f"systemctl reload {UNIT}",
        f"systemctl restart {UNIT}",
    ]


def test_a_postfix_that_has_died_is_started_by_its_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    systemd = Systemd()
    monkeypatch.setattr(
        Instance, "master", property(lambda self: MASTER if systemd.asked else None)
    )

    assert asked("revive", POSTFIX, systemd) == [f"systemctl restart {UNIT}"]


def test_one_that_does_not_come_up_again_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Instance, "master", None)

    with pytest.raises(Failed, match="Postfix does not run"):
        asked("revive", replace(POSTFIX, unit=None), Systemd())


def test_a_postfix_that_was_stopped_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Instance, "master", None)
    stopped = replace(POSTFIX, was_running=False)

    assert asked("revive", stopped, Systemd()) == []
    assert asked("reload", stopped, Systemd()) == []
    assert asked("restart", stopped, Systemd()) == []


# What is remembered


def test_an_instance_survives_its_record() -> None:
    remembered = replace(POSTFIX, process="4711 100")

    assert Instance.from_json(remembered.to_json()) == remembered
    assert Instance.from_json(replace(POSTFIX, unit=None).to_json()).unit is None


def test_in_a_tree_nothing_runs(tmp_path: Path) -> None:
    found = instance_of(tmp_path, CONFIG, QUEUE)

    assert found == Instance(tmp_path, CONFIG, QUEUE, None, was_running=False)
