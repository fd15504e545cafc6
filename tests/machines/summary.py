"""Says at the end of a test run, loudly, which real servers were not there and so proved nothing.

A pytest plugin. Under pytest-xdist the process that owns the terminal collects no tests and reads
no conftest.py below the top one, hence a module of its own that either can register.
"""

import re

import pytest


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


def missing(suite: str, reason: str) -> str:
    """What a test says that has no machine; it is recognised again in the report."""
    return f"no {suite} machine, so nothing was proven about it: {reason}"


SAID = re.compile(missing(r"(\w+)", r"(.*)"))


def _missing(terminalreporter: pytest.TerminalReporter) -> dict[str, str]:
    reports = (report for reports in terminalreporter.stats.values() for report in reports)
    found = (
        SAID.search(report.longreprtext)
        for report in reports
        if isinstance(report, pytest.TestReport)
    )
    return {match[1]: match[2].removesuffix("')") for match in found if match}
