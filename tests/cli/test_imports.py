"""What starting costs: no toolkit for unattended runs, no cryptography for a look at the help."""

import pytest

from tests.cli.program import Machine, sabotaged

REPORT = """
import atexit
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
"""


@pytest.mark.parametrize("heavy", ["textual", "rich", "tomlkit", "asyncio"])
def test_an_unattended_run_does_without_the_toolkits(machine: Machine, heavy: str) -> None:
    done = machine.sabotaged(REPORT, "--dry-run")
    assert done.returncode == 3
    assert heavy not in done.stderr.split()


@pytest.mark.parametrize("arguments", ["--help", "--version", "--nonsense"])
def test_a_look_at_the_program_does_without_cryptography(arguments: str) -> None:
    loaded = sabotaged(REPORT, arguments).stderr.split()
    assert "pfwizard.cli.main" in loaded
    assert not {"cryptography", "idna", "ssl", "subprocess"} & set(loaded)


def test_wrong_answers_are_found_without_cryptography(machine: Machine) -> None:
    machine.answer("format = 1", "format = 2")
    assert "cryptography" not in machine.sabotaged(REPORT).stderr.split()
