"""Whether a restart of this machine takes an unconfirmed change back before Postfix starts."""

from pathlib import Path

from pfwizard.apply.journal import DEFAULT
from pfwizard.apply.process.timer import SYSTEMD
from pfwizard.errors import PfwizardError
from pfwizard.machine import programs

UNIT = "pfwizard-recover.service"


def is_recovered_at_boot(root: Path, state_directory: Path) -> bool:
    """True as well for a tree, in which nothing runs. The unit knows the usual place alone."""
    if root != Path("/"):
        return True
    if not SYSTEMD.is_dir() or state_directory != Path(DEFAULT):
        return False
    try:
        return programs.run(["systemctl", "is-enabled", "--quiet", UNIT]).status == 0
    except PfwizardError:
        return False
