"""One Postfix instance: what must be known to bring it back later, even from another process."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pfwizard.apply.live.servers import start_time
from pfwizard.apply.live.unit_manager import Run, unit_of
from pfwizard.machine import programs
from pfwizard.machine.postfix import master_process

THIS_MACHINE = Path("/")


@dataclass(frozen=True)
class Instance:
    """A Postfix, in the tree below ``root``, and how it ran when it was looked at.

    ``unit`` is the systemd service that the running master belonged to, None where there was none.
    ``process`` tells that master from every other one, also from one that has got its number
    later; None where it is not known.
    """

    root: Path
    config_directory: PurePosixPath
    queue_directory: PurePosixPath
    unit: str | None = None
    was_running: bool = False
    process: str | None = None

    @property
    def is_of_this_machine(self) -> bool:
        return self.root == THIS_MACHINE

    @property
    def master(self) -> int | None:
        """The process number of its master(8) at this moment, or None when it is stopped."""
        return master_process(Path(self.queue_directory) / "pid" / "master.pid")

    @property
    def was_started_anew(self) -> bool:
        """Whether another master runs now, which has read the files as they were later."""
        master = self.master
        if master is None or self.process is None:
            return False
        return identity_of(master) != self.process

    def to_json(self) -> dict[str, str | bool | None]:
        """As plain values for a record."""
        return {
            "root": str(self.root),
            "config_directory": str(self.config_directory),
            "queue_directory": str(self.queue_directory),
            "unit": self.unit,
            "was_running": self.was_running,
            "process": self.process,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, str | bool | None]) -> "Instance":
        """Raises KeyError for a document that ``to_json`` has not made."""
        return cls(
            root=Path(str(document["root"])),
            config_directory=PurePosixPath(str(document["config_directory"])),
            queue_directory=PurePosixPath(str(document["queue_directory"])),
            unit=_text(document["unit"]),
            was_running=bool(document["was_running"]),
            process=_text(document["process"]),
        )


def _text(value: str | bool | None) -> str | None:
    return None if value is None else str(value)


def instance_of(
    root: Path,
    config_directory: PurePosixPath,
    queue_directory: PurePosixPath,
    run: Run = programs.run,
) -> Instance:
    """Look whether the instance runs, and which unit it belongs to; in a tree nothing runs."""
    found = Instance(root, config_directory, queue_directory)
    master = found.master if found.is_of_this_machine else None
    if master is None:
        return found
    unit = unit_of(master, run)
    return replace(found, unit=unit, was_running=True, process=identity_of(master))


def identity_of(process: int) -> str:
    """The number of a process and the clock tick since boot at which it was started (proc(5))."""
    return f"{process} {start_time(process)}"
