"""The line dialogue: the same questions, checks and transaction as on the screens."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pfwizard.answers.question import Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.answers.relevance import is_relevant
from pfwizard.wizard.steps import ASKING
from pfwizard.wizard.typed_text import typed_text
from tests.cli.program import ENVIRONMENT, Machine, contents, pfwizard_process, traces
from tests.screens.stage import started
from tests.waiting import wait_until

MORE_THAN_ALL = 80
"""Questions."""

BY_KEY = {question.key: question for question in QUESTIONS}


def plain(machine: Machine, lines: Iterable[str], *arguments: str | Path) -> tuple[int, str]:
    """Run the dialogue with these lines typed; returns its status and all that it said."""
    command = [sys.executable, "-m", "pfwizard", "--plain", "--root", str(machine.root)]
    done = subprocess.run(
        [*command, *map(str, arguments)],
        input="".join(f"{line}\n" for line in lines),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**ENVIRONMENT, "LC_ALL": "C.UTF-8"},
        timeout=120,
    )
    return done.returncode, done.stdout


DEFAULTS: dict[str, Value] = {
    question.key: question.default for question in QUESTIONS if question.default is not None
}


def as_the_guide_answers() -> Iterator[str]:
    """One line for each question that is asked, in its order; keys are those made at once."""
    quick = {"ca.key_type": "ec:p256", "server.key_type": "ec:p256"}
    values: dict[str, Any] = {**DEFAULTS, **started().values, **quick}
    values["sasl.socket"] = "/run/courier/authdaemon/socket"
    for step in ASKING:
        for question in step.questions:
            if is_relevant(question, values):
                value = values.get(question.key, question.default)
                yield typed_text(question, value) or "-"


def test_the_guide_answered_line_by_line_makes_the_files_of_an_unattended_run(
    machine: Machine, tmp_path: Path
) -> None:
    other = Machine.below(tmp_path / "other")
    assert other.pfwizard().returncode == 0

    status, said = plain(machine, [*as_the_guide_answers(), "apply", "keep", "no"])

    assert status == 0, said
    for name in ("etc/postfix/main.cf", "etc/postfix/master.cf", "etc/postfix/sasl/smtpd.conf"):
        assert contents(machine.root)[name] == contents(other.root)[name]


def test_what_the_review_has_told_is_not_told_again_at_the_end(machine: Machine) -> None:
    _, said = plain(machine, [*as_the_guide_answers(), "apply", "keep", "no"])

    _, _, end = said.partition("Done: the change stays")
    assert "Warning: " in said
    assert "warning: " not in end
    assert "/etc/postfix/main.cf" not in end


def test_the_end_of_the_input_leaves_everything_as_it_was(machine: Machine) -> None:
    before = traces(machine.root)

    status, said = plain(machine, ["create", "IT", "Italy"])

    assert status == 1
    assert "Nothing was changed." in said
    assert traces(machine.root) == before


def test_a_wrong_answer_is_explained_and_asked_again(machine: Machine) -> None:
    _, said = plain(machine, ["create", "Italy"])

    assert 'Error: "Italy" is not a country code. Write IT.' in said
    assert said.count("Country [") == 2


def test_a_question_mark_explains_at_length(machine: Machine) -> None:
    _, said = plain(machine, ["create", "?"])

    assert "the United Kingdom is not UK" in said.replace("\n", " ")


def test_one_can_go_back_a_question(machine: Machine) -> None:
    _, said = plain(machine, ["create", "IT", "<"])

    assert "Country [IT]" in said


def test_quitting_at_the_review_changes_nothing(machine: Machine) -> None:
    before = traces(machine.root)

    status, said = plain(machine, [*as_the_guide_answers(), "quit", "quit"])

    assert said.count("What now? (apply, show, back, save, quit): ") == 1
    assert "Quit pfwizard?" in said
    assert status == 1
    assert traces(machine.root) == before


def test_the_answers_can_be_saved_and_repeat_the_run(machine: Machine, tmp_path: Path) -> None:
    file = tmp_path / "saved.toml"

    plain(machine, [*as_the_guide_answers(), "save", str(file), "quit", "quit"])
    done = Machine(machine.root, file).pfwizard("--dry-run")

    assert done.returncode == 3
    assert "+smtpd_sasl_auth_enable = yes" in done.stdout


def test_a_rollback_takes_the_change_back(machine: Machine) -> None:
    before = contents(machine.root)

    status, said = plain(machine, [*as_the_guide_answers(), "apply", "rollback", "quit", "quit"])

    assert status == 4, said
    assert contents(machine.root) == before


def test_nobody_answering_on_probation_takes_the_change_back(machine: Machine) -> None:
    before = contents(machine.root)
    lines = [*as_the_guide_answers(), "apply"]

    status, said = plain(machine, lines, "--confirm", "5")

    assert status == 4, said
    assert "The input has ended, and the change is on probation." in said
    assert f"pfwizard confirm --root {machine.root}." in said
    assert "Nothing was changed." not in said
    assert contents(machine.root) == before


def test_a_run_whose_change_is_confirmed_elsewhere_ends_while_its_input_is_open(
    machine: Machine,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "pfwizard", "--plain", "--root", str(machine.root), "--load",
         str(machine.answers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**ENVIRONMENT, "LC_ALL": "C.UTF-8"},
    ) as face:  # fmt: skip
        assert face.stdin is not None
        assert face.stderr is not None
        face.stdin.write("\n" * MORE_THAN_ALL + "apply\n")
        face.stdin.flush()
        wait_until(lambda: "on probation" in history(machine))
        confirmed = pfwizard_process("confirm", "--root", machine.root).returncode
        said = face.stderr.read()
        status = face.wait(timeout=60)

    assert (confirmed, status) == (0, 0), said
    assert "Done: the change stays" in said


def history(machine: Machine) -> str:
    return pfwizard_process("history", "--root", machine.root).stdout


def test_the_first_lines_are_said_before_the_engine_is_imported() -> None:
    script = "import sys, pfwizard.cli.plain.walk; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.split()

    assert "pfwizard.cli.plain.walk" in loaded
    assert not {"pfwizard.engine", "pfwizard.wizard.surroundings", "cryptography"} & set(loaded)


def test_bytes_that_are_no_text_are_no_defect(machine: Machine) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pfwizard", "--plain", "--root", str(machine.root)],
        input=b"create\n\xff\xfe\n",
        capture_output=True,
        env={**ENVIRONMENT, "PYTHONIOENCODING": "utf-8:strict"},
        timeout=60,
    )

    assert b"is not a country code" in done.stderr
    assert b"internal error" not in done.stderr


@pytest.mark.parametrize("option", ["--answers", "--mouse"])
def test_some_options_do_not_go_with_it(machine: Machine, option: str) -> None:
    given = (option, machine.answers) if option == "--answers" else (option,)

    status, _ = plain(machine, [], *given)

    assert status == 2
