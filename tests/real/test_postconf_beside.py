"""postconf beside pfwizard: by Postfix's own locks, no edit of either is lost."""

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.guide_machine import ANSWERS_FILE, GuideMachine
from tests.real.held_run import (
    HALF_SWAPPED,
    OUTPUT,
    begin,
    let_go_on,
    make_fifos,
    program,
    wait_until_held,
)
from tests.real.mail_server import history, wait_until_no_process_is_left

pytestmark = pytest.mark.machine

APPLYING = ("--answers", ANSWERS_FILE)

EDITED = "was changed by somebody else just now"

BURSTS, EDITS = 4, 25

MARKED = "marker.invalid"

# A list of Postfix's own refers to every marker, so that no Postfix program has anything against
# them. They are added and not changed: a postlogd(8) that starts meanwhile warns of every value
# that changes while it reads main.cf, and waits forever for itself to log more than ten warnings.
DECLARE = f"""\
postconf -e "debug_peer_list=$(printf '$marker_%s ' $(seq {BURSTS * EDITS}))"
touch -d '1 minute ago' /etc/postfix/main.cf
"""

# Each burst begins when somebody has taken the lock: it waits there, and goes on beside the rest.
MARK = f"""\
for burst in $(seq 0 {BURSTS - 1}); do
    until test -e /etc/postfix/main.cf.tmp; do sleep 0.01; done
    for number in $(seq {EDITS}); do
        postconf -e "marker_$((burst * {EDITS} + number))={MARKED}"
    done
done
echo done
"""

EDITS_OF_EVERY_KIND = {
    "-e": "mailbox_size_limit=12345678",
    "-M": "waited/unix=waited unix - n n - - pipe flags=R user=nobody argv=/bin/false",
    "-F": "pickup/unix/wakeup=77",
    "-P": "cleanup/unix/syslog_name=postfix/waited",
    "-X": "biff",
}
"""What postconf is to edit, by its options."""

UNTIL_ALL_WAIT = 'until test "$(grep -c -e "-> FLOCK" /proc/locks)" -ge "$1"; do sleep 0.02; done'


@pytest.fixture
def guide(open_machine: OpenMachine) -> GuideMachine:
    return GuideMachine.prepare(open_machine(Machine(SUITES["bookworm"])))


def status_of(machine: Machine, *arguments: str) -> int:
    """How a run ends that is begun again when an edit has come between its plan and its lock."""
    while True:
        done = machine.run([*program(), *arguments], check=False, env=machine.python_paths())
        if EDITED not in done.stderr:
            return done.returncode


def test_a_hundred_edits_beside_runs_of_every_kind(guide: GuideMachine) -> None:
    machine = guide.machine
    machine.run(["sh", "-ec", DECLARE])
    runs = [(*APPLYING,), ("rollback",), (*APPLYING, "--confirm", "1"), (*APPLYING,)]
    with machine.popen(["timeout", "60", "sh", "-ec", MARK]) as edits:
        statuses = [status_of(machine, *run) for run in runs]
        out, errors = edits.communicate()

    assert (out, errors) == (b"done\n", b"")
    assert statuses == [0, 0, 4, 0]
    settings = guide.main_cf()
    markers = [settings[name] for name in settings if name.startswith("marker_")]
    assert markers == [MARKED] * (BURSTS * EDITS)
    assert settings["smtpd_sasl_auth_enable"] == "yes"
    assert machine.run(["ls", "/etc/postfix"]).stdout.count(".tmp") == 0


def test_edits_of_every_kind_wait_and_are_not_lost(guide: GuideMachine) -> None:
    machine = guide.machine
    make_fifos(machine)
    begin(machine, [*program(in_engine=HALF_SWAPPED), *APPLYING])
    wait_until_held(machine)
    edits = [machine.popen(["postconf", *edit]) for edit in EDITS_OF_EVERY_KIND.items()]
    waiting = ["timeout", "90", "sh", "-c", UNTIL_ALL_WAIT, "sh", str(len(edits))]
    machine.run(waiting)

    let_go_on(machine)
    ends = [edit.communicate(timeout=60) for edit in edits]
    wait_until_no_process_is_left(machine)

    assert ends == [(b"", b"")] * len(edits)
    assert history(machine).endswith("  applied"), machine.read(OUTPUT)
    settings = guide.main_cf()
    assert settings["mailbox_size_limit"] == "12345678"
    assert "biff" not in settings
    assert settings["smtpd_sasl_auth_enable"] == "yes"
    services = machine.run(["postconf", "-M"]).stdout
    assert "waited     unix  -       n       n       -       -       pipe" in services
    assert "submissions inet" in services
    assert machine.run(["postconf", "-F", "pickup/unix/wakeup"]).stdout.endswith(" = 77\n")
    options = machine.run(["postconf", "-P", "cleanup/unix/syslog_name"]).stdout
    assert options.endswith(" = postfix/waited\n")
