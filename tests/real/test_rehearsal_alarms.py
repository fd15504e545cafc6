"""Good plans on machines that are not like every other: the rehearsal finds no fault in them."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.guide import answers_with_socket
from tests.machines import policy
from tests.machines.authdaemond import SOCKET
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.fault import END
from tests.real.rehearsed_guide import MASTER_CF, RehearsedGuide

pytestmark = pytest.mark.machine

INSIDE = [name for name, suite in SUITES.items() if suite.runs_pfwizard_inside]

SMTP, POSTSCREEN = (
    "       n       -       -       smtpd\n#smtp ",
    "       n       -       1       postscreen\nsmtpd pass - - n - - smtpd\n#smtp ",
)

# Says yes to every question of smtpd (SMTPD_POLICY_README).
POLICY_SERVICE = """\
import os, socketserver, sys
class Answer(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            if line == b"\\n":
                self.wfile.write(b"action=DUNNO\\n\\n")
path = "/var/spool/postfix/private/policy"
with socketserver.ThreadingUnixStreamServer(path, Answer) as server:
    os.chmod(path, 0o666)
    print("ready")
    server.serve_forever()
"""

# Takes every question and answers none; notes those that come again.
SILENT_NAME_SERVER = """\
import socket
seen = set()
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server, open("/root/again", "wb") as notes:
    server.bind(("127.0.0.1", 53))
    print("ready")
    while True:
        question = server.recvfrom(512)
        if question in seen:
            notes.write(question[0])
            notes.flush()
        seen.add(question)
"""

# Notes the process namespace of everybody who asks, and answers nobody.
NAME_CACHE = """\
import os, socket, struct
os.makedirs("/run/nscd", exist_ok=True)
with socket.socket(socket.AF_UNIX) as server, open("/root/asked", "w", buffering=1) as notes:
    server.bind("/run/nscd/socket")
    os.chmod("/run/nscd/socket", 0o666)
    server.listen()
    print("ready")
    while True:
        client, _ = server.accept()
        with client:
            peer = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
            process, _, _ = struct.unpack("3i", peer)
            try:
                print(os.readlink(f"/proc/{process}/ns/pid"), file=notes)
            except OSError:
                pass
"""


MAIN_CF = "/etc/postfix/main.cf"

SAID_TWICE = 5 * "mynetworks_style = subnet\nmynetworks_style = host\n"
"""Every program of Postfix warns of it when it starts."""


@pytest.fixture(scope="module")
def guide() -> Iterator[RehearsedGuide]:
    """Nothing is ever applied to it, so that all tests can share it."""
    with ExitStack() as machines:
        yield RehearsedGuide.on(policy.booted(Machine(SUITES["bookworm"]), machines))


@pytest.mark.parametrize(
    "settings",
    [
        {"smtpd_upstream_proxy_protocol": "haproxy"},
        {"message_size_limit": "1000000000000"},
        {"smtpd_client_connection_rate_limit": "1", "smtpd_client_event_limit_exceptions": ""},
        {"smtpd_proxy_filter": "127.0.0.1:10024"},
        {"smtpd_hard_error_limit": "1"},
        {"smtpd_helo_restrictions": "check_helo_access inline:{[127.0.0.1]=REJECT}"},
        {"smtpd_delay_reject": "no", "smtpd_client_restrictions": "reject_unknown_client_hostname"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_what_holds_for_the_live_server_alone_is_no_fault(
    settings: dict[str, str], guide: RehearsedGuide
) -> None:
    assert guide.failures(settings) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"smtpd_discard_ehlo_keywords": "xclient"},
        {"smtpd_discard_ehlo_keyword_address_maps": "static:xclient"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_an_open_relay_is_found_though_xclient_is_not_announced(
    settings: dict[str, str], guide: RehearsedGuide
) -> None:
    failures = guide.failures({**settings, "mynetworks": "0.0.0.0/0"})

    assert ("relay-stranger", "rehearsal:25") in {(probe, server) for probe, server, *_ in failures}


TESTING = {
    "postscreen_access_list": "",
    "postscreen_greet_action": "enforce",
    "postscreen_pipelining_enable": "yes",
    "postscreen_upstream_proxy_protocol": "haproxy",
    "postscreen_dnsbl_sites": "rbl.example.com",
}
"""postscreen talks to new clients itself, to see how they behave."""


@pytest.mark.parametrize("suite", INSIDE)
def test_postscreen_lets_the_probes_through(suite: str, open_machine: OpenMachine) -> None:
    guide = RehearsedGuide.on(open_machine(Machine(SUITES[suite])))
    edits = {MASTER_CF: [(SMTP, POSTSCREEN), (END, "tlsproxy unix - - n - 0 tlsproxy\n")]}

    assert guide.failures(TESTING, edits) == []


def test_postscreen_may_let_pass_those_alone_who_come_over_another_interface(
    guide: RehearsedGuide,
) -> None:
    settings = {"postscreen_allowlist_interfaces": "192.0.2.1"}

    assert guide.failures(settings, {MASTER_CF: [(SMTP, POSTSCREEN)]}) == []


def test_postscreen_that_lacks_tlsproxy_today_keeps_no_change_back(
    open_machine: OpenMachine,
) -> None:
    guide = RehearsedGuide.on(open_machine(Machine(SUITES["bookworm"])))
    for entry in ("smtp inet n - n - 1 postscreen", "smtpd pass - - n - - smtpd"):
        name, kind, *_ = entry.split()
        guide.machine.run(["postconf", "-Me", f"{name}/{kind}={entry}"])

    done = guide.rehearse(TESTING, {})

    assert done.stdout == "[]\n"
    assert "rehearsal:25 that is so today, too: it answers 454 4.7.0 TLS not" in done.stderr


def test_other_programs_are_met_at_their_sockets_in_the_queue_directory(
    guide: RehearsedGuide,
) -> None:
    settings = {"smtpd_client_restrictions": "check_policy_service unix:private/policy"}

    with guide.server(POLICY_SERVICE):
        assert guide.failures(settings) == []


def test_a_name_server_that_does_not_answer_is_asked_once_and_no_fault_of_the_plan(
    guide: RehearsedGuide,
) -> None:
    settings = {
        "smtpd_client_restrictions": "reject_rbl_client rbl.example.com, "
        "reject_rbl_client rbl.example.net"
    }
    guide.machine.write("/etc/resolv.conf", "nameserver 127.0.0.1\n")
    guide.machine.write("/var/spool/postfix/etc/resolv.conf", "nameserver 127.0.0.1\n")

    with guide.server(SILENT_NAME_SERVER):
        assert guide.failures(settings) == []

    assert guide.machine.read("/root/again") == b""


def test_a_cache_of_names_is_not_asked_who_is_in_which_group(guide: RehearsedGuide) -> None:
    with guide.server(NAME_CACHE):
        assert guide.failures() == []

    namespaces = guide.machine.read("/root/asked").split()
    assert set(namespaces) <= {
        guide.machine.run(["readlink", "/proc/1/ns/pid"]).stdout.encode().strip()
    }


@pytest.mark.parametrize("directory", ["/opt/pki", "/run/pki", "/var/lib/pki"])
def test_large_directories_may_change(directory: str, guide: RehearsedGuide) -> None:
    """authdaemond's socket is below /run."""
    answers = answers_with_socket(SOCKET).replace("/etc/ssl/", f"{directory}/")
    guide.machine.write("/root/elsewhere.toml", answers, 0o600)

    assert guide.failures(answers="/root/elsewhere.toml") == []


def test_a_postfix_that_says_much_when_it_starts_does_not_wait_for_itself(
    open_machine: OpenMachine,
) -> None:
    """postlogd(8) does, when the queue of its socket is full of what others have said."""
    guide = RehearsedGuide.on(open_machine(Machine(SUITES["sid"])))
    guide.machine.run(["sh", "-c", "echo 1 >/proc/sys/net/unix/max_dgram_qlen"])

    assert guide.failures(edits={MAIN_CF: [("$", SAID_TWICE)]}) == []


def test_a_relay_that_is_internal_on_purpose_is_no_fault(open_machine: OpenMachine) -> None:
    guide = RehearsedGuide.on(open_machine(Machine(SUITES["bookworm"])))
    closed = "permit_mynetworks, reject"
    guide.machine.run(["postconf", "-e", f"smtpd_relay_restrictions = {closed}"])

    assert guide.failures({"smtpd_relay_restrictions": closed}) == []
    assert guide.failures({"smtpd_recipient_restrictions": closed}) == []
