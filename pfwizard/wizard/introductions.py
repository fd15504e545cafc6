"""What a step says above its fields, where that depends on what is answered."""

from collections.abc import Mapping

from pfwizard.answers.question import Value
from pfwizard.wizard.existing_authority import ExistingAuthority
from pfwizard.wizard.steps import Step, StepName

ByAnswer = tuple[str, Mapping[Value, str]]
"""The key of a question, and what is said for each of its answers."""

BY_ANSWER: Mapping[StepName, ByAnswer] = {
    StepName.AUTHORITY: (
        "ca.source",
        {
            "create": "A certificate authority of your own signs the server's certificate. It is "
            "made once; a later run finds it and leaves it alone.",
            "existing": "Your certificate authority is there, and is never made anew. Its key is "
            "needed only where something is to be signed.",
            "none": "You have no certificate authority. In the next step, a request for another "
            "one to sign is made, or files that are there are used.",
        },
    ),
    StepName.SERVER: (
        "server.source",
        {
            "ca": "What the server shows to everyone who starts TLS. It must name every host name "
            "that clients connect to.",
            "request": "Only a key and a request are made now. When the other CA has sent the "
            "certificate, it is put in place, and the rest is changed.",
            "files": "Certificate and key are there, and somebody else renews them. Postfix reads "
            "them where they are; they are never written or copied.",
        },
    ),
    StepName.CLIENTS: (
        "ca.source",
        {
            "none": "Without a certificate authority of your own, no certificates for clients "
            "can be made here."
        },
    ),
}


def introduction_of(
    step: Step, values: Mapping[str, Value], authority: ExistingAuthority | None = None
) -> str:
    """What the step says for these answers, where this CA is there already."""
    is_made = step.name is StepName.AUTHORITY and values.get("ca.source") == "create"
    if is_made and authority is not None:
        return _used_as_it_is(authority)
    if step.name not in BY_ANSWER:
        return step.introduction
    key, by_answer = BY_ANSWER[step.name]
    answer = values.get(key)
    return step.introduction if answer is None else by_answer.get(answer, step.introduction)


def _used_as_it_is(authority: ExistingAuthority) -> str:
    if not authority.subject:
        return (
            f"{authority.certificate} is there already, and holds no certificate of a CA. Name "
            "another file."
        )
    return (
        f"There is a CA in {authority.certificate} already: it is used as it is, and none is made. "
        f"Its name is {authority.subject}. For a new one, name other files."
    )
