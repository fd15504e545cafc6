"""The daemon that checks passwords, restarted so that it uses its new configuration."""

from dataclasses import replace

from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import RestartDaemon, warning
from pfwizard.plan.sasl.checker import backend_of, socket_of


def with_restart(draft: Draft) -> Draft:
    """Plan that the back end's daemon is restarted, before Postfix is told of anything."""
    backend = backend_of(draft)
    socket = socket_of(draft.facts, draft.answers.sasl)
    if backend.daemon is None or socket is None:
        return draft
    service = draft.facts.platform.service_names.get(backend.daemon)
    if service is None:
        return draft.with_finding(
            warning(
                "daemon-not-restarted",
                f"how {backend.name} is restarted on this platform is not known",
                f"Restart {backend.name} yourself, before anybody logs in.",
            )
        )
    return replace(draft, daemons=(*draft.daemons, RestartDaemon(service.value, socket)))


def is_restarted(draft: Draft) -> bool:
    """Whether the daemon will open its socket in the course of the plan, or of its next start."""
    return bool(draft.daemons) or any(
        finding.identifier == "daemon-not-restarted" for finding in draft.findings
    )
