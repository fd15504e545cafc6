"""``pfwizard check``: what is wrong, for people, for programs and for monitoring."""

from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.cli.narrow_terminal import lines_on_a_terminal
from tests.cli.program import Machine, pfwizard_process, the_object_in, traces

KEYS = {"id", "severity", "message", "remedy", "file", "line", "service", "effective"}

WEAK = "smtpd_tls_ciphers = export\n"
BROKEN = "smtpd_tls_protocols = TLSv1.2+\n"
OF_OLD = "broken_sasl_auth_clients = yes\n"


def check(machine: Machine, *arguments: str) -> CompletedProcess[str]:
    return pfwizard_process("check", "--root", machine.root, *arguments)


def append(machine: Machine, text: str, name: str = "main.cf") -> None:
    path = machine.root / "etc/postfix" / name
    path.write_text(path.read_text() + text)


def findings(machine: Machine, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = the_object_in(check(machine, "--json", *arguments))["findings"]
    return found


def test_the_stock_configuration_has_nothing_wrong(machine: Machine) -> None:
    done = check(machine)

    assert done.returncode == 0
    assert "warning" not in done.stdout
    assert "error" not in done.stdout


@pytest.mark.parametrize(
    ("text", "status"), [(OF_OLD, 0), (WEAK, 1), (BROKEN, 2), (BROKEN + WEAK, 2)]
)
def test_the_exit_status_is_that_of_the_worst(machine: Machine, text: str, status: int) -> None:
    append(machine, text)

    assert check(machine).returncode == status


def test_nothing_is_changed(machine: Machine) -> None:
    append(machine, WEAK + BROKEN + OF_OLD)
    before = traces(machine.root)

    check(machine)

    assert traces(machine.root) == before


def test_a_finding_begins_with_its_place_as_compilers_tell_it(machine: Machine) -> None:
    append(machine, WEAK)
    last = (machine.root / "etc/postfix/main.cf").read_text().count("\n")

    lines = check(machine).stdout.splitlines()

    (at,) = [number for number, line in enumerate(lines) if "[tls-ciphers-weak]" in line]
    assert lines[at].startswith(f"/etc/postfix/main.cf:{last}: warning: smtpd_tls_ciphers = export")
    assert lines[at + 1].startswith("  In force: smtpd_tls_ciphers = export for smtp/inet")
    assert lines[at + 2] == "  Take it out; the default is medium."


def test_how_much_was_found_is_said_at_the_end(machine: Machine) -> None:
    append(machine, WEAK + BROKEN)

    assert check(machine).stderr.startswith("1 error and 1 warning")


def test_json_has_the_place_and_the_effective_value_of_each_finding(machine: Machine) -> None:
    append(machine, "\nsmtps inet n - n - - smtpd -o smtpd_tls_ciphers=export\n", "master.cf")

    (weak,) = [each for each in findings(machine) if each["id"] == "tls-ciphers-weak"]

    assert weak.keys() == KEYS
    assert weak["severity"] == "warning"
    assert weak["file"] == "/etc/postfix/master.cf"
    assert weak["line"] > 1
    assert weak["service"] == "smtps/inet"
    assert weak["effective"] == "smtpd_tls_ciphers = export for smtps/inet"


def test_json_says_that_nothing_was_changed(machine: Machine) -> None:
    append(machine, WEAK)

    document = the_object_in(check(machine, "--json"))

    assert document["result"] == "unchanged"
    assert document["changed"] is False
    assert document["format"] == 1


def test_another_instance_is_looked_at_with_config_dir(machine: Machine) -> None:
    other = machine.root / "etc/postfix-out"
    other.mkdir()
    (other / "main.cf").write_text("compatibility_level = 3.6\n" + WEAK)
    (other / "master.cf").write_text("smtp inet n - n - - smtpd\n")

    found = findings(machine, "--config-dir", "/etc/postfix-out")

    assert {each["file"] for each in found} == {"/etc/postfix-out/main.cf"}


def test_a_machine_without_postfix_could_not_be_found_out(tmp_path: Path) -> None:
    done = pfwizard_process("check", "--root", tmp_path)

    assert done.returncode == 3
    assert "main.cf" in done.stderr


def test_a_file_that_postfix_cannot_read_is_told_and_no_error(machine: Machine) -> None:
    append(machine, "no equals sign\nmynetworks = ${oops\n")

    done = check(machine)

    assert done.returncode == 2
    assert "[unreadable-line]" in done.stdout
    assert "[broken-expansion]" in done.stdout


def test_a_rule_is_explained_by_its_identifier() -> None:
    done = pfwizard_process("check", "--explain", "tls-protocols-blank")

    assert done.returncode == 0
    assert done.stdout.startswith("tls-protocols-blank: warning\n")
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_every_rule_is_listed_within_80_columns() -> None:
    done = pfwizard_process("check", "--explain")

    assert done.returncode == 0
    assert "error    open-relay\n" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_rule_that_there_is_not_is_wrong_usage() -> None:
    done = pfwizard_process("check", "--explain", "opn-relay")

    assert done.returncode == 2
    assert "there is no rule 'opn-relay'" in done.stderr


def test_a_terminal_gets_lines_that_fit_it(machine: Machine) -> None:
    append(machine, WEAK)

    lines = lines_on_a_terminal(60, "check", "--root", machine.root)

    assert len(lines) > 3
    assert max(map(len, lines)) <= 60
    assert all(line.startswith(("/etc/postfix/", "  ")) for line in lines)


def test_a_service_is_named_once(machine: Machine) -> None:
    append(machine, "\nsmtps inet n - n - - smtpd -o smtpd_relay_restrictions=\n", "master.cf")

    assert "smtps/inet: smtps/inet" not in check(machine).stdout


def test_an_explanation_is_in_the_json_too() -> None:
    document = the_object_in(pfwizard_process("check", "--explain", "open-relay", "--json"))

    assert document["explanation"][0] == "open-relay: error"


def test_of_a_long_value_people_see_the_beginning_and_programs_the_whole(machine: Machine) -> None:
    networks = " ".join(f"192.0.2.{number}" for number in range(256))
    append(machine, f"mynetworks = 0.0.0.0/0 {networks}\n")

    line = next(each for each in check(machine).stdout.splitlines() if "In force: myn" in each)
    told = next(each["effective"] for each in findings(machine) if each["effective"])

    assert len(line) < 400
    assert line.endswith(" more characters, which --json has too)")
    assert networks in told
