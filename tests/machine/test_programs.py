"""Programs that pfwizard runs are out of reach of the terminal's keys."""

import os
import sys

from pfwizard.machine import programs


def test_a_program_is_not_in_the_process_group_that_ctrl_c_is_sent_to() -> None:
    asked = programs.run([sys.executable, "-c", "import os; print(os.getpgrp())"])

    assert int(asked.stdout) != os.getpgrp()
