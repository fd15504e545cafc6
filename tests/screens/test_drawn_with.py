"""Another Textual draws otherwise, which is neither a failure nor a silence."""

import os
import subprocess
import sys
from pathlib import Path

from tests.screens import drawn_with

CHECKOUT = Path(__file__).parents[2]

A_TEST = "tests/screens/test_look.py::test_a_terminal_that_is_too_small"

ANOTHER_VERSION = (
    "import importlib.metadata\n"
    "real = importlib.metadata.version\n"
    "importlib.metadata.version = lambda name: '8.99.0' if name == 'textual' else real(name)\n"
)

OTHER_PICTURES = (
    "from textual.app import App; App.export_screenshot = lambda self, **options: 'other'\n"
)

OTHER_TEXTS = "from textual.strip import Strip; Strip.text = property(lambda self: 'other')\n"


def run(directory: Path, pretence: str, *options: str) -> subprocess.CompletedProcess[str]:
    """One test of a screen, run by a pytest that pretends something."""
    (directory / "pretence.py").write_text(pretence)
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider"),
            *("-p", "pretence", A_TEST, *options),
        ],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(directory)},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_a_picture_that_the_same_version_draws_otherwise_is_a_failure(tmp_path: Path) -> None:
    done = run(tmp_path, OTHER_PICTURES)

    assert done.returncode == 1, done.stdout
    assert "1 failed" in done.stdout


def test_a_picture_that_another_version_draws_otherwise_is_none(tmp_path: Path) -> None:
    done = run(tmp_path, ANOTHER_VERSION + OTHER_PICTURES)

    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_the_report_says_that_no_picture_was_compared(tmp_path: Path) -> None:
    done = run(tmp_path, ANOTHER_VERSION)

    assert "NO PICTURES COMPARED" in done.stdout
    assert "1 tests compared the texts of screens only" in done.stdout
    assert f"with Textual {drawn_with.MINOR_VERSION}, and this is 8.99.0." in done.stdout


def test_a_process_of_xdist_says_it_too(tmp_path: Path) -> None:
    done = run(tmp_path, ANOTHER_VERSION, "-n", "1")

    assert "1 tests compared the texts of screens only" in done.stdout


def test_a_test_that_runs_alone_makes_no_snapshot_of_its_neighbours_unused(tmp_path: Path) -> None:
    done = run(tmp_path, "")

    assert done.returncode == 0, done.stdout
    assert "unused" not in done.stdout


def test_the_report_says_nothing_when_every_picture_was_compared(tmp_path: Path) -> None:
    done = run(tmp_path, "")

    assert "1 passed" in done.stdout
    assert "NO PICTURES COMPARED" not in done.stdout


def test_a_text_that_another_version_shows_otherwise_is_a_failure(tmp_path: Path) -> None:
    done = run(tmp_path, ANOTHER_VERSION + OTHER_TEXTS)

    assert done.returncode == 1, done.stdout
    assert "1 failed" in done.stdout


def test_another_version_draws_nothing_anew(tmp_path: Path) -> None:
    """Nothing is run here, so that the snapshots are safe when this fails."""
    done = run(tmp_path, ANOTHER_VERSION, "--snapshot-update", "--collect-only")

    assert done.returncode == 4, done.stdout
    assert f"drawn with Textual {drawn_with.MINOR_VERSION}, and this is 8.99.0" in done.stderr
