"""The disposable machines themselves: what the tests of real servers stand on."""

import errno
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.machines import roots
from tests.machines.authdaemond import SOCKET
from tests.machines.machine import CommandFailed, Machine
from tests.machines.mirror import deb822_uris, one_line_uris
from tests.machines.postfix import LOG
from tests.machines.runtime import CHECKOUT
from tests.machines.suites import SUITES, Suite

LOGIN = "frank@kernel-panic.it"
PASSWORD = "correct horse battery"

SMTPD_CONF = f"""\
pwcheck_method: authdaemond
mech_list: PLAIN LOGIN
authdaemond_path: {SOCKET}
"""

LOG_IN = ["swaks", "--server", "127.0.0.1", "--quit-after", "AUTH", "--auth", "PLAIN"]
LOG_IN += ["--auth-user", LOGIN, "--auth-password", PASSWORD]

CONNECT = "import socket; print(socket.socket().connect_ex(('192.0.2.1', 25)))"

OWNER = """\
import sys
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
with Machine(SUITES[sys.argv[1]]) as machine:
    machine.start_postfix()
    print(machine.namespaces.first_process, flush=True)
    sys.stdin.read()
"""


def test_the_programs_are_those_of_the_suite(machine: Machine) -> None:
    postfix = machine.run(["postconf", "-h", "mail_version"]).stdout
    python = machine.run(["python3", "--version"]).stdout

    assert postfix.startswith(f"{machine.suite.postfix}.")
    assert python.startswith(f"Python {machine.suite.python}.")


def test_main_cf_is_the_packages_and_one_line_about_the_log(machine: Machine) -> None:
    stock = roots.root(machine.suite) / "root/etc/postfix/main.cf"

    assert b"\nmyhostname = mail.kernel-panic.it\n" in stock.read_bytes()
    assert machine.read("/etc/postfix/main.cf") == (
        stock.read_bytes() + f"maillog_file = {LOG}\n".encode()
    )


def test_postfix_greets_on_port_25(machine: Machine) -> None:
    machine.start_postfix()

    assert machine.postfix.greeting().startswith("220 mail.kernel-panic.it ESMTP Postfix")
    assert "daemon started -- version" in machine.mail_log()
    assert machine.read(f"/proc/{machine.master_pid()}/comm") == b"master\n"


def test_a_stopped_postfix_starts_again(machine: Machine) -> None:
    machine.start_postfix()
    first = machine.master_pid()
    machine.postfix.stop()
    machine.start_postfix()

    assert machine.master_pid() != first


def test_postfix_greets_however_much_its_programs_have_to_warn_of(machine: Machine) -> None:
    """With room for ten datagrams alone, postlogd waits for itself, and everything else for it."""
    again = "".join(f"mail_name = Postfix {number}\n" for number in range(20))
    machine.write("/etc/postfix/main.cf", machine.read("/etc/postfix/main.cf") + again.encode())
    machine.run(["touch", "-d", "1 minute ago", "/etc/postfix/main.cf"])

    machine.start_postfix()

    assert "overriding earlier entry: mail_name=Postfix 18" in machine.mail_log()


def test_a_machine_sees_only_its_own_loopback(machine: Machine) -> None:
    interfaces = machine.read("/proc/net/dev").decode().splitlines()[2:]

    assert [line.split(":")[0].strip() for line in interfaces] == ["lo"]
    assert machine.run(["python3", "-c", CONNECT]).stdout == f"{errno.ENETUNREACH}\n"


def test_two_machines_do_not_meet_on_port_25(
    suite: Suite, open_machine: Callable[[Machine], Machine]
) -> None:
    names = ("one.kernel-panic.it", "two.kernel-panic.it")
    machines = [open_machine(Machine(suite, hostname=name)) for name in names]
    for machine in machines:
        machine.start_postfix()

    assert [machine.postfix.greeting().split()[1] for machine in machines] == list(names)


