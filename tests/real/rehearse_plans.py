"""Run in a machine: plans are made and rehearsed, one after the other, and none is applied.

Standard input is a JSON list of objects: ``files`` are contents by path, which are put back
afterwards, ``answers`` the text of an answers file, ``user`` and ``password`` who can log in.
Prints a line with a JSON object for each: the ``problem`` that kept it from being rehearsed, if
any, and the ``outcomes``, with probe, target, verdict, and detail.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pfwizard.answers.reading import load
from pfwizard.cli.verification import trust_of
from pfwizard.cli.verify_arguments import THIS_HOST
from pfwizard.engine import Job, plan_job
from pfwizard.errors import PfwizardError
from pfwizard.prove.means import Means
from pfwizard.prove.mechanisms import Login
from pfwizard.prove.rehearsing.rehearsal import rehearse
from pfwizard.prove.rehearsing.score import as_planned
from pfwizard.secret import Secret

ANSWERS = Path("/root/generated.toml")


@contextmanager
def in_place(files: Mapping[str, str]) -> Iterator[None]:
    places = {Path(path): content for path, content in files.items()}
    before = {path: path.read_bytes() for path in places if path.exists()}
    for path, content in places.items():
        path.write_text(content)
    try:
        yield
    finally:
        for path in places:
            if path in before:
                path.write_bytes(before[path])
            else:
                path.unlink()


def rehearsed(order: Mapping[str, Any]) -> dict[str, Any]:
    ANSWERS.write_text(order["answers"])
    ANSWERS.chmod(0o600)
    planned = plan_job(Job.on(Path("/"), None, None), load(ANSWERS))
    refusals = [each.message for each in planned.plan.refusals]
    if refusals:
        return {"problem": " / ".join(refusals), "outcomes": []}
    trust = trust_of(as_planned(planned.facts, planned.plan), THIS_HOST)
    login = Login(order["user"], Secret(order["password"]))
    found = rehearse(planned.plan, planned.facts, Means(trust, login=login))
    return {
        "problem": "",
        "outcomes": [
            (each.probe, each.target, each.verdict.value, each.detail) for each in found.outcomes
        ],
        "seconds": found.seconds,
    }


for order in json.load(sys.stdin):
    with in_place(order["files"]):
        try:
            found = rehearsed(order)
        except PfwizardError as error:
            found = {"problem": f"{type(error).__name__}: {error}", "outcomes": []}
    print(json.dumps(found), flush=True)
