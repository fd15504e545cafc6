"""``python -m pfwizard``."""

import sys

from pfwizard.cli.main import main

sys.exit(main())
