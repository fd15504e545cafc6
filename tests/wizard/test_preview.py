"""A walk without privileges: the plan is shown all the same, and what it assumes is said."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import ENVIRONMENT, Machine
from tests.terminal import F8, Terminal

NOBODY = 65534

PLANNING = """
import sys
from pathlib import Path
from pfwizard.answers.reading import start_from
from pfwizard.wizard.first_look import found_lines
from pfwizard.wizard.review import as_text, review
from pfwizard.wizard.place import Place
from pfwizard.wizard.session import Session
session = Session(Place(Path(sys.argv[1])), start_from(Path(sys.argv[2])))
for line in found_lines(session.look(), may_apply=session.may_apply):
    print(line.text)
print(as_text(review(session.plan().plan)))
"""


@pytest.fixture
def machine() -> Iterator[Machine]:
    """One whose parent directories anybody may search; what is made there is removed."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        machine = Machine.below(Path(directory))
        machine.answers.chmod(0o644)
        yield machine


def as_nobody(*argv: str | Path) -> list[str]:
    """The command for a process that may do nothing, even where the tests run as root."""
    ids = (f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    return [*(("setpriv", *ids) if os.geteuid() == 0 else ()), *map(str, argv)]


def shut(place: Path) -> None:
    """Let nobody in but root."""
    place.chmod(0o000)


def previewed(machine: Machine) -> str:
    """What the first page and the review say."""
    machine.root.joinpath("etc").chmod(0o555)
    done = subprocess.run(
        as_nobody(sys.executable, "-c", PLANNING, machine.root, machine.answers),
        capture_output=True,
        env=ENVIRONMENT,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_before_anything_was_applied_the_whole_plan_is_shown(machine: Machine) -> None:
    said = previewed(machine)

    assert "only root can apply the change" in said
    assert "could not be read" not in said
    assert "create /etc/ssl/private/ca.key" in said


def test_a_state_directory_that_is_shut_does_not_keep_the_plan_from_being_shown(
    machine: Machine,
) -> None:
    assert machine.pfwizard().returncode == 0
    shut(machine.state)

    said = previewed(machine)

    assert f"Only root can read {machine.state}." in said
    assert f"Warning: {machine.state} could not be read" in said


def test_keys_that_are_shut_are_taken_to_be_right_with_their_certificates(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0
    machine.answer("log_level = 1", "log_level = 2")
    shut(machine.root / "etc/ssl/private")
    shut(machine.root / "etc/postfix/ssl/private")

    said = previewed(machine)

    assert "could not be read, and is taken to be right: /etc/ssl/private/ca.key" in said
    assert "-smtpd_tls_loglevel = 1\n+smtpd_tls_loglevel = 2\n" in said
    assert "create" not in said
    assert "Refusal" not in said


def test_where_nothing_would_change_nothing_is_said_to_go_live(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0
    shut(machine.root / "etc/ssl/private")

    said = previewed(machine)

    assert "Nothing to do" in said


def test_the_key_of_a_ca_that_is_there_needs_no_passphrase_where_it_cannot_be_read(
    machine: Machine, tmp_path: Path
) -> None:
    machine.answer("days = 3650\n\n[ca.subject]", "days = 3650\nencrypted = true\n\n[ca.subject]")
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse battery\n")
    passphrase.chmod(0o600)
    assert machine.pfwizard("--ca-passphrase-file", passphrase).returncode == 0
    shut(machine.root / "etc/ssl/private")
    shut(machine.root / "etc/postfix/ssl/private")

    assert "Nothing to do" in previewed(machine)


def test_files_of_others_that_cannot_be_read_are_taken_to_be_right(machine: Machine) -> None:
    live = machine.root / "etc/letsencrypt/live/mail.kernel-panic.it"
    live.mkdir(parents=True)
    for name in ("fullchain.pem", "privkey.pem"):
        live.joinpath(name).write_text("known to root\n")
    take_from(machine, "files", live.relative_to(machine.root))
    shut(machine.root / "etc/letsencrypt/live")

    said = previewed(machine)

    assert "is taken to be right: /etc/letsencrypt/live/mail.kernel-panic.it/fullchain" in said
    assert "+smtpd_tls_key_file = /etc/letsencrypt/live/mail.kernel-panic.it/privkey.pem" in said
    assert "Refusal" not in said
    assert "create /etc/letsencrypt/live" not in said


def test_a_certificate_that_came_is_taken_to_be_right_where_its_key_cannot_be_read(
    machine: Machine,
) -> None:
    assert machine.pfwizard().returncode == 0
    take_from(machine, "request", Path("etc/postfix/ssl"))
    shut(machine.root / "etc/postfix/ssl/private")

    said = previewed(machine)

    assert "Postfix is left as it is" not in said
    assert "create" not in said


def take_from(machine: Machine, source: str, directory: Path) -> None:
    """Have the answers speak of a certificate that no CA of one's own has signed."""
    machine.answer('source = "create"', 'source = "none"')
    machine.answer('ca_file = "/etc/ssl/ca.crt"', 'ca_file = ""')
    machine.answer('source = "ca"', f'source = "{source}"')
    if source == "files":
        for key, name in (("certificate", "fullchain"), ("key", "privkey")):
            old = "server.crt" if key == "certificate" else "private/server.key"
            machine.answer(f"/etc/postfix/ssl/{old}", f"/{directory}/{name}.pem")


def test_a_socket_that_cannot_be_seen_is_taken_to_be_there(machine: Machine) -> None:
    directory = machine.root / "run/courier/authdaemon"
    directory.mkdir(parents=True)
    shut(directory)

    said = previewed(machine)

    assert "could not be read, and is taken to be there: /run/courier/authdaemon/socket" in said
    assert "does not exist" not in said


def test_a_directory_of_the_resolver_that_is_shut_counts_as_empty(machine: Machine) -> None:
    directory = machine.root / "run/systemd"
    directory.mkdir(parents=True)
    shut(directory)

    assert "create /etc/ssl/private/ca.key" in previewed(machine)


def test_without_postfix_own_files_there_is_nothing_to_show(machine: Machine) -> None:
    shut(machine.root / "etc/postfix/main.cf")

    with pytest.raises(AssertionError, match=r"main\.cf: cannot be read: Permission denied"):
        previewed(machine)


def test_the_review_shows_the_plan_on_a_terminal_of_somebody_without_privileges(
    machine: Machine,
) -> None:
    assert machine.pfwizard().returncode == 0
    shut(machine.state)
    shut(machine.root / "etc/ssl/private")
    machine.root.joinpath("etc").chmod(0o555)
    argv = as_nobody(
        sys.executable, "-m", "pfwizard", "--root", machine.root, "--load", machine.answers
    )
    with Terminal(argv, {**ENVIRONMENT, "LC_ALL": "C.UTF-8", "TERM": "xterm"}) as terminal:
        terminal.wait_for("This is a preview")
        terminal.wait_for("Port 25 (mail)")
        for title in ("Certificate authority", "Server cert", "Client cert", "TLS", "Services"):
            terminal.type(F8)
            terminal.wait_for(title)
        terminal.type(F8)
        terminal.wait_for("Logins (SASL)")
        terminal.type(F8)
        terminal.wait_for("Outgoing mail")
        terminal.type(F8)
        terminal.wait_for("is taken to be right")
