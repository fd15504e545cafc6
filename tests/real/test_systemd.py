"""pfwizard on a machine that systemd runs: its unit, its timer, and reloads by the unit."""

from dataclasses import dataclass

import pytest

from tests.machines.machine import Machine
from tests.machines.runtime import CHECKOUT
from tests.machines.suites import SUITES, Suite
from tests.real.conftest import OpenMachine
from tests.real.guide_machine import ANSWERS_FILE, PASSWORD, GuideMachine
from tests.real.held_run import ON_PROBATION, begin, program, wait_for_words
from tests.real.mail_server import (
    MailServer,
    configuration,
    history,
    wait_until_no_process_is_left,
)

pytestmark = pytest.mark.machine

# Two generations: an instance of a template owns Postfix's master, or the unit itself does.
UNIT_OF_POSTFIX = {"bookworm": "postfix@-.service", "trixie": "postfix.service"}

RECOVER = "pfwizard-recover.service"
UNIT = f"/etc/systemd/system/{RECOVER}"
JOURNAL = "/var/lib/pfwizard/journal"
PROGRAM = "/usr/local/bin/pfwizard"

# An empty value takes all conditions away (systemd.unit(5)).
ANYWHERE = """\
[Unit]
ConditionVirtualization=
ConditionPathExists=|/var/lib/pfwizard/journal
ConditionPathExists=|/var/lib/pfwizard/done
"""

SESSION = "operator.scope"
"""What logind would put all into that the operator starts over one connection."""

IN_THE_SESSION = ["systemd-run", "--quiet", "--scope", f"--unit={SESSION}"]

TIMERS = "systemctl list-units --all --plain --no-legend 'pfwizard-probation-*'"
UNTIL_THE_TIMER_IS_GONE = f"while {TIMERS} | grep -q .; do sleep 0.1; done"

AUTHENTICATED = 235  # RFC 4954 section 6


@dataclass(frozen=True)
class Server:
    """A mail server that systemd runs, with pfwizard installed, and what it was before it."""

    guide: GuideMachine
    before: MailServer

    @property
    def machine(self) -> Machine:
        return self.guide.machine

    @property
    def unit(self) -> str:
        return UNIT_OF_POSTFIX[self.machine.suite.name]

    def begin_probation(self, seconds: str, *, within: tuple[str, ...] = ()) -> None:
        """Apply the answers; returns when the change waits for its confirmation."""
        run = ["--answers", ANSWERS_FILE, "--confirm", seconds]
        begin(self.machine, [*within, *program(), *run])
        wait_for_words(self.machine, ON_PROBATION)

    def journal(self, *units: str) -> list[str]:
        """What units have said, and what was said of them, since the machine was started."""
        wanted = [f"--unit={unit}" for unit in units]
        self.machine.run(["journalctl", "--sync"])
        done = self.machine.run(["journalctl", "--boot", "--output=cat", "--quiet", *wanted])
        return done.stdout.splitlines()

    def wait_until_the_timer_is_gone(self) -> None:
        wait = ["timeout", "120", "sh", "-c", UNTIL_THE_TIMER_IS_GONE]
        self.machine.run(wait)

    def when_all_is_over(self) -> MailServer:
        """What there is when the last process has gone, without anybody's help."""
        wait_until_no_process_is_left(self.machine)
        return MailServer.of(self.machine)


def install(machine: Machine) -> None:
    """The program and its unit, switched on, as a package would have them."""
    paths = "".join(f"export {name}={value}\n" for name, value in machine.python_paths().items())
    machine.write(PROGRAM, f'#!/bin/sh\n{paths}exec python3 -m pfwizard "$@"\n', 0o755)
    machine.write(UNIT, (CHECKOUT / "pfwizard/systemd" / RECOVER).read_bytes())
    machine.run(["systemctl", "daemon-reload"])
    machine.run(["systemctl", "enable", RECOVER])


