"""Services that the master does not start, because a parameter says so and not master.cf."""

from collections.abc import Iterator

from pfwizard.cf.endpoint import SUBMISSION, SUBMISSIONS, Endpoint
from pfwizard.enumeration import listed
from pfwizard.machine.effective import DISABLED
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import refusal
from pfwizard.plan.services import on_port


def judge_disabled(draft: Draft) -> Draft:
    """Refuse to switch on a port on which nothing would listen, as on an instance that sends."""
    shut = [str(endpoint.port) for endpoint in _asked(draft) if _stays_shut(draft, endpoint)]
    if not shut:
        return draft
    return draft.with_finding(
        refusal(
            "service-disabled",
            f"{DISABLED} = {draft.effective.value(DISABLED)}: Postfix does not start what "
            f"master.cf has for port {listed(shut)}",
            f"Take it out of {DISABLED} in main.cf, or do not ask for the port. An instance that "
            "sends only is no place for mail programs.",
        )
    )


def _asked(draft: Draft) -> Iterator[Endpoint]:
    services = draft.answers.services
    if services.smtps:
        yield SUBMISSIONS
    if services.submission:
        yield SUBMISSION


def _stays_shut(draft: Draft, endpoint: Endpoint) -> bool:
    services = on_port(draft.master, endpoint)
    return bool(services) and all(draft.effective.of(each).is_disabled for each in services)
