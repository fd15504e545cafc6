"""``pfwizard check`` on trees in which something stands that is no file: it never hangs."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.program import Machine, pfwizard_process

FAILED, WARNINGS, ENDED_WITHOUT_LOOKING = 1, 1, 3

DOUBLING = "".join(f"v{depth} = $v{depth + 1} $v{depth + 1}\n" for depth in range(40))
USED = "v40 = x\nsmtpd_banner = $v0\nmynetworks = $v0\n"

PASSED_BY = ("etc/group", "etc/os-release", "etc/passwd", "etc/sasldb2")


def with_fifo(machine: Machine, place: str) -> None:
    path = machine.root / place
    path.unlink(missing_ok=True)
    os.mkfifo(path)


@pytest.mark.parametrize("place", ["etc/postfix/main.cf", "etc/postfix/master.cf"])
def test_a_fifo_in_place_of_the_configuration_is_named(machine: Machine, place: str) -> None:
    with_fifo(machine, place)

    done = pfwizard_process("check", "--root", machine.root)

    assert done.returncode == ENDED_WITHOUT_LOOKING
    assert f"{place}: is not a file" in done.stderr


@pytest.mark.parametrize("place", PASSED_BY)
def test_a_fifo_in_place_of_another_file_is_passed_by(machine: Machine, place: str) -> None:
    with_fifo(machine, place)

    done = pfwizard_process("check", "--root", machine.root)

    assert done.returncode < ENDED_WITHOUT_LOOKING
    assert "internal error" not in done.stderr


def with_values_that_double(machine: Machine) -> None:
    path = machine.root / "etc/postfix/main.cf"
    path.write_text(path.read_text() + DOUBLING + USED)


def test_a_value_that_doubles_without_end_is_found(machine: Machine) -> None:
    with_values_that_double(machine)

    done = pfwizard_process("check", "--root", machine.root)

    assert done.returncode == WARNINGS
    assert "unreasonable length" in done.stdout


def test_a_plan_for_a_value_that_doubles_without_end_fails(machine: Machine) -> None:
    with_values_that_double(machine)

    done = machine.pfwizard("--dry-run")

    assert done.returncode == FAILED
    assert "mynetworks: unreasonable length" in done.stderr


NAMING = """\
smtpd_sasl_auth_enable = yes
smtpd_tls_security_level = may
smtpd_tls_cert_file = /etc/ssl/mail.pem
smtpd_tls_key_file = /etc/ssl/mail.key
mynetworks = 127.0.0.0/8, /etc/postfix/networks, cidr:/etc/postfix/networks.cidr
relay_clientcerts = hash:/etc/postfix/clients
tls_server_sni_maps = hash:/etc/postfix/sni
"""

CONFIGURATION = ("etc/postfix/main.cf", "etc/postfix/master.cf")
NAMED = ("etc/postfix/sasl/smtpd.conf", "etc/ssl/mail.pem", "etc/ssl/mail.key", "etc/postfix/sni")
TABLES = ("etc/postfix/networks", "etc/postfix/networks.cidr", "etc/postfix/clients", "etc/hosts")


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        descriptor = os.open(path.parent, os.O_RDONLY)
        server.bind(f"/proc/self/fd/{descriptor}/{path.name}")
        os.close(descriptor)


def a_directory_in_itself(path: Path) -> None:
    path.mkdir()
    (path / "again").symlink_to(f"../{path.name}")


def a_circle_of_links(path: Path) -> None:
    other = path.with_name(f"{path.name}.other")
    path.symlink_to(other.name)
    other.symlink_to(path.name)


NO_FILES: dict[str, Callable[[Path], None]] = {
    "a socket": a_socket,
    "a directory in itself": a_directory_in_itself,
    "a circle of links": a_circle_of_links,
    "a link to nowhere": lambda path: path.symlink_to(f"{path.name}.nowhere"),
}

RUBBISH = {
    "all bytes": bytes(range(256)) * 50,
    "null bytes": b"\0" * 5000,
    "a line of a megabyte": b"a" * 1_000_000,
    "a value of a megabyte": b"myhostname = " + b"a, " * 350_000 + b"\n",
    "references without number": b"myorigin = " + b"$a " * 350_000 + b"\n",
    "braces that are never closed": b"myorigin = " + b"${a?{" * 200_000 + b"\n",
    "lines without number": b" x\n" * 100_000,
}


def naming_everything(machine: Machine) -> None:
    main = machine.root / "etc/postfix/main.cf"
    main.write_text(main.read_text() + NAMING)


def place_in(machine: Machine, place: str) -> Path:
    """A place where nothing stands any more."""
    path = machine.root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    return path


@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.parametrize("place", CONFIGURATION)
def test_what_is_no_file_in_place_of_the_configuration_is_named(
    machine: Machine, place: str, kind: str
) -> None:
    NO_FILES[kind](place_in(machine, place))

    done = pfwizard_process("check", "--root", machine.root)

    assert done.returncode == ENDED_WITHOUT_LOOKING
    assert place in done.stderr
    assert "internal error" not in done.stderr


@pytest.mark.parametrize("kind", NO_FILES)
def test_what_is_no_file_in_place_of_all_that_is_named_is_told(machine: Machine, kind: str) -> None:
    naming_everything(machine)
    for place in NAMED + TABLES:
        NO_FILES[kind](place_in(machine, place))

    done = pfwizard_process("check", "--root", machine.root)

    assert done.returncode < ENDED_WITHOUT_LOOKING
    assert "/etc/ssl/mail.pem" in done.stdout
    assert "internal error" not in done.stderr


@pytest.mark.parametrize("content", RUBBISH)
@pytest.mark.parametrize("place", CONFIGURATION)
def test_rubbish_in_the_configuration_is_looked_at(
    machine: Machine, place: str, content: str
) -> None:
    naming_everything(machine)
    place_in(machine, place).write_bytes(RUBBISH[content])

    done = pfwizard_process("check", "--root", machine.root)

    assert 0 < done.returncode <= ENDED_WITHOUT_LOOKING
    assert place in done.stdout + done.stderr
    assert "internal error" not in done.stderr


@pytest.mark.parametrize("content", RUBBISH)
def test_rubbish_in_all_that_is_named_is_told(machine: Machine, content: str) -> None:
    naming_everything(machine)
    for place in NAMED + TABLES:
        place_in(machine, place).write_bytes(RUBBISH[content])

    done = pfwizard_process("check", "--root", machine.root)

    assert 0 < done.returncode < ENDED_WITHOUT_LOOKING
    assert "/etc/ssl/mail.pem" in done.stdout
    assert "internal error" not in done.stderr
