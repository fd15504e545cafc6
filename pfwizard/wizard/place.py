"""Where a walk works, and how."""

import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pfwizard.prove.rehearsing.choice import Rehearse
from pfwizard.wizard.draft import Draft
from pfwizard.wizard.probation import DEFAULT_PROBATION

if TYPE_CHECKING:
    from pfwizard.engine import Job


@dataclass(frozen=True)
class Place:
    """Where the walk works: as the options of the command line say it.

    ``is_demonstration``: the tree is temporary, and whoever started the walk removes it.
    ``options`` are those, each with a blank before it, by which another run works on the same.
    ``draft`` is where the answers are kept as long as the walk goes on, ``host`` how the machine
    calls itself. ``rehearse`` says whether a change is rehearsed before it is made.
    """

    root: Path = Path("/")
    config_directory: PurePosixPath | None = None
    state_directory: Path | None = None
    probation: float = DEFAULT_PROBATION
    is_demonstration: bool = False
    options: str = ""
    draft: Draft | None = None
    rehearse: Rehearse = Rehearse.AUTO
    host: str = field(default_factory=lambda: os.uname().nodename)

    @property
    def job(self) -> "Job":
        from pfwizard.engine import Job

        return Job.on(self.root, self.config_directory, self.state_directory)
