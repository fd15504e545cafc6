"""What goes wrong on a real machine: a clear message, a documented status, and nothing lost."""

import pytest

from tests.guide import answers_with_socket
from tests.machines.authdaemond import SOCKET
from tests.machines.machine import Completed, Machine
from tests.machines.snapshot import Snapshot
from tests.machines.suites import SUITES
from tests.real.guide_machine import ANSWERS_FILE, GuideMachine

FAILED, USAGE, ROLLED_BACK = 1, 2, 4

TAKE_PORT_465 = """
import socket
with socket.create_server(("0.0.0.0", 465)):
    print("listening", flush=True)
    input()
"""

# What shadow's programs keep of the files they change (usermod(8)).
BACKUPS = {f"/etc/{name}-" for name in ("passwd", "group", "shadow", "gshadow", "subuid", "subgid")}

STATE = "/var/lib/pfwizard"

# The machine's own files; pfwizard's state directory is pfwizard's.
WATCHED = ["/etc", "/var/spool/postfix/etc"]

BOOKWORM = pytest.param(SUITES["bookworm"], marks=pytest.mark.machine, id="bookworm")
on_bookworm = pytest.mark.parametrize("suite", [BOOKWORM], indirect=True)
"""Where the suites do not differ, one will do; on bullseye pfwizard works from outside."""


@pytest.fixture
def server(machine: Machine) -> GuideMachine:
    return GuideMachine.prepare(machine)


@pytest.fixture
def before(server: GuideMachine) -> Snapshot:
    return taken(server)


def taken(server: GuideMachine) -> Snapshot:
    """The watched files, but for the backups that usermod(8) makes of its own ones."""
    files = server.machine.snapshot(WATCHED)
    return {path: entry for path, entry in files.items() if path not in BACKUPS}


def transactions(server: GuideMachine) -> list[str]:
    """What pfwizard keeps of earlier runs; the directory must be there."""
    return server.machine.run(["ls", "-A", f"{STATE}/history"]).stdout.split()


def place_of(server: GuideMachine, path: str) -> str:
    """A path that the kernel complained of: from outside it has the root before it."""
    return path if server.machine.suite.runs_pfwizard_inside else f"{server.machine.root}{path}"


def outcome(done: Completed) -> tuple[int, str]:
    """The status and the first thing said that is no step of the walk."""
    said = [line for line in done.stderr.splitlines() if not line.startswith("  ")]
    return done.returncode, next(line for line in said if line.startswith("pfwizard: "))


def with_answers(server: GuideMachine, old: str, new: str) -> None:
    answers = answers_with_socket(SOCKET)
    assert old in answers
    server.machine.write(ANSWERS_FILE, answers.replace(old, new), 0o600)


def test_a_main_cf_that_postfix_cannot_read_is_named_with_its_line(
    server: GuideMachine,
) -> None:
    main_cf = server.machine.read("/etc/postfix/main.cf")
    server.machine.write("/etc/postfix/main.cf", main_cf + b"smtpd_banner\n")
    line = main_cf.count(b"\n") + 1
    before = taken(server)

    status, message = outcome(server.pfwizard())

    assert status == FAILED
    assert message.startswith(f"pfwizard: /etc/postfix/main.cf:{line}: missing '='")
    assert taken(server) == before


def test_a_master_cf_that_postfix_refuses_is_named_with_its_line(
    server: GuideMachine,
) -> None:
    master_cf = server.machine.read("/etc/postfix/master.cf")
    server.machine.write("/etc/postfix/master.cf", master_cf + b"8025 inet maybe - n - - smtpd\n")
    line = master_cf.count(b"\n") + 1
    before = taken(server)

    status, message = outcome(server.pfwizard())

    assert status == FAILED
    assert message == (
        f'pfwizard: /etc/postfix/master.cf:{line}: field "private": bad value: "maybe"'
    )
    assert taken(server) == before


@on_bookworm
def test_a_country_of_three_letters_is_answered_with_the_two_that_are_meant(
    server: GuideMachine, before: Snapshot
) -> None:
    with_answers(server, 'country = "IT"', 'country = "ITA"')

    done = server.pfwizard()

    assert done.returncode == USAGE
    assert f'{ANSWERS_FILE}:12: ca.subject.country: "ITA"' in done.stderr
    assert f'{ANSWERS_FILE}:31: server.subject.country: "ITA"' in done.stderr
    assert "IT" in done.stderr
    assert taken(server) == before


@on_bookworm
def test_an_escape_character_in_a_common_name_is_refused_and_never_printed(
    server: GuideMachine, before: Snapshot
) -> None:
    with_answers(server, 'common_name = "mail.kernel-panic.it"', r'common_name = "mail\u001b[2J"')

    done = server.pfwizard()

    assert done.returncode == USAGE
    assert r"\x1b" in done.stderr
    assert "\x1b" not in done.stderr
    assert taken(server) == before


@on_bookworm
def test_a_missing_configuration_directory_is_named(server: GuideMachine, before: Snapshot) -> None:
    status, message = outcome(server.pfwizard("--config-dir", "/etc/postfix-two"))

    assert (status, message) == (FAILED, "pfwizard: /etc/postfix-two/main.cf: is missing")
    assert taken(server) == before


