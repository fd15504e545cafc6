"""The steps of the wizard, in their order, and the questions that each of them asks."""

from dataclasses import dataclass
from enum import Enum

from pfwizard.answers.question import Question
from pfwizard.answers.questions import QUESTIONS


class StepName(Enum):
    WELCOME = "welcome"
    AUTHORITY = "authority"
    SERVER = "server"
    CLIENTS = "clients"
    TLS = "tls"
    SERVICES = "services"
    SASL = "sasl"
    OUTGOING = "outgoing"
    REVIEW = "review"
    APPLY = "apply"
    DONE = "done"


@dataclass(frozen=True)
class Step:
    """One page: what it is called, in the list of steps too, and what it says above its fields.

    ``introduction`` is true of all answers; where they are known, there may be a better one
    (introductions.py).
    """

    name: StepName
    title: str
    short: str
    introduction: str
    keys: tuple[str, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(_BY_KEY[key] for key in self.keys)


_BY_KEY = {question.key: question for question in QUESTIONS}


def _keys(*patterns: str) -> tuple[str, ...]:
    """Keys in this order; ``section.*`` stands for every question of the section."""
    found: list[str] = []
    for pattern in patterns:
        section = pattern.removesuffix(".*")
        if section == pattern:
            found.append(pattern)
        else:
            found += [question.key for question in QUESTIONS if question.section == section]
    return tuple(found)


STEPS = (
    Step(
        StepName.WELCOME,
        "Welcome",
        "Welcome",
        "pfwizard gives this mail server TLS and SMTP AUTH. It asks, shows every change before it "
        "is made, and takes the change back unless you confirm that it works.",
    ),
    Step(
        StepName.AUTHORITY,
        "Certificate authority",
        "CA",
        "Who signs certificates: a certificate authority of your own, which is made once and found "
        "again by later runs, or another one.",
        _keys(
            "ca.source",
            "ca.subject.*",
            "ca.name_constraints",
            "ca.domains",
            "ca.key_type",
            "ca.days",
            "ca.encrypted",
            "ca.certificate",
            "ca.key",
        ),
    ),
    Step(
        StepName.SERVER,
        "Server certificate",
        "Server",
        "What the server shows to everyone who starts TLS. It must name every host name that "
        "clients connect to.",
        _keys(
            "server.source",
            "server.names",
            "server.subject.*",
            "server.key_type",
            "server.days",
            "server.layout",
            "server.certificate",
            "server.key",
            "server.ecdsa",
            "server.ecdsa_certificate",
            "server.ecdsa_key",
            "server.request",
            "server.request_attributes.*",
        ),
    ),
    Step(
        StepName.CLIENTS,
        "Client certificates",
        "Clients",
        "A program or a mail server that shows a certificate of its own can send mail without a "
        "password. Leave it empty if none does.",
        _keys("clients.names", "tls.ca_file"),
    ),
    Step(
        StepName.TLS,
        "TLS",
        "TLS",
        "How Postfix offers TLS on port 25, where other mail servers deliver.",
        _keys(
            "tls.security_level",
            "tls.profile",
            "tls.minimum_version",
            "tls.migrate_obsolete",
            "tls.log_level",
            "tls.random_source",
        ),
    ),
    Step(
        StepName.SERVICES,
        "Services for mail programs",
        "Services",
        "The ports on which your users' mail programs hand in mail.",
        _keys("services.*"),
    ),
    Step(
        StepName.SASL,
        "Logins (SASL)",
        "Logins",
        "Users who log in may send mail everywhere; strangers may not.",
        _keys(
            "sasl.enabled",
            "sasl.scope",
            "tls.auth_only",
            "sasl.backend",
            "sasl.socket",
            "sasl.database",
            "sasl.saslauthd.*",
            "sasl.sql.*",
            "sasl.ldapdb.*",
            "sasl.dovecot.*",
            "sasl.mechanisms",
            "sasl.chroot",
            "sasl.local_domain",
            "sasl.broken_clients",
            "sasl.recipient_restrictions",
        ),
    ),
    Step(
        StepName.OUTGOING,
        "Outgoing mail",
        "Outgoing",
        "How mail leaves this server: directly, or all of it through a relay host. What you leave "
        "empty stays as it is.",
        _keys("outgoing.*"),
    ),
    Step(StepName.REVIEW, "Review", "Review", "What would change. Nothing has been changed yet."),
    Step(StepName.APPLY, "Apply", "Apply", ""),
    Step(StepName.DONE, "Done", "Done", ""),
)

ASKING = tuple(step for step in STEPS if step.keys)
"""The steps that ask something."""

OPEN_TO_ALL = tuple(step for step in STEPS if step.name not in (StepName.APPLY, StepName.DONE))
"""The steps that can be gone to at any time; the others follow from a review."""


def step_of(name: StepName) -> Step:
    return next(step for step in STEPS if step.name is name)


def step_asking(key: str) -> Step:
    """The step that asks this question, or one of this section."""
    for step in ASKING:
        if key in step.keys:
            return step
    return next(step for step in ASKING if any(asked.startswith(f"{key}.") for asked in step.keys))
