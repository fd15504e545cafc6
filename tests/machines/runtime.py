"""The packages pfwizard imports at run time, for the Python of each suite: fetched once by pip."""

import platform
import sys
import tomllib
from pathlib import Path

from tests.machines import cache
from tests.machines.suites import Suite

CHECKOUT = Path(__file__).resolve().parents[2]

# What a wheel may ask for: every suite's C library is newer than 2.28 (bullseye has 2.31).
PLATFORMS = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")


def packages(suite: Suite) -> Path:
    """The directory (kept in the cache) that belongs on PYTHONPATH in this suite's machines."""
    requirements = _requirements()
    recipe = "\n".join([suite.python, platform.machine(), *PLATFORMS, *requirements])

    def build(place: Path, log: Path) -> None:
        argv = [sys.executable, "-m", "pip", "install", "--no-input", "--only-binary=:all:"]
        argv += [f"--target={place / 'packages'}", f"--python-version={suite.python}"]
        argv += ["--implementation=cp"]
        argv += [f"--platform={tag}_{platform.machine()}" for tag in PLATFORMS]
        doing = f"fetching the packages for Python {suite.python} with pip"
        cache.run_logged([*argv, *requirements], log, doing=doing)

    name = f"python{suite.python}"
    return cache.obtain(name, recipe, build, lane="packages") / "packages"


def bytecode(suite: Suite) -> Path:
    """Where this suite's machines keep what Python has compiled, which is half of a start.

    That goes by the path of its source, which is the same in every machine: so other suites and
    other checkouts have directories of their own.
    """
    place = CHECKOUT / ".bytecode" / suite.name
    place.mkdir(parents=True, exist_ok=True)
    return place


def _requirements() -> list[str]:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    dependencies: list[str] = project["dependencies"]
    return dependencies
