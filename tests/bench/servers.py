"""Mail servers to measure on: Debian 12 with Postfix and authdaemond running."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.machines.machine import Machine
from tests.machines.runtime import CHECKOUT
from tests.machines.suites import SUITES

SUITE = SUITES["bookworm"]
LOGIN, PASSWORD = "d.mazzocchio@kernel-panic.it", "danix"

ANSWERS = "/root/answers.toml"

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


def run_pfwizard(machine: Machine, *options: str) -> None:
    """Configures the server after the guide."""
    machine.pfwizard("--answers", ANSWERS, *options, check=True)


def is_configured(machine: Machine) -> bool:
    """Whether pfwizard finds nothing to do."""
    done = machine.pfwizard("--answers", ANSWERS, "--json", check=True)
    report: dict[str, object] = json.loads(done.stdout)
    return report["result"] == "unchanged"


def compile_pfwizard() -> None:
    """Has the machines' Python compile all of it, as an installed program comes.

    Every machine of the suite finds that again. Both kinds of run are needed, one that changes
    something and one that does not.
    """
    with stock_server() as machine:
        for _ in range(2):
            run_pfwizard(machine)
