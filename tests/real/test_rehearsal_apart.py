"""The rehearsal and the live server know nothing of each other, and nobody gets between them."""

import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.machines import policy
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.guide_machine import ANSWERS_FILE
from tests.real.mail_server import MailServer
from tests.real.rehearsed_guide import MASTER_CF, RehearsedGuide

pytestmark = pytest.mark.machine

LIVE = ["/etc", "/var/lib/postfix", "/var/log/mail.log", "/var/mail"]
"""Whatever the live server has written to but its queue."""

QUEUE = "find /var/spool/postfix -type f -o -type s -o -type d | xargs ls -ld --time-style=+ | sort"

CACHES = {
    "address_verify_map": "btree:/srv/caches/verify",
    "postscreen_cache_map": "btree:/srv/caches/postscreen",
    "smtpd_tls_session_cache_database": "btree:/srv/caches/smtpd",
    "smtp_tls_session_cache_database": "btree:/srv/caches/smtp",
    "tls_random_exchange_name": "/srv/caches/random",
}

# A user of this host finds the port, and then even the address that the probes come from.
INTRUDER = """\
import json, smtplib
(port,) = [port for endpoint, port in score.ports.items() if endpoint.port == 25]
found = {}
for name, address in (("neighbour", "127.0.0.1"), ("prober", score.prober)):
    with smtplib.SMTP("127.0.0.1", port, source_address=(address, 0)) as client:
        client.ehlo()
        found[name] = [
            client.has_extn("xclient"),
            client.mail("")[0],
            client.rcpt("somebody@example.com")[0],
            client.docmd("DATA")[0],
        ]
with open("/root/intrusion", "w") as notes:
    json.dump(found, notes)
"""


SYSLOGD = """\
import os, socket
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
    server.bind("/dev/log")
    print("ready")
    with open("/root/syslog", "wb", buffering=0) as log:
        while True:
            log.write(server.recv(65536))
"""


@pytest.fixture(scope="module")
def guide() -> Iterator[RehearsedGuide]:
    """Nothing is ever applied to it, so that all tests can share it."""
    with ExitStack() as machines:
        yield RehearsedGuide.on(policy.booted(Machine(SUITES["bookworm"]), machines))


def test_the_log_the_queue_and_all_files_of_the_live_server_are_as_they_were(
    guide: RehearsedGuide,
) -> None:
    MailServer.of(guide.machine)  # its servers have all been started once
    before = guide.machine.snapshot(LIVE), guide.machine.run(["sh", "-c", QUEUE]).stdout

    assert guide.failures() == []

    after = guide.machine.snapshot(LIVE), guide.machine.run(["sh", "-c", QUEUE]).stdout
    assert after == before


def test_even_a_postfix_that_does_not_start_says_nothing_in_the_log_of_the_system(
    guide: RehearsedGuide,
) -> None:
    with guide.server(SYSLOGD):
        failures = guide.failures(edits={MASTER_CF: [("$", "half an entry\n")]})

    assert [probe for probe, *_ in failures] == ["start"]
    assert guide.machine.read("/root/syslog") == b""
    guide.machine.run(["rm", "/dev/log"])


def test_caches_of_the_live_server_are_not_opened(guide: RehearsedGuide) -> None:
    guide.machine.run(["install", "-d", "-o", "postfix", "/srv/caches"])
    restrictions = {"smtpd_client_restrictions": "reject_unverified_recipient"}

    guide.failures({**CACHES, **restrictions})

    assert list(guide.machine.snapshot(["/srv/caches"])) == ["/srv/caches"]


def test_nobody_else_may_pose_as_a_stranger_and_nobody_at_all_can_send_mail(
    guide: RehearsedGuide,
) -> None:
    assert guide.failures(meanwhile=INTRUDER) == []

    found = json.loads(guide.machine.read("/root/intrusion"))
    assert found["neighbour"] == [False, 250, 250, 554]
    assert found["prober"][0] is True
    assert found["prober"][-1] == 554


def test_an_option_of_a_service_lets_nobody_else_pose(guide: RehearsedGuide) -> None:
    with_option = "smtpd\n  -o smtpd_authorized_xclient_hosts=127.0.0.0/8\n#smtp "

    guide.failures(edits={MASTER_CF: [("smtpd\n#smtp ", with_option)]}, meanwhile=INTRUDER)

    assert json.loads(guide.machine.read("/root/intrusion"))["neighbour"][0] is False


def test_rehearsals_that_go_on_at_once_do_not_meet(guide: RehearsedGuide) -> None:
    options = ["--answers", ANSWERS_FILE, "--dry-run", "--rehearse", "always", "--json"]
    command = ["python3", "-m", "pfwizard", *options]
    programs = [guide.machine.popen(command, env=guide.machine.python_paths()) for _ in range(4)]

    documents = [json.loads(program.communicate()[0]) for program in programs]

    assert [document["result"] for document in documents] == ["pending"] * 4
    assert "pfwizard" not in guide.machine.run(["ls", "/run"]).stdout
