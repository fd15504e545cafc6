"""However a rehearsal ends, nothing of it is left, and it does not take for ever."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.machines import policy
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.faults_of_logins import DOVECOT, IN_THE_QUEUE
from tests.real.guide_machine import ANSWERS_FILE
from tests.real.rehearsed_guide import MASTER_CF, RehearsedGuide
from tests.real.test_rehearsal import TRACES
from tests.waiting import wait_until

pytestmark = pytest.mark.machine

KILLS = 30

STAGE = "pfwizard.prove.rehearsing.stage"

MASTER = "/usr/lib/postfix/sbin/master"

LESS_THAN_THAT = 30
"""Seconds: half of what master(8) waits for (service_throttle_time of postconf(5))."""

HANGS = "#!/bin/sh\nexec sleep 1000\n"


@pytest.fixture(scope="module")
def guide() -> Iterator[RehearsedGuide]:
    """Nothing is ever applied to it, so that all tests can share it."""
    with ExitStack() as machines:
        yield RehearsedGuide.on(policy.booted(Machine(SUITES["bookworm"]), machines))


def begun(guide: RehearsedGuide) -> "subprocess.Popen[bytes]":
    options = ["--answers", ANSWERS_FILE, "--dry-run", "--rehearse", "always", "--json"]
    return guide.machine.popen(
        ["python3", "-m", "pfwizard", *options], env=guide.machine.python_paths()
    )


def said(guide: RehearsedGuide, script: str) -> str:
    return guide.machine.run(["sh", "-c", script], check=False).stdout


def processes(guide: RehearsedGuide) -> str:
    return said(
        guide, "ps -e -o args= | grep -e [r]ehearsing.stage -e 'm [p]fwizard' -e 'master -[c]'"
    )


def test_whenever_it_is_killed_nothing_is_left_and_the_next_one_plays(
    guide: RehearsedGuide,
) -> None:
    before = said(guide, TRACES)
    begin = time.monotonic()
    with begun(guide) as program:
        program.wait()
    whole = time.monotonic() - begin
    for number in range(KILLS):
        with begun(guide) as program:
            try:
                program.wait(whole * number / KILLS)
            except subprocess.TimeoutExpired:
                program.send_signal(signal.SIGKILL)
        wait_until(lambda: processes(guide) == "")

    assert guide.failures() == []
    wait_until(lambda: said(guide, TRACES) == before)


def test_when_the_stage_is_killed_the_rehearsal_says_that_it_is_not_possible(
    guide: RehearsedGuide,
) -> None:
    kill = f"import os; os.system('pkill -KILL -f {STAGE.replace('.', '[.]')}')"

    done = guide.rehearse({}, {}, meanwhile=kill)

    assert done.stderr == "the process of the rehearsal was killed by signal 9\n"
    assert processes(guide) == ""


def test_a_postfix_that_hangs_when_it_starts_is_not_waited_for(guide: RehearsedGuide) -> None:
    before = said(guide, TRACES)
    guide.machine.run(["mv", MASTER, f"{MASTER}.real"])
    guide.machine.write(MASTER, HANGS, 0o755)
    try:
        done = guide.rehearse({}, {}, limit=1)
    finally:
        guide.machine.run(["mv", f"{MASTER}.real", MASTER])

    assert done.stderr == "the private Postfix has not answered in 1 seconds\n"
    wait_until(lambda: said(guide, TRACES) == before)


def test_when_postfix_does_not_start_the_cause_is_told_and_what_is_wrong_besides(
    guide: RehearsedGuide,
) -> None:
    more = "no-such-port inet n - n - - smtpd\nhalf an entry\n"

    failures = guide.failures(edits={MASTER_CF: [("$", more)]})

    told = {probe: detail for probe, _, detail, _ in failures}
    assert told["port"] == "this host knows no port called no-such-port"
    assert "bad transport type" in told["start"]


def test_servers_that_die_of_every_login_are_not_waited_for(guide: RehearsedGuide) -> None:
    # Before TLS they answer, and master(8) does not start them again for a minute.
    leave = f"import socket; socket.socket(socket.AF_UNIX).bind('{IN_THE_QUEUE}')"
    guide.machine.run(["python3", "-c", leave])
    guide.machine.run(["chmod", "666", IN_THE_QUEUE])
    try:
        done = guide.rehearse({**DOVECOT, "smtpd_tls_auth_only": "yes"}, {}, longest=LESS_THAN_THAT)
    finally:
        guide.machine.run(["rm", IN_THE_QUEUE])

    failed = {f"{probe} {server}" for probe, server, *_ in json.loads(done.stdout)}
    assert {"tls rehearsal:25", "relay-login rehearsal:25", "answers rehearsal:465"} <= failed
    assert "the rehearsal has taken more than" not in done.stderr


def test_probes_that_it_would_take_too_long_for_are_left_out_and_said_to_be(
    guide: RehearsedGuide,
) -> None:
    done = guide.rehearse({"mynetworks": "0.0.0.0/0"}, {}, longest=0)

    assert done.stdout == "[]\n"
    for port in (25, 465):
        assert f"rehearsal:{port} the rehearsal has taken more than 0 seconds" in done.stderr
