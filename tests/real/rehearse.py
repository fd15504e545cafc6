"""Run in a machine: the guide's plan with faults put into it, rehearsed; prints what failed.

Standard input is a JSON object: ``edits`` are pairs of texts by path, of which the first is
replaced by the second (all of the file where it is empty, its end where it is ``$``), ``settings``
are added to main.cf, ``joins``: whether the planned group memberships are there too, ``client``:
the file with the certificate and key of a client that may relay, or null. ``meanwhile``, if it is
given, is a program that is run while the private Postfix plays, with its ``score``; ``limit`` are
the seconds that it may take to start, and ``longest`` those for all probes. What was left out is
told on standard error.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from pfwizard.answers.reading import load
from pfwizard.cf.main_cf import MainCf
from pfwizard.cli.verification import trust_of
from pfwizard.cli.verify_arguments import THIS_HOST
from pfwizard.engine import Job, plan_job
from pfwizard.plan.plan import Change, JoinGroup
from pfwizard.prove.means import Means
from pfwizard.prove.mechanisms import Login
from pfwizard.prove.rehearsing import performance, rehearsal
from pfwizard.prove.rehearsing.rehearsal import rehearse
from pfwizard.prove.rehearsing.score import CannotRehearse, Score, as_planned, score_of
from pfwizard.prove.verdict import Outcome, Verdict
from pfwizard.secret import Secret

MAIN_CF, MASTER_CF = "/etc/postfix/main.cf", "/etc/postfix/master.cf"


def faulty(change: Change) -> Change:
    content = (change.after or b"").decode("latin-1")
    for old, new in order["edits"].get(str(change.path), ()):
        if old == "$":
            content += new
        elif old:
            assert old in content, (str(change.path), old)
            content = content.replace(old, new)
        else:
            content = new
    if str(change.path) == MAIN_CF:
        main = MainCf.parse(content.encode("latin-1"))
        for name, value in order["settings"].items():
            main = main.set(name, value)
        content = main.render().decode("latin-1")
    return replace(change, after=content.encode("latin-1"))


class Meanwhile:
    """Runs the program at the first thing that is told."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._scores: list[Score] = []

    def score_of(self, *arguments: Any) -> Score:
        self._scores.append(score_of(*arguments))
        return self._scores[-1]

    def tell(self, outcome: Outcome) -> None:
        program, self._program = self._program, ""
        exec(program, {"score": self._scores[-1]})  # noqa: S102 - of the test that says it


order = json.load(sys.stdin)
planned = plan_job(Job.on(Path("/"), None, None), load(Path(order["answers"])))
changes = {str(change.path): faulty(change) for change in planned.plan.changes}
assert changes.keys() >= order["edits"].keys()
plan = replace(
    planned.plan,
    changes=tuple(changes.values()),
    actions=tuple(
        action
        for action in planned.plan.actions
        if order["joins"] or not isinstance(action, JoinGroup)
    ),
    main_cf=changes[MAIN_CF].after or b"",
    master_cf=changes[MASTER_CF].after or b"",
)
client = order["client"] and Path(order["client"])
shown = replace(THIS_HOST, client_certificate=client)
trust = trust_of(as_planned(planned.facts, plan), shown)
login = Login(order["user"], Secret(order["password"]))
meanwhile = Meanwhile(order.get("meanwhile", ""))
vars(rehearsal)["score_of"] = meanwhile.score_of
performance.ANSWER_LIMIT = order.get("limit", performance.ANSWER_LIMIT)
rehearsal.LONGEST = order.get("longest", rehearsal.LONGEST)
try:
    found = rehearse(plan, planned.facts, Means(trust, login=login), meanwhile.tell)
except CannotRehearse as reason:
    sys.exit(reason.message)
for outcome in found.outcomes:
    if outcome.verdict is Verdict.SKIPPED:
        print(outcome.target, outcome.detail, file=sys.stderr)
print(json.dumps([[each.probe, each.target, each.detail, each.remedy] for each in found.failures]))
