"""What a run has published."""

from dataclasses import dataclass
from pathlib import Path

from pfwizard.plan.plan import Finding
from pfwizard.publishing.publication import Publication


@dataclass(frozen=True)
class Published:
    """What was found, and the files that were written of it, into ``directory``."""

    publication: Publication
    directory: Path | None = None
    written: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
