"""ansible-core in a machine, set up as fast as its documentation allows."""

import platform
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.bench.servers import SUITE
from tests.machines import cache
from tests.machines.machine import Machine
from tests.machines.runtime import PLATFORMS

REQUIREMENT = "ansible-core>=2.19,<2.20"  # the last release for the Python of Debian 12
PLACE = "/opt/ansible"
PLAYBOOKS = Path(__file__).with_name("playbooks")
PLAYBOOKS_PLACE = "/root/playbooks"

ENVIRONMENT = {
    "PYTHONPATH": PLACE,
    "LC_ALL": "C.UTF-8",
    "ANSIBLE_PIPELINING": "1",
    "ANSIBLE_NOCOLOR": "1",
}

RECAP = re.compile(r"^localhost +: ok=(\d+) +changed=(\d+) +unreachable=0 +failed=0 ", re.M)


@dataclass(frozen=True)
class Played:
    """What a run of a playbook says of itself."""

    ok: int
    changed: int


def packages() -> Path:
    """The directory (kept in the cache) with ansible-core and what it imports."""
    recipe = "\n".join([SUITE.python, platform.machine(), *PLATFORMS, REQUIREMENT])

    def build(place: Path, log: Path) -> None:
        argv = [sys.executable, "-m", "pip", "install", "--no-input", "--only-binary=:all:"]
        argv += [f"--target={place / 'packages'}", f"--python-version={SUITE.python}"]
        argv += ["--implementation=cp"]
        argv += [f"--platform={tag}_{platform.machine()}" for tag in PLATFORMS]
        cache.run_logged([*argv, REQUIREMENT], log, doing="fetching ansible-core with pip")

    return cache.obtain("ansible", recipe, build, lane="packages") / "packages"


def install(machine: Machine) -> None:
    """Puts Ansible and the playbooks into a machine."""
    for source, place in ((packages(), PLACE), (PLAYBOOKS, PLAYBOOKS_PLACE)):
        target = machine.root / place.lstrip("/")
        machine.run_outside(["cp", "-r", "--", str(source), str(target)])


def play(machine: Machine, playbook: str) -> Played:
    """Runs one of the playbooks on the machine itself; raises when a task fails."""
    argv = ["python3", "-m", "ansible", "playbook", "-i", "localhost,"]
    argv += [f"{PLAYBOOKS_PLACE}/{playbook}"]
    done = machine.run(argv, env=ENVIRONMENT, timeout=300)
    recap = RECAP.search(done.stdout)
    if recap is None:
        raise AssertionError(f"{playbook} has no recap:\n{done.stdout}\n{done.stderr}")
    return Played(ok=int(recap[1]), changed=int(recap[2]))
