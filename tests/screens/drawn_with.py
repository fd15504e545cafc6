"""Says which Textual drew the pictures, and loudly so when another one is installed.

The same screen is another SVG when Textual draws it otherwise, and that is no fault of ours. On
another minor version only the texts are compared, and nothing can be drawn anew.

A pytest plugin; like ``tests.machines.summary`` it must be known to the top conftest.py.
"""

from importlib.metadata import version

import pytest

MINOR_VERSION = "8.2"
"""Change it together with all pictures, in a commit of its own."""

INSTALLED = version("textual")

NOT_COMPARED = "picture not compared"
"""The property of a test whose pictures were drawn by another Textual."""


def is_installed() -> bool:
    """Whether this Textual draws as the one that drew the pictures."""
    return INSTALLED.split(".")[:2] == MINOR_VERSION.split(".")


def pytest_configure(config: pytest.Config) -> None:
    """Refuses to store pictures which the next run with the right version would find wrong."""
    if config.getoption("update_snapshots", default=False) and not is_installed():
        raise pytest.UsageError(
            f"the snapshots are drawn with Textual {MINOR_VERSION}, and this is {INSTALLED}"
        )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One paragraph, or nothing when every picture was compared."""
    tests = {
        report.nodeid
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport)
        and any(name == NOT_COMPARED for name, _ in report.user_properties)
    }
    if not tests:
        return
    terminalreporter.section("NO PICTURES COMPARED", sep="!", red=True, bold=True)
    terminalreporter.write_line(
        f"{len(tests)} tests compared the texts of screens only: their pictures are drawn with"
        f" Textual {MINOR_VERSION}, and this is {INSTALLED}."
    )