@on_bookworm
def test_a_missing_ca_file_is_refused_because_it_would_switch_tls_off(
    server: GuideMachine, before: Snapshot
) -> None:
    with_answers(server, 'ca_file = "/etc/ssl/ca.crt"', 'ca_file = "/etc/ssl/other.crt"')

    done = server.pfwizard()

    assert done.returncode == FAILED
    assert "refusal: /etc/ssl/other.crt does not exist" in done.stderr
    assert taken(server) == before


def test_a_read_only_file_system_changes_nothing(server: GuideMachine) -> None:
    place = f"{server.machine.root}/etc/postfix"
    server.machine.run_outside(["mount", "--bind", place, place])
    server.machine.run_outside(["mount", "-o", "remount,bind,ro", place])
    before = taken(server)

    status, message = outcome(server.pfwizard())

    assert status == FAILED
    assert message.startswith(f"pfwizard: {place_of(server, '/etc/postfix/')}")
    assert message.endswith(": Read-only file system")
    assert taken(server) == before


def on_small_disk(server: GuideMachine, directory: str, free_kib: int) -> None:
    """Move a directory to a file system of its own on which only so much is free."""
    script = """
        mount -t tmpfs -o size=512k,mode=0755 small "$2/mnt" && cp -a "$2$1"/. "$2/mnt" &&
        mount --bind "$2/mnt" "$2$1" &&
        free=$(df -k --output=avail "$2$1" | tail -n 1) &&
        head -c $(((free - $3) * 1024)) /dev/zero >"$2$1/filler"
    """
    root = str(server.machine.root)
    server.machine.run_outside(["sh", "-ec", script, "sh", directory, root, str(free_kib)])


@pytest.mark.parametrize("free_kib", [0, 4, 8, 12, 16, 20, 24])
def test_a_full_disk_changes_nothing(server: GuideMachine, free_kib: int) -> None:
    on_small_disk(server, "/etc/postfix", free_kib)
    before = taken(server)

    status, message = outcome(server.pfwizard())

    assert status == FAILED
    assert message.startswith(f"pfwizard: {place_of(server, '/etc/postfix/')}")
    assert message.endswith(": No space left on device")
    assert taken(server) == before
    assert transactions(server) == []


def test_a_full_disk_under_the_state_directory_changes_nothing(
    server: GuideMachine,
) -> None:
    server.machine.run(["mkdir", "-p", STATE])
    on_small_disk(server, STATE, 4)
    before = taken(server)

    status, message = outcome(server.pfwizard())

    assert status == FAILED
    assert message.startswith(f"pfwizard: {place_of(server, STATE)}")
    assert message.endswith(": No space left on device")
    assert taken(server) == before
    assert transactions(server) == []

    server.machine.run(["rm", f"{STATE}/filler"])
    server.apply()

    assert len(transactions(server)) == 1


@on_bookworm
def test_without_privilege_it_says_who_should_run_it(
    server: GuideMachine, before: Snapshot
) -> None:
    server.machine.run(["cp", ANSWERS_FILE, "/tmp/guide.toml"])
    server.machine.run(["chmod", "644", "/tmp/guide.toml"])
    paths = [f"{name}={value}" for name, value in server.machine.python_paths().items()]

    done = server.machine.run(
        [
            *("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "env", *paths),
            *("python3", "-m", "pfwizard", "--answers", "/tmp/guide.toml"),
        ],
        check=False,
    )

    status, message = outcome(done)
    assert status == FAILED
    assert message.endswith(": Permission denied")
    assert "Run pfwizard as root" in done.stderr
    assert taken(server) == before


@on_bookworm
def test_a_file_that_is_mounted_over_is_refused_with_everything_as_it_was(
    server: GuideMachine,
) -> None:
    """As in a container that is given its main.cf from outside."""
    server.machine.run(["cp", "-a", "/etc/postfix/main.cf", "/root/main.cf"])
    root = server.machine.root
    server.machine.run_outside(
        ["mount", "--bind", f"{root}/root/main.cf", f"{root}/etc/postfix/main.cf"]
    )
    before = taken(server)

    status, message = outcome(server.pfwizard())

    assert status == FAILED
    assert message.startswith("pfwizard: /etc/postfix/main.cf: ")
    assert taken(server) == before


@on_bookworm
def test_a_change_that_stops_the_server_is_taken_back_and_mail_flows_again(
    server: GuideMachine, before: Snapshot
) -> None:
    """Port 465 is taken by somebody else: the master cannot listen there, and exits."""
    squatter = server.machine.popen(["python3", "-c", TAKE_PORT_465])
    assert squatter.stdout is not None
    squatter.stdout.readline()

    done = server.pfwizard("--rehearse", "never")

    assert done.returncode == ROLLED_BACK, done.stderr
    assert "The old configuration is back in place" in done.stderr
    assert taken(server) == before
    assert server.machine.postfix.greeting().startswith("220 ")
    assert "courier" not in server.machine.run(["id", "-Gn", "postfix"]).stdout
    assert "Postfix stopped when it read the new configuration" in done.stderr
    squatter.communicate(b"done\n")
