"""``python -m pfwizard``."""

import sys

from pfwizard.cli.main import program

sys.exit(program())
