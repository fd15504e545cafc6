"""python -m tests.bench [COMPARISON ...] [--repetitions N]"""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench import (
    first_frame,
    first_run,
    key_latency,
    large_file,
    line_bytes,
    over_ssh,
    rehearsal,
    second_run,
)
from tests.bench.table import Comparison, rendered
from tests.machines.cache import MachinesUnavailable


@dataclass(frozen=True)
class Entry:
    """A comparison that can be asked for, and how often its contenders run unless said."""

    compare: Callable[[int], Comparison]
    repetitions: int


ENTRIES = {
    "first-run": Entry(first_run.compare, 9),
    "second-run": Entry(second_run.compare, 5),
    "rehearsal": Entry(rehearsal.compare, 5),
    "large-file": Entry(large_file.compare, 5),
    "first-frame": Entry(first_frame.compare, 15),
    "key-latency": Entry(key_latency.compare, 300),
    "bytes": Entry(line_bytes.compare, 2),
    "ssh": Entry(over_ssh.compare, 3),
}


def main() -> int:
    """Runs the comparisons and prints each as it is done; 1 where one is missed or cannot run."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("comparisons", nargs="*", metavar="COMPARISON", help=", ".join(ENTRIES))
    parser.add_argument("--repetitions", type=int, metavar="N", help="runs of each contender")
    given = parser.parse_args()
    unknown = set(given.comparisons) - set(ENTRIES)
    if unknown:
        parser.error(f"no such comparison: {', '.join(sorted(unknown))}")
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the start\n")
    missed = False
    for name in given.comparisons or ENTRIES:
        entry = ENTRIES[name]
        try:
            comparison = entry.compare(given.repetitions or entry.repetitions)
        except MachinesUnavailable as unavailable:
            print(f"{name}: {unavailable}", file=sys.stderr)
            missed = True
            continue
        print(rendered(comparison), flush=True)
        missed = missed or comparison.is_missed
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
