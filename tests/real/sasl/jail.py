"""What operators mount into the chroot jail, so that smtpd finds it there by the same name."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.machines.machine import Machine

JAIL = "/var/spool/postfix"

MAKE_PLACE = """\
if test -d "$1"; then mkdir -p "$2"; else mkdir -p "${2%/*}" && touch "$2"; fi
"""


@contextmanager
def mounted(machine: Machine, path: str) -> Iterator[None]:
    """A file or directory of the machine, in the jail too (mount --bind).

    smtpd may have it open at the end, when only its name goes.
    """
    inside = f"{JAIL}{path}"
    machine.run(["sh", "-ec", MAKE_PLACE, "sh", path, inside])
    machine.run_outside(["mount", "--bind", f"{machine.root}{path}", f"{machine.root}{inside}"])
    try:
        yield
    finally:
        machine.run_outside(["umount", "--lazy", f"{machine.root}{inside}"])
        machine.run(["rm", "-d", inside])
