"""Which questions the other answers leave anything to say about."""

from collections.abc import Mapping
from dataclasses import dataclass

from pfwizard.answers.question import Question, Value
from pfwizard.answers.questions import QUESTIONS


@dataclass(frozen=True)
class Condition:
    """Another question's answer has to be one of these."""

    key: str
    values: tuple[Value, ...]

    def holds(self, values: Mapping[str, Value]) -> bool:
        return values.get(self.key) in self.values


_WITH_A_CA = Condition("ca.source", ("create", "existing"))
_WITH_A_NEW_CA = Condition("ca.source", ("create",))
_SIGNED_HERE = Condition("server.source", ("ca",))
_WITH_A_KEY_OF_OURS = Condition("server.source", ("ca", "request"))
_WITH_LOGINS = Condition("sasl.enabled", (True,))

_BY_PATTERN: Mapping[str, tuple[Condition, ...]] = {
    "ca.certificate": (_WITH_A_CA,),
    "ca.key": (_WITH_A_CA,),
    "ca.key_type": (_WITH_A_NEW_CA,),
    "ca.days": (_WITH_A_NEW_CA,),
    "ca.name_constraints": (_WITH_A_NEW_CA,),
    "ca.domains": (_WITH_A_NEW_CA, Condition("ca.name_constraints", (True,))),
    "ca.encrypted": (_WITH_A_NEW_CA,),
    "ca.subject.*": (_WITH_A_NEW_CA,),
    "server.key_type": (_WITH_A_KEY_OF_OURS,),
    "server.days": (_SIGNED_HERE,),
    "server.request": (_WITH_A_KEY_OF_OURS,),
    "server.subject.*": (_WITH_A_KEY_OF_OURS,),
    "server.request_attributes.*": (_WITH_A_KEY_OF_OURS,),
    "server.ecdsa": (Condition("server.source", ("ca", "files")),),
    "server.ecdsa_certificate": (Condition("server.ecdsa", (True,)),),
    "server.ecdsa_key": (Condition("server.ecdsa", (True,)),),
    "clients.names": (_WITH_A_CA,),
    "tls.auth_only": (_WITH_LOGINS,),
    "sasl.*": (_WITH_LOGINS,),
}
"""``section.*`` stands for every question of the section but the condition's own."""


def is_relevant(question: Question, values: Mapping[str, Value]) -> bool:
    """Whether there is anything to ask, by the answers so far."""
    if len(question.choices) == 1:
        return False
    return all(condition.holds(values) for condition in CONDITIONS.get(question.key, ()))


def _conditions_of(question: Question) -> tuple[Condition, ...]:
    named = (
        *_BY_PATTERN.get(question.key, ()),
        *_BY_PATTERN.get(f"{question.section}.*", ()),
    )
    return tuple(each for each in named if each.key != question.key)


CONDITIONS: Mapping[str, tuple[Condition, ...]] = {
    question.key: conditions for question in QUESTIONS if (conditions := _conditions_of(question))
}
"""By the key of the question."""
