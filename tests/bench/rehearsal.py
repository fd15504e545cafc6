"""The rehearsal of the guide's plan, in starts and stops of Postfix with the same configuration."""

from contextlib import ExitStack

from tests.bench.measure import Contender, in_turns
from tests.bench.servers import (
    ANSWERS,
    LOGIN,
    PASSWORD,
    run_pfwizard,
    stock_server,
)
from tests.bench.table import Comparison, Ratio
from tests.machines.machine import Machine

REHEARSE = """\
import sys, time
from pathlib import Path
from pfwizard.engine import Job, plan_job, read_answers
from pfwizard.prove.means import Means
from pfwizard.prove.mechanisms import Login
from pfwizard.prove.rehearsing.choice import Rehearse
from pfwizard.prove.rehearsing.dress_rehearsal import DressRehearsal
from pfwizard.prove.verdict import failures_among
from pfwizard.secret import Secret
answers, user, password = sys.argv[1:]
job = Job.on(Path("/"), None, None)
planned = plan_job(job, read_answers(job, Path(answers)))
means = Means(login=Login(user, Secret(password)))
rehearsal = DressRehearsal(planned.plan, planned.facts, Rehearse.ALWAYS, means)
begin = time.perf_counter()
outcomes = rehearsal.play(lambda outcome: None)
seconds = time.perf_counter() - begin
assert not failures_among(outcomes), outcomes
assert len({outcome.target.split()[0] for outcome in outcomes if outcome.probe == "login"}) == 3
print(seconds)
"""

START_AND_STOP = """\
import subprocess, time
begin = time.perf_counter()
for command in ("start", "stop"):
    subprocess.run(["postfix", command], check=True, capture_output=True)
print(time.perf_counter() - begin)
"""

THREE_SERVICES = "s/^submission = false/submission = true/"
"""Port 587 beside 25 and 465, in the guide's answers (sed(1))."""

NOTES = (
    "The plan is the guide's for a stock server with port 587 as well: three services, with logins",
    "on each of them; every probe passes. The target is 3 seconds.",
    "Planning is not counted. Postfix is started and stopped on a server with that plan applied.",
)


def compare(repetitions: int) -> Comparison:
    """A rehearsal with all of its probes, in starts and stops of Postfix."""
    with ExitStack() as servers:
        rehearsing = servers.enter_context(stock_server())
        configured = servers.enter_context(stock_server())
        for machine in (rehearsing, configured):
            machine.run(["sed", "-i", THREE_SERVICES, ANSWERS])
        run_pfwizard(configured)
        configured.run(["postfix", "stop"])
        timings = in_turns(
            [
                Contender("rehearsal", lambda: _seconds_of_a_rehearsal(rehearsing)),
                Contender("postfix start, postfix stop", lambda: _seconds_of_a_start(configured)),
            ],
            repetitions,
        )
    ours, postfix = timings
    return Comparison("Rehearsal", timings, (Ratio(ours, postfix),), NOTES)


def _seconds_of_a_rehearsal(machine: Machine) -> float:
    command = ["python3", "-c", REHEARSE, ANSWERS, LOGIN, PASSWORD]
    return float(machine.run(command, env=machine.python_paths()).stdout)


def _seconds_of_a_start(machine: Machine) -> float:
    return float(machine.run(["python3", "-c", START_AND_STOP]).stdout)