def test_what_is_written_is_gone_with_the_machine(
    suite: Suite, open_machine: Callable[[Machine], Machine]
) -> None:
    first = open_machine(Machine(suite))
    first.write("/etc/postfix/written", "by a test")
    first.run(["rm", "/etc/postfix/master.cf"])
    second = open_machine(Machine(suite))

    assert first.read("/etc/postfix/written") == b"by a test"
    with pytest.raises(CommandFailed, match="No such file"):
        second.read("/etc/postfix/written")
    assert second.read("/etc/postfix/master.cf")


def test_nothing_outlives_a_killed_owner(machine: Machine) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, machine.suite.name],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with owner:
        assert owner.stdout is not None
        first_process = int(owner.stdout.readline())
        namespaces = namespaces_of(Path("/proc") / str(first_process))
        members = processes_in(namespaces)
        assert len(members) > 3  # Postfix is among them
        ends = [os.pidfd_open(member) for member in members]
        owner.send_signal(signal.SIGKILL)
        for end in ends:
            assert select.select([end], [], [], 20)[0]
            os.close(end)

    assert processes_in(namespaces) == []


def namespaces_of(process: Path) -> set[str]:
    """The process and mount namespace of a process, given its directory in /proc."""
    return {str((process / "ns" / kind).readlink()) for kind in ("pid", "mnt")}


