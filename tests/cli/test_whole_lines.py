"""Another program gets every line whole; a terminal gets it broken between words to fit."""

import pytest

from pfwizard.cli.verification import lines_of
from pfwizard.prove.verdict import Statements
from tests.cli.narrow_terminal import lines_on_a_terminal
from tests.cli.program import Machine, pfwizard_process
from tests.cli.test_status import give_certificate

NARROW = 40
LONG_PATH = f"/etc/letsencrypt/live/{'mail.' * 10}example.org/fullchain.pem"
NAME_OF_THE_CA = (
    "/C=IT/ST=Italy/L=Milan/O=Kernel Panic Inc./OU=Postfix CA/CN=ca.lan.kernel-panic.it"
)

LISTS = [("status",), ("history",), ("client", "list"), ("check",), ("check", "--explain")]


@pytest.fixture(scope="module")
def much_to_tell(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine with certificates, a client, a history, and a mistake."""
    machine = Machine.below(tmp_path_factory.mktemp("machine"))
    assert machine.pfwizard().returncode == 0
    added = pfwizard_process("client", "add", "anna@kernel-panic.it", "--root", machine.root)
    assert added.returncode == 0
    main_cf = machine.root / "etc/postfix/main.cf"
    main_cf.write_text(main_cf.read_text() + "smtpd_tls_ciphers = export\n")
    return machine


def piped(machine: Machine, *words: str) -> list[str]:
    return pfwizard_process(*words, "--root", machine.root).stdout.splitlines()


def test_status_tells_another_program_the_whole_name_of_a_ca(machine: Machine) -> None:
    give_certificate(machine, 20)

    assert piped(machine, "status")[-1].endswith(f"  /etc/ssl/ca.crt      {NAME_OF_THE_CA}")


def test_status_names_the_certificate_beside_the_longest_path(machine: Machine) -> None:
    give_certificate(machine, 20, path=LONG_PATH)

    assert piped(machine, "status")[0].endswith(f"  leaf  {LONG_PATH}  mail.kernel-panic.it")


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_a_narrow_terminal_loses_nothing(much_to_tell: Machine, words: tuple[str, ...]) -> None:
    shown = lines_on_a_terminal(NARROW, *words, "--root", much_to_tell.root)

    whole = piped(much_to_tell, *words)
    assert [word for line in shown for word in line.split()] == [
        word for line in whole for word in line.split()
    ]
    assert {line for line in shown if len(line) > NARROW and len(line.split()) > 1} == set()


def test_a_table_of_a_narrow_terminal_begins_at_the_margin_with_each_row(
    much_to_tell: Machine,
) -> None:
    shown = lines_on_a_terminal(NARROW, "status", "--root", much_to_tell.root)

    whole = piped(much_to_tell, "status")
    assert sum(not line.startswith(" ") for line in shown) == len(whole)


LONG = "the server answers 454 4.7.0 TLS not available due to local problem"
OUTCOMES = (
    Statements("encryption-for-newcomers", "192.0.2.1:25").failed(LONG, f"Mend it: {LONG}."),
)


def test_another_program_gets_an_outcome_and_its_remedy_in_a_line_each() -> None:
    assert list(lines_of(OUTCOMES, None)) == [
        "192.0.2.1:25",
        f"  FAILED   encryption-for-newcomers  {LONG}",
        f"{' ' * 37}Mend it: {LONG}.",
    ]


@pytest.mark.parametrize("width", [20, 40, 60, 100])
def test_outcomes_fit_a_terminal_and_nothing_of_them_is_lost(width: int) -> None:
    shown = "\n".join(lines_of(OUTCOMES, width))

    assert shown.split() == "\n".join(lines_of(OUTCOMES, None)).split()
    assert max(map(len, shown.split("\n"))) <= max(width, len("    encryption-for-newcomers"))


def test_messages_fit_their_terminal_wherever_standard_output_goes(machine: Machine) -> None:
    said = lines_on_a_terminal(NARROW, "status", "--root", machine.root, stream="stderr")

    assert said
    assert max(map(len, said)) <= NARROW


def test_columns_that_the_environment_names_count_before_those_of_the_terminal(
    much_to_tell: Machine,
) -> None:
    shown = lines_on_a_terminal(NARROW, "status", "--root", much_to_tell.root, COLUMNS="300")

    assert shown == piped(much_to_tell, "status")
