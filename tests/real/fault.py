"""A plan or a machine with one fault, and what the rehearsal has to say of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tests.machines.suites import SUITES
from tests.real.guide_machine import ANSWERS_FILE, PASSWORD, USER

MASTER_CF = "/etc/postfix/master.cf"
SMTPD_CONF = "/etc/postfix/sasl/smtpd.conf"

ALL, END = "", "$"
"""Stand for all of a file that is replaced, and for the end of one."""

SUBMISSION = "submission inet n - n - - smtpd\n"

Edits = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Fault:
    """What is done to the plan and to the machine, and what the rehearsal has to say.

    ``before`` and ``after`` are commands around the rehearsal; a text of ``edits`` that begins
    with ``<`` is the content of a file of the machine. ``exists_on`` are the suites whose Postfix
    has this fault; on the others the same plan is none, or another one. ``differs``: what Postfix
    and its libraries log and reply differs by generation, or else what the plan makes of the stock
    files.
    """

    name: str
    probe: str
    cause: str
    settings: Mapping[str, str] = field(default_factory=dict)
    edits: Edits = field(default_factory=dict)
    joins: bool = True
    before: str = "true"
    after: str = "true"
    answers: str = ANSWERS_FILE
    user: str = USER
    password: str = PASSWORD
    client: str | None = None
    exists_on: Collection[str] = tuple(SUITES)
    differs: bool = False
