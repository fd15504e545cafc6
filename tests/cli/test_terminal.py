"""The output for people on a terminal: coloured where that is wanted, and never driving it."""

import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.cli.program import ENVIRONMENT, TIMEOUT, Machine, pfwizard_process

ESCAPE = "\x1b"


def on_a_terminal(machine: Machine, **environment: str) -> str:
    """What a dry run prints on a terminal, both streams together."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "pfwizard", "--dry-run"]
    process = subprocess.Popen(
        [*command, "--answers", str(machine.answers), "--root", str(machine.root)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**ENVIRONMENT, "TERM": "xterm", **environment},
    )
    os.close(slave)
    output = b""
    try:
        while chunk := os.read(master, 65536):
            output += chunk
    except OSError:  # EIO: the last process has closed the terminal
        pass
    finally:
        os.close(master)
    assert process.wait(TIMEOUT) == 3
    return output.decode()


def test_a_terminal_shows_additions_green_and_removals_red(machine: Machine) -> None:
    shown = on_a_terminal(machine)
    assert f"{ESCAPE}[32m+smtpd_tls_security_level = may{ESCAPE}[0m" in shown
    assert f"{ESCAPE}[31m-smtp      inet" in shown


def test_no_color_is_heeded(machine: Machine) -> None:
    assert ESCAPE not in on_a_terminal(machine, NO_COLOR="1")


def test_an_empty_no_color_means_nothing(machine: Machine) -> None:
    assert ESCAPE in on_a_terminal(machine, NO_COLOR="")


def test_a_dumb_terminal_gets_no_colours(machine: Machine) -> None:
    assert ESCAPE not in on_a_terminal(machine, TERM="dumb")


def test_a_pipe_gets_no_colours(machine: Machine) -> None:
    assert ESCAPE not in machine.pfwizard("--dry-run").stdout


def test_the_diffs_come_before_the_ending_where_both_go_to_one_place(machine: Machine) -> None:
    shown = on_a_terminal(machine)
    assert shown.index("+smtpd_tls_security_level") < shown.index("Nothing was changed")


def test_a_file_cannot_drive_the_terminal(machine: Machine) -> None:
    main_cf = machine.root / "etc/postfix/main.cf"
    comment = "# \x1b]0;owned\x07 \x9b31m \u202e"
    main_cf.write_text(main_cf.read_text().replace("# TLS parameters", comment))
    shown = on_a_terminal(machine, NO_COLOR="1").replace("\r\n", "\n")
    assert "\\x1b]0;owned\\x07 \\x9b31m \\u202e" in shown
    assert all(line.replace("\t", "").isprintable() for line in shown.split("\n"))


def test_the_command_line_cannot_drive_the_terminal() -> None:
    done = pfwizard_process("--\x1b[31m", "--root", "/\x9b31m")
    assert done.stderr.replace("\n", "").isprintable()
    assert "\\x1b[31m" in done.stderr


def test_a_configuration_directory_cannot_drive_the_terminal(machine: Machine) -> None:
    done = machine.pfwizard("--config-dir", "/etc/\x1b[31m")
    assert "\\x1b[31m" in done.stderr
    assert ESCAPE not in done.stderr


def test_a_terminal_without_unicode_gets_what_it_can_show(machine: Machine, tmp_path: Path) -> None:
    machine.answer('state = "Italy"', 'state = "Łódź"')
    done = pfwizard_process(
        *("--dry-run", "--answers", machine.answers, "--root", machine.root),
        environment={"PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 3
    assert "\\u0141" in done.stdout
