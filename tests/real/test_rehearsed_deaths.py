"""A server of the private Postfix that dies is not waited for, and takes no other one with it."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.machines import policy
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.fault import END, MASTER_CF, SUBMISSION
from tests.real.rehearsed_guide import RehearsedGuide

pytestmark = pytest.mark.machine

DEAD_SUBMISSION = f"{SUBMISSION}  -o smtpd_tls_security_level = encrypt\n"

# smtpd asks a milter before it greets. This one takes its time with the first of all clients, and
# then hangs up on each, which milter_default_action = accept makes nothing of.
SLOW_MILTER = """\
import socket, time
with socket.create_server(("127.0.0.1", 8891)) as server:
    print("ready")
    pause = 5
    while True:
        client, _ = server.accept()
        time.sleep(pause)
        client.close()
        pause = 0
"""

SLOW_TO_GREET = (
    "smtpd\n  -o smtpd_milters=inet:127.0.0.1:8891 -o milter_default_action=accept\n#smtp "
)


@pytest.fixture(params=[name for name, suite in SUITES.items() if suite.runs_pfwizard_inside])
def guide(request: pytest.FixtureRequest) -> Iterator[RehearsedGuide]:
    with ExitStack() as machines:
        yield RehearsedGuide.on(policy.booted(Machine(SUITES[request.param]), machines))


def test_another_one_that_is_slow_is_waited_for(guide: RehearsedGuide) -> None:
    edits = {MASTER_CF: [("smtpd\n#smtp ", SLOW_TO_GREET), (END, DEAD_SUBMISSION)]}

    with guide.server(SLOW_MILTER):
        failures = guide.failures(edits=edits)

    assert {(probe, server) for probe, server, _, _ in failures} == {("answers", "rehearsal:587")}
