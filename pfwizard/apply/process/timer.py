"""A timer of systemd as one more guard of a probation.

Where logind ends everything that belongs to a session (KillUserProcesses=yes, logind.conf(5)),
engine and watchdog go with the connection that is lost. A transient timer belongs to no session.
"""

from contextlib import suppress
from pathlib import Path

from pfwizard.apply.live.instance import Instance
from pfwizard.apply.manifest import TransactionId
from pfwizard.apply.process import child
from pfwizard.errors import PfwizardError
from pfwizard.machine import programs

SYSTEMD = Path("/run/systemd/system")
"""There where systemd is the first process (sd_booted(3))."""

LATER = 2.0
"""Seconds after the deadline: whoever is still there acts first."""


def set_timer(
    instance: Instance, state_directory: Path, transaction: TransactionId, seconds: float
) -> None:
    """Have ``pfwizard recover`` run after the deadline, which does nothing if all is over then.

    Nothing depends on it, so that a systemd that refuses is no failure.
    """
    if instance.root != Path("/") or not SYSTEMD.is_dir():
        return
    with suppress(PfwizardError):
        programs.run(timer_command(state_directory, transaction, seconds))


def timer_command(state_directory: Path, transaction: TransactionId, seconds: float) -> list[str]:
    """The call of systemd-run(1)."""
    recover = child.command("pfwizard.cli.main", ["recover", "--state-dir", str(state_directory)])
    return [
        "systemd-run",
        "--quiet",
        "--collect",
        f"--unit=pfwizard-probation-{transaction}",
        f"--on-active={seconds + LATER:.0f}s",
        "--timer-property=AccuracySec=1s",
        *recover,
    ]
