"""Runs of pfwizard in a machine that wait at a chosen point, for as long as a test wants."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.machines.machine import Machine

HELD, GO_ON = "/run/held", "/run/go-on"
"""FIFOs: of the run, once it waits; and to the run, that it may go on."""

OUTPUT = "/run/output"

ON_PROBATION = "on probation for"

WAIT = f"""\
def _wait():
    with open("{HELD}", "w") as fifo:
        fifo.write("held")
    with open("{GO_ON}") as fifo:
        fifo.read()
"""

# Wraps one function. It waits at the first call only, whoever makes it.
HOLD = """\
import importlib
_owner = importlib.import_module({module!r})
for _name in {owners!r}:
    _owner = getattr(_owner, _name)
_real = getattr(_owner, {name!r})
_waited = []
def _wait_once():
    if not _waited:
        _waited.append(True)
        _wait()
def _held(*arguments, **named):
    if {before!r}:
        _wait_once()
    result = _real(*arguments, **named)
    _wait_once()
    return result
setattr(_owner, {name!r}, _held)
"""

PROGRAM = """\
import sys
from pfwizard.apply.process import child
from pfwizard.cli import argument_values
argument_values.SHORTEST = 1  # for a probation that nobody is to confirm
child.BOOT += {in_engine!r}
{here}
from pfwizard.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@dataclass(frozen=True)
class Point:
    """Just before, or just after, the first call of a function of pfwizard.

    ``name`` says how far the change has come there; ``function`` is the function's name as its
    caller looks it up, from the module's on.
    """

    name: str
    module: str
    function: str
    before: bool = False

    @property
    def sabotage(self) -> str:
        """Statements after which a process waits there."""
        *owners, name = self.function.split(".")
        hold = HOLD.format(module=self.module, owners=owners, name=name, before=self.before)
        return WAIT + hold


PUBLISHED = Point("journal published", "pfwizard.apply.transaction", "stage", before=True)
STAGED = Point("staged", "pfwizard.apply.transaction", "stage")
JOINED = Point("group joined", "pfwizard.apply.live.mail_system", "join_group")
HALF_SWAPPED = Point("half swapped", "pfwizard.apply.swap", "exchange")
"""master.cf is new, main.cf is not."""

SWAPPED = Point("swapped", "pfwizard.apply.transaction", "swap")
RELOADED = Point("reloaded", "pfwizard.apply.transaction", "Transaction._go_live")
HALF_BACK = Point("half taken back", "pfwizard.apply.undo", "exchange")
"""main.cf is old again, master.cf is not."""

RETIRED = Point("retired", "pfwizard.apply.ending", "remove_old_files", before=True)
"""Past the commit point; the old files still wait beside the new ones."""


def program(*, in_engine: Point | None = None, here: Point | None = None) -> list[str]:
    """A command line of pfwizard, to which its arguments are added; its processes wait there."""
    code = PROGRAM.format(
        in_engine=in_engine.sabotage if in_engine else "", here=here.sabotage if here else ""
    )
    return ["python3", "-c", code]


def make_fifos(machine: Machine) -> None:
    """To be done once in each boot of a machine."""
    machine.run(["mkfifo", HELD, GO_ON])


def wait_until_held(machine: Machine) -> None:
    """Returns when a run has come to its point; fails when none does."""
    machine.run(["timeout", "90", "cat", HELD])


def let_go_on(machine: Machine) -> None:
    """Returns when the run that waits has been told."""
    machine.run(["timeout", "90", "sh", "-c", f": >{GO_ON}"])


def begin(machine: Machine, command: Sequence[str]) -> None:
    """Start a run that has no terminal, and that nobody waits for."""
    in_background = ["sh", "-c", f'"$@" </dev/null >{OUTPUT} 2>&1 &', "sh", *command]
    machine.run(in_background, env=machine.python_paths())


def wait_for_words(machine: Machine, words: str) -> None:
    """Returns when the run that was begun has said so; fails when it never does."""
    until = f'until grep -q -e "$1" {OUTPUT}; do sleep 0.02; done'
    machine.run(["timeout", "90", "sh", "-c", until, "sh", words])
