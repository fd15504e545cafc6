"""python -m tests.machines build [SUITE ...] | shell SUITE"""

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.machines import cache, roots, runtime
from tests.machines.machine import Machine
from tests.machines.suites import SUITES, Suite


def main() -> int:
    """Builds roots, or opens a shell in a fresh machine."""
    parser = argparse.ArgumentParser(prog="python -m tests.machines")
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="build the roots that are not in the cache yet")
    build.add_argument("suites", nargs="*", metavar="SUITE", help=", ".join(SUITES))
    shell = commands.add_parser("shell", help="an interactive shell in a fresh machine")
    shell.add_argument("suite", choices=SUITES)
    arguments = parser.parse_args()
    if arguments.command == "shell":
        return open_shell(SUITES[arguments.suite])
    unknown = set(arguments.suites) - set(SUITES)
    if unknown:
        parser.error(f"no such suite: {', '.join(sorted(unknown))}")
    return build_all([SUITES[name] for name in arguments.suites or SUITES])


def build_all(suites: list[Suite]) -> int:
    """Builds every suite; the roots' lanes see to it that no more than two run at once."""
    with ThreadPoolExecutor() as pool:
        return 0 if all(list(pool.map(build_one, suites))) else 1


def build_one(suite: Suite) -> bool:
    """Builds one root and says how that went."""
    start = time.monotonic()
    try:
        prepare(suite)
    except cache.MachinesUnavailable as unavailable:
        print(f"{suite.name}: {unavailable}", file=sys.stderr, flush=True)
        return False
    print(f"{suite.name}: ready after {time.monotonic() - start:.1f} s", flush=True)
    return True


def prepare(suite: Suite) -> None:
    """Makes everything a machine of this suite stands on."""
    roots.root(suite)
    if suite.runs_pfwizard_inside:
        runtime.packages(suite)


def open_shell(suite: Suite) -> int:
    """Opens a shell on the terminal; leaving it ends the machine."""
    print(f"{suite.name}: getting ready, which takes minutes the first time", flush=True)
    with Machine(suite) as machine:
        print(f"{machine.hostname}: `postfix start` starts Postfix", end="")
        print(", `python3 -m pfwizard` pfwizard" if suite.runs_pfwizard_inside else "", flush=True)
        return machine.shell()


if __name__ == "__main__":
    sys.exit(main())
