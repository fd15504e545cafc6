"""Wrong usage has exit status 2, names the option, and tells how it is done."""

from pathlib import Path

import pytest

from pfwizard import __version__
from tests.cli.program import Machine, pfwizard_process


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), "--answers FILE"),
        (("--nonsense",), "--nonsense"),
        (("--answers",), "--answers"),
        (("--answ", "file"), "--answ"),
        (("stray", "--demo"), "stray"),
        (("--demo", "--root", "/"), "--root"),
        (("--demo", "--state-dir", "/x"), "--state-dir"),
        (("--demo", "--config-dir", "/x"), "--config-dir"),
        (("--answers", "a", "--root", "/dev/null"), "/dev/null: is not a directory"),
        (("--answers", "a", "--root", "/absent"), "/absent: is not a directory"),
        (("--answers", "a", "--root", "/" + "n" * 300), "File name too long"),
        (("--answers", "a", "--root", ""), "--root: is empty"),
        (("--answers", "a", "--state-dir", ""), "--state-dir: is empty"),
        (("--answers", "a", "--config-dir", ""), "--config-dir: is empty"),
        (("--answers", ""), "--answers: is empty"),
        (("--answers", "a", "--config-dir", "etc"), "--config-dir etc: is a relative path"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else "",
)
def test_wrong_usage_is_named(arguments: tuple[str, ...], named: str) -> None:
    done = pfwizard_process(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("pfwizard: ")
    assert named in done.stderr


def test_every_mistake_in_the_answers_is_named_with_its_place(machine: Machine) -> None:
    machine.answer('country = "IT"', 'country = "Italy"')
    done = machine.pfwizard()
    assert done.returncode == 2
    lines = machine.answers.read_text().split("\n")
    first, second = (i for i, line in enumerate(lines, 1) if line.startswith("country"))
    assert f"{machine.answers}:{first}: ca.subject.country: " in done.stderr
    assert f"{machine.answers}:{second}: server.subject.country: " in done.stderr


def test_a_missing_answers_file_is_named(machine: Machine, tmp_path: Path) -> None:
    done = pfwizard_process("--answers", tmp_path / "absent", "--root", machine.root)
    assert done.returncode == 2
    assert f"{tmp_path}/absent: cannot be read: No such file or directory" in done.stderr


def test_the_version_is_printed() -> None:
    done = pfwizard_process("--version")
    assert (done.returncode, done.stdout) == (0, f"pfwizard {__version__}\n")


def test_help_names_every_option_and_every_exit_status() -> None:
    done = pfwizard_process("--help")
    assert done.returncode == 0
    for option in ("answers", "demo", "dry-run", "json", "config-dir", "root", "state-dir"):
        assert f"--{option}" in done.stdout
    for status in range(7):
        assert f"\n  {status}  " in done.stdout