def processes_in(namespaces: set[str]) -> list[int]:
    """The host's processes in any of these namespaces; without one, its mounts are gone too."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if namespaces_of(process) & namespaces:
                found.append(int(process.name))
        except OSError:
            continue  # it ended meanwhile
    return found


def test_a_command_that_times_out_does_not_go_on(machine: Machine) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        machine.run(["sleep", "987"], timeout=0.2)

    machine.run(["timeout", "90", "sh", "-c", "while pgrep -x sleep; do :; done"])


def test_authdaemond_knows_a_right_login_from_a_wrong_one(machine: Machine) -> None:
    machine.start_authdaemond({LOGIN: PASSWORD})

    assert machine.authdaemond.ask(LOGIN, PASSWORD).endswith("\n.\n")
    assert machine.authdaemond.ask(LOGIN, "wrong") == "FAIL\n"
    assert machine.authdaemond.ask("nobody@kernel-panic.it", PASSWORD) == "FAIL\n"


def test_authdaemonds_socket_is_behind_the_directory_its_package_makes(machine: Machine) -> None:
    machine.start_authdaemond({LOGIN: PASSWORD})
    directory = machine.run(["stat", "-c", "%A %U %G", str(Path(SOCKET).parent)]).stdout
    socket = machine.run(["stat", "-c", "%A %U %G", SOCKET]).stdout

    assert directory == "drwxr-x--- courier courier\n"
    assert socket == "srwxrwxrwx root root\n"


def test_the_guides_recipe_by_hand_gives_a_login(machine: Machine) -> None:
    follow_the_guide(machine)
    machine.run(["gpasswd", "--add", "postfix", "courier"])
    machine.start_postfix()

    assert "235 2.7.0 Authentication successful" in machine.run(LOG_IN).stdout


def test_a_reload_is_enough_for_a_new_group_to_count(machine: Machine) -> None:
    follow_the_guide(machine)
    machine.start_postfix()
    master = machine.master_pid()
    assert "454 4.7.0 Temporary auth" in machine.run(LOG_IN, check=False).stdout
    assert "cannot connect to Courier authdaemond: Permission denied" in machine.mail_log()

    machine.run(["gpasswd", "--add", "postfix", "courier"])
    assert "454 4.7.0 Temporary auth" in machine.run(LOG_IN, check=False).stdout
    machine.postfix.reload()

    assert "235 2.7.0 Authentication successful" in machine.run(LOG_IN).stdout
    assert machine.master_pid() == master


def follow_the_guide(machine: Machine) -> None:
    """SASL through authdaemond by an smtpd outside the chroot; the group is left to the test."""
    machine.start_authdaemond({LOGIN: PASSWORD})
    machine.write("/etc/postfix/sasl/smtpd.conf", SMTPD_CONF)
    machine.run(["postconf", "-e", "smtpd_sasl_auth_enable=yes"])
    machine.run(["postconf", "-F", "smtp/inet/chroot=n"])


def test_a_snapshot_sees_every_change_but_of_times(machine: Machine) -> None:
    before = machine.snapshot(["/etc/postfix"])
    machine.run(["touch", "/etc/postfix/main.cf"])
    assert machine.snapshot(["/etc/postfix"]) == before

    machine.run(["chmod", "o+w", "/etc/postfix/master.cf"])
    machine.run(["ln", "-s", "main.cf", "/etc/postfix/link"])
    machine.write("/etc/postfix/main.cf", b"\xff")
    after = machine.snapshot(["/etc/postfix"])

    assert {path for path in after if after[path] != before.get(path)} == {
        "/etc/postfix/link",
        "/etc/postfix/main.cf",
        "/etc/postfix/master.cf",
    }


def test_bytes_and_modes_are_written_as_asked(machine: Machine) -> None:
    machine.write("/etc/new/secret", b"\x00\xff\r\n", mode=0o640)

    assert machine.read("/etc/new/secret") == b"\x00\xff\r\n"
    assert machine.snapshot(["/etc/new"])["/etc/new/secret"].mode == 0o640
    assert machine.snapshot(["/etc/new"])["/etc/new"].mode == 0o755


def test_the_environment_is_clean_and_the_umask_as_asked(machine: Machine) -> None:
    shown = machine.run(["sh", "-c", "umask; env"], env={"EXTRA": "1"}, umask=0o077).stdout

    names = {line.partition("=")[0] for line in shown.splitlines()[1:]}
    assert shown.startswith("0077\n")
    assert names - {"PWD", "OLDPWD", "SHLVL", "_"} == {"PATH", "LC_ALL", "HOME", "EXTRA"}


def test_pfwizard_and_what_it_imports_can_be_imported(machine: Machine) -> None:
    script = "import cryptography.x509, idna, pfwizard; print(pfwizard.__file__)"
    if machine.suite.runs_pfwizard_inside:
        shown = machine.run(["python3", "-c", script], env=machine.python_paths())
    else:
        shown = machine.run_outside([sys.executable, "-c", script], env=machine.python_paths())

    assert shown.stdout.strip().endswith("/pfwizard/__init__.py")


def test_from_outside_the_root_is_in_reach_and_the_host_is_read_only(machine: Machine) -> None:
    machine.run_outside(["touch", str(machine.root / "etc/postfix/from-outside")])
    assert machine.read("/etc/postfix/from-outside") == b""

    refused = machine.run_outside(["touch", str(CHECKOUT / "from-a-machine")], check=False)
    assert "Read-only file system" in refused.stderr
    assert machine.run_outside(["mktemp"]).stdout.startswith(str(machine.root.parent))


def test_the_checkout_is_shown_read_only(machine: Machine) -> None:
    refused = machine.run(["touch", "/opt/pfwizard-src/from-a-machine"], check=False)

    assert "Read-only file system" in refused.stderr


def test_only_bullseye_is_worked_on_from_outside() -> None:
    assert [name for name in SUITES if not SUITES[name].runs_pfwizard_inside] == ["bullseye"]


def test_the_mirror_is_read_from_deb822_sources() -> None:
    text = (
        "Types: deb\nURIs: http://a.example/debian\n http://b.example/debian\nSuites: sid\n\n"
        "Enabled: no\nTypes: deb\nURIs: http://c.example/debian\n\n"
        "# URIs: http://d.example/debian\nURIs:\n http://e.example/debian\n"
    )

    assert [uri[7] for uri in deb822_uris(text)] == ["a", "b", "e"]


def test_the_mirror_is_read_from_one_line_sources() -> None:
    text = (
        "# deb http://a.example/debian sid main\n"
        "deb [arch=amd64 trusted=yes] http://b.example/debian sid main\n"
        "deb-src http://c.example/debian sid main\n"
        "deb http://d.example/debian sid main\n"
    )

    assert [uri[7] for uri in one_line_uris(text)] == ["b", "d"]
