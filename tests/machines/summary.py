"""Says at the end of a test run, loudly, which real servers were not there and so proved nothing.

A pytest plugin. Under pytest-xdist the process that owns the terminal collects no tests and reads
no conftest.py below the top one, hence a module of its own that either can register.
"""

import pytest

MISSING = "machine missing"
"""Tests record under this name, as a user property, the suite and the reason."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One paragraph, or nothing when every machine that was asked for was there."""
    missing = _missing(terminalreporter)
    if not missing:
        return
    terminalreporter.section("NO REAL SERVERS", sep="!", red=True, bold=True)
    for suite, reason in sorted(missing.items()):
        terminalreporter.write_line(f"{suite}: {reason}")
    terminalreporter.write_line(
        "Nothing about real mail servers was proven for these suites."
        " Their tests fail instead of being skipped with PFWIZARD_MACHINES=require."
    )


def _missing(terminalreporter: pytest.TerminalReporter) -> dict[str, str]:
    reports = (report for reports in terminalreporter.stats.values() for report in reports)
    return {
        value[0]: value[1]
        for report in reports
        if isinstance(report, pytest.TestReport)
        for name, value in report.user_properties
        if name == MISSING and isinstance(value, list | tuple)
    }
