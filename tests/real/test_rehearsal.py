"""The dress rehearsal on a real machine: what it proves, and that nothing of it is left."""

import json
import signal
from typing import Any

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.guide_machine import ANSWERS_FILE, PASSWORD, USER, GuideMachine
from tests.real.mail_server import MailServer, history
from tests.waiting import wait_until

pytestmark = pytest.mark.machine

PASSWORD_FILE = "/root/password"
LOGIN = ("--user", USER, "--password-file", PASSWORD_FILE)
INSIDE = [name for name, suite in SUITES.items() if suite.runs_pfwizard_inside]

# Everything that a rehearsal might leave: processes, mounts, directories, ports, lines of the log.
TRACES = """\
ps -e -o comm= | grep -v -e '^sh$' -e '^ps$' -e '^sort$' -e '^grep$' | sort
cat /proc/self/mounts
ls /run /tmp /var/lib/postfix
find /var/spool/postfix -type f | sort
cut -d' ' -f3,4 /proc/net/tcp >/dev/null
cat /proc/net/tcp | tr -s ' ' | cut -d' ' -f3,5 | grep ' 0A' | sort
wc -l </var/log/mail.log
"""


@pytest.fixture
def guide(open_machine: OpenMachine) -> GuideMachine:
    """A server to which nothing of the guide is applied yet."""
    return prepared("bookworm", open_machine)


def prepared(suite: str, open_machine: OpenMachine) -> GuideMachine:
    guide = GuideMachine.prepare(open_machine(Machine(SUITES[suite])))
    guide.machine.write(PASSWORD_FILE, f"{PASSWORD}\n", 0o600)
    return guide


def traces(guide: GuideMachine) -> str:
    return guide.machine.run(["sh", "-c", TRACES]).stdout


def verdicts(document: dict[str, Any], verdict: str) -> dict[str, str]:
    return {
        f"{each['probe']} {each['target']}": each["detail"]
        for each in document["verification"]
        if each["verdict"] == verdict
    }


@pytest.mark.parametrize("suite", INSIDE)
def test_logins_work_in_the_rehearsal_before_anything_is_changed(
    suite: str, open_machine: OpenMachine
) -> None:
    guide = prepared(suite, open_machine)
    before = MailServer.of(guide.machine)

    document = guide.report("--dry-run", "--rehearse", "always", *LOGIN)

    assert verdicts(document, "fail") == verdicts(document, "skipped") == {}
    assert {
        "certificate rehearsal:25",
        "login rehearsal:465 PLAIN",
        "login-refused rehearsal:25 LOGIN",
        "relay-stranger rehearsal:25",
    } <= verdicts(document, "pass").keys()
    assert MailServer.of(guide.machine) == before


def test_it_leaves_nothing_behind(guide: GuideMachine) -> None:
    before = traces(guide)

    guide.report("--dry-run", "--rehearse", "always", *LOGIN)

    assert traces(guide) == before


def test_it_leaves_nothing_behind_when_it_is_killed(guide: GuideMachine) -> None:
    before = traces(guide)
    options = ["--answers", ANSWERS_FILE, "--dry-run", "--rehearse", "always", *LOGIN]
    with guide.machine.popen(
        ["python3", "-m", "pfwizard", *options], env=guide.machine.python_paths()
    ) as program:
        wait_until(lambda: "pfwizard.prove.rehearsing.stage" in arguments(guide))
        program.send_signal(signal.SIGKILL)
    wait_until(lambda: "pfwizard.prove" not in arguments(guide))

    guide.report("--dry-run", "--rehearse", "always", *LOGIN)

    assert traces(guide) == before


def arguments(guide: GuideMachine) -> str:
    return guide.machine.run(["ps", "-e", "-o", "args="]).stdout


def test_a_change_whose_rehearsal_fails_is_not_made(guide: GuideMachine) -> None:
    before = MailServer.of(guide.machine)
    guide.machine.write(PASSWORD_FILE, "not the password\n", 0o600)

    done = guide.pfwizard("--json", *LOGIN)

    document = json.loads(done.stdout)
    assert (done.returncode, document["result"], document["changed"]) == (1, "failed", False)
    assert "login rehearsal:465 PLAIN" in verdicts(document, "fail")
    assert MailServer.of(guide.machine) == before


def test_a_change_goes_live_after_its_rehearsal(guide: GuideMachine) -> None:
    document = guide.report(*LOGIN)

    assert document["result"] == "applied"
    assert "login rehearsal:465 PLAIN" in verdicts(document, "pass")
    assert history(guide.machine).endswith("applied")


def test_whoever_wants_no_rehearsal_gets_none(guide: GuideMachine) -> None:
    document = guide.report("--rehearse", "never")

    assert (document["result"], document["verification"]) == ("applied", [])


def test_where_nothing_private_can_be_mounted_it_says_what_stays_unproven(
    guide: GuideMachine,
) -> None:
    inside = ["setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin"]
    options = ["--answers", ANSWERS_FILE, "--dry-run", "--json", "--rehearse", "always"]

    done = guide.machine.run(
        [*inside, "python3", "-m", "pfwizard", *options],
        env=guide.machine.python_paths(),
        check=False,
    )

    document = json.loads(done.stdout)
    assert (done.returncode, document["result"]) == (1, "failed")
    assert "no private Postfix can be started here" in document["findings"][-1]["message"]


def test_a_change_with_which_nobody_can_log_in_is_taken_back(guide: GuideMachine) -> None:
    before = MailServer.of(guide.machine)
    guide.machine.write(PASSWORD_FILE, "not the password\n", 0o600)

    done = guide.pfwizard("--json", "--rehearse", "never", *LOGIN)

    document = json.loads(done.stdout)
    assert (done.returncode, document["result"]) == (4, "rolled-back")
    assert "login 127.0.0.1:465 PLAIN" in verdicts(document, "fail")
    assert MailServer.of(guide.machine) == before


def test_on_probation_too_a_change_with_which_nobody_can_log_in_is_taken_back(
    guide: GuideMachine,
) -> None:
    before = MailServer.of(guide.machine)
    guide.machine.write(PASSWORD_FILE, "not the password\n", 0o600)

    done = guide.pfwizard("--json", "--rehearse", "never", "--confirm", "60", *LOGIN)

    document = json.loads(done.stdout)
    assert (done.returncode, document["result"]) == (4, "rolled-back")
    assert "login 127.0.0.1:465 PLAIN" in verdicts(document, "fail")
    assert MailServer.of(guide.machine) == before


def test_logins_are_proven_once_more_when_the_change_is_live(guide: GuideMachine) -> None:
    document = guide.report(*LOGIN)

    passed = verdicts(document, "pass")
    assert {"login rehearsal:465 PLAIN", "login 127.0.0.1:465 PLAIN"} <= passed.keys()


def test_a_file_behind_a_link_is_not_touched(guide: GuideMachine) -> None:
    machine = guide.machine
    machine.run(["sh", "-ec", "mkdir /srv/kept; cd /etc/postfix; mv master.cf /srv/kept"])
    machine.run(["ln", "-s", "/srv/kept/master.cf", "/etc/postfix/master.cf"])
    move = "mkdir /srv/group; mv /etc/group /srv/group; ln -s /srv/group/group /etc"
    machine.run(["sh", "-ec", move])
    before = machine.snapshot(["/srv"])

    guide.pfwizard("--dry-run", "--rehearse", "always", *LOGIN)

    assert machine.snapshot(["/srv"]) == before