def prepared(suite: Suite, open_machine: OpenMachine) -> Server:
    """A machine with pfwizard installed, on which everything runs."""
    machine = open_machine(Machine(suite, with_systemd=True, survives_reboot=True))
    install(machine)
    guide = GuideMachine.prepare(machine)
    return Server(guide, MailServer.of(machine))


@pytest.fixture
def server(request: pytest.FixtureRequest, open_machine: OpenMachine) -> Server:
    """Of one generation, or of that which the test asks for."""
    return prepared(SUITES[getattr(request, "param", "bookworm")], open_machine)


of_each_generation = pytest.mark.parametrize("server", UNIT_OF_POSTFIX, indirect=True)


@of_each_generation
def test_after_a_restart_on_probation_postfix_starts_with_the_old_configuration(
    server: Server,
) -> None:
    server.machine.write(f"{UNIT}.d/anywhere.conf", ANYWHERE)
    before = MailServer.of(server.machine)
    server.begin_probation("600")

    server.machine.reboot()

    told = server.journal(RECOVER, server.unit)
    recovered = next(line for line in told if line.startswith("Finished pfwizard-recover."))
    started = next(line for line in told if line.startswith(f"Starting {server.unit}"))
    assert told.index(recovered) < told.index(started)
    assert MailServer.of(server.machine) == before
    assert history(server.machine).endswith("the machine was restarted before it was confirmed")


def test_in_a_container_the_unit_is_passed_over(server: Server) -> None:
    """A container has the boot_id of its host, from which nothing can be concluded."""
    server.begin_probation("600")

    server.machine.reboot()

    shown = ["systemctl", "show", "--property=ConditionResult,ActiveState", RECOVER]
    assert server.machine.run(shown).stdout.split() == [
        "ActiveState=inactive",
        "ConditionResult=no",
    ]
    assert "ConditionVirtualization=!container" in "\n".join(server.journal(RECOVER))
    assert server.machine.run(["test", "-e", JOURNAL]).returncode == 0


def test_with_nothing_left_to_do_the_unit_is_passed_over(server: Server) -> None:
    server.machine.write(f"{UNIT}.d/anywhere.conf", ANYWHERE)
    server.guide.apply()

    server.machine.reboot()

    shown = ["systemctl", "show", "--property=ConditionResult", RECOVER]
    assert server.machine.run(shown).stdout == "ConditionResult=no\n"
    assert MailServer.of(server.machine).open_ports == ("25", "465")


def test_when_the_whole_session_is_killed_the_timer_takes_the_change_back(server: Server) -> None:
    server.begin_probation("8", within=tuple(IN_THE_SESSION))
    assert server.machine.run(["sh", "-c", TIMERS]).stdout.count(".timer") == 1

    server.machine.run(["systemctl", "kill", "--signal=KILL", SESSION])
    wait_until_no_process_is_left(server.machine)
    assert server.machine.run(["test", "-e", JOURNAL]).returncode == 0
    server.wait_until_the_timer_is_gone()

    assert server.when_all_is_over() == server.before
    assert history(server.machine).endswith("rolled back: it was not confirmed in time")


def test_the_timer_leaves_a_confirmed_change_alone(server: Server) -> None:
    server.begin_probation("15")
    server.machine.run([PROGRAM, "confirm"])
    confirmed = configuration(server.machine)

    server.wait_until_the_timer_is_gone()

    assert configuration(server.machine) == confirmed
    assert history(server.machine).endswith("applied and confirmed")
    assert server.guide.login(465, "PLAIN", PASSWORD) == AUTHENTICATED
    assert server.machine.run(["systemctl", "is-system-running"]).stdout == "running\n"


@of_each_generation
def test_postfix_is_reloaded_by_its_unit(server: Server) -> None:
    master = server.machine.master_pid()

    server.guide.apply()

    assert server.machine.master_pid() == master
    reloads = [line for line in server.journal(server.unit) if line.startswith("Reloaded ")]
    assert len(reloads) == 1
    active = ["systemctl", "is-active", server.unit]
    assert server.machine.run(active).stdout == "active\n"
