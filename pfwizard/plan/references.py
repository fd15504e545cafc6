"""Values that refer to a parameter which the plan changes, and change along with it."""

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from pfwizard.cf.service import Service
from pfwizard.errors import Failed
from pfwizard.machine.effective import Effective
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import warning


class _Reference(NamedTuple):
    """A value with a reference in it that stays as it is written, and where that is."""

    place: str
    parameter: str
    text: str
    until_now: Effective
    from_now_on: Effective


def judge_references(draft: Draft) -> Draft:
    """Tell of values that nobody asked to change, and that do: ``smtp_tls_cert_file =
    $smtpd_tls_cert_file`` where the server gets another certificate.
    """
    for reference in _references(draft):
        with suppress(Failed):  # Postfix gives up on such a value; it is told of elsewhere
            draft = _judged(draft, reference)
    return draft


def _judged(draft: Draft, reference: _Reference) -> Draft:
    name, text = reference.parameter, reference.text
    before = reference.until_now.expanded(text, name)
    after = reference.from_now_on.expanded(text, name)
    if before == after:
        return draft
    return draft.with_finding(
        warning(
            "changed-by-reference",
            f"{reference.place}: {name} = {text} changes with what it refers to, from "
            f"{before or 'nothing'} to {after or 'nothing'}",
            "Give it a value of its own if it is not to follow.",
        )
    )


def _references(draft: Draft) -> Iterator[_Reference]:
    until_now, from_now_on = draft.effective_until_now, draft.effective
    for setting in draft.facts.configuration.main.settings:
        is_kept = draft.main.get(setting.name) == setting.value
        if "$" in setting.value and is_kept:
            yield _Reference("main.cf", setting.name, setting.value, until_now, from_now_on)
    for before in draft.facts.configuration.master.services:
        after = draft.master.find(before.endpoint)
        if after is not None:
            yield from _of_a_service(before, after, until_now, from_now_on)


def _of_a_service(
    before: Service, after: Service, until_now: Effective, from_now_on: Effective
) -> Iterator[_Reference]:
    place = f"the service {before.name} in master.cf"
    for option in before.options:
        if "$" in option.value and after.option(option.name) == option.value:
            contexts = until_now.of(before), from_now_on.of(after)
            yield _Reference(place, option.name, option.value, *contexts)
