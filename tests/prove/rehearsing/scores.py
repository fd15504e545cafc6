"""Scores of plans for machines in memory."""

from pathlib import Path

from pfwizard.plan.plan import Plan
from pfwizard.prove.rehearsing.score import Room, Score, score_of
from tests.plan import builders

BASE = Path("/run/stage")

MACHINE = builders.machine(
    group=builders.GROUP + b"postdrop:x:112:\n",
    defaults={
        "daemon_directory": "/usr/lib/postfix/sbin",
        "data_directory": "/var/lib/postfix",
        "mail_owner": "postfix",
        "queue_directory": "/var/spool/postfix",
        "setgid_group": "postdrop",
    },
)


def score(plan: Plan) -> Score:
    ports = iter(range(40000, 50000))
    return score_of(plan, MACHINE, Room(BASE, "127.4.5.6", lambda: next(ports)))
