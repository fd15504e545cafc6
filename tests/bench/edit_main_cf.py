"""Reads a main.cf, changes one setting, adds another, and renders: what `large_file` measures.

This file runs in the machine, with the machine's own Python: edit_main_cf.py MAIN_CF. It prints
the seconds it needed without those for starting Python and importing.
"""

import sys
import time
from pathlib import Path

from pfwizard.cf.main_cf import MainCf


def main(path: Path) -> None:
    """Does it once."""
    start = time.perf_counter()
    content = path.read_bytes()
    document = MainCf.parse(content)
    changed = document.set("smtpd_tls_security_level", "may").set("smtpd_tls_loglevel", "1")
    rendered = changed.render()
    seconds = time.perf_counter() - start
    wanted = (b"\nsmtpd_tls_loglevel = 1\n", b"smtpd_tls_security_level = may\n")
    if not all(line in rendered for line in wanted):
        raise AssertionError("the edit is not in the result")
    print(seconds)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
