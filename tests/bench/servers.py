"""Mail servers to measure on: Debian 12 with Postfix and authdaemond running."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from tests.machines.machine import Machine
from tests.machines.runtime import CHECKOUT
from tests.machines.suites import SUITES

SUITE = SUITES["bookworm"]
LOGIN, PASSWORD = "d.mazzocchio@kernel-panic.it", "danix"

ANSWERS = "/root/answers.toml"
BYTECODE = "/var/cache/bytecode"
BYTECODE_IS_KEPT = {"PYTHONPYCACHEPREFIX": BYTECODE}

# The guide's own answers, with authdaemond's socket where Debian has it.
GUIDES_ANSWERS = CHECKOUT / "pfwizard" / "demo" / "answers.toml"


@contextmanager
def stock_server() -> Iterator[Machine]:
    """A machine as the packages leave it, its services running."""
    with Machine(SUITE) as machine:
        machine.start_authdaemond({LOGIN: PASSWORD})
        machine.start_postfix()
        machine.write(ANSWERS, GUIDES_ANSWERS.read_bytes())
        yield machine


def run_pfwizard(machine: Machine, env: Mapping[str, str] = BYTECODE_IS_KEPT) -> None:
    """Configures the server after the guide."""
    machine.pfwizard("--answers", ANSWERS, check=True, env=env)


def is_configured(machine: Machine) -> bool:
    """Whether pfwizard finds nothing to do."""
    done = machine.pfwizard("--answers", ANSWERS, "--json", check=True)
    report: dict[str, object] = json.loads(done.stdout)
    return report["result"] == "unchanged"


@dataclass(frozen=True)
class Bytecode:
    """What the machine's own Python compiled pfwizard to, as an installed program comes with it.

    The checkout is shown to a machine read-only, and what lies about there depends on who ran what
    last, so every server gets the same.
    """

    archive: bytes

    @classmethod
    def of_pfwizard(cls) -> "Bytecode":
        """Both kinds of run, one that changes something and one that does not, compile it all."""
        with stock_server() as machine:
            for _ in range(2):
                run_pfwizard(machine)
            machine.run(["tar", "-cf", "/root/bytecode.tar", "-C", BYTECODE, "."])
            return cls(machine.read("/root/bytecode.tar"))

    def install(self, machine: Machine) -> None:
        """Puts it where `BYTECODE_IS_KEPT` has Python look."""
        machine.write("/root/bytecode.tar", self.archive)
        machine.run(["mkdir", BYTECODE])
        machine.run(["tar", "-xf", "/root/bytecode.tar", "-C", BYTECODE])
