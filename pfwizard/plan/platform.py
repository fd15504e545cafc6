"""What a plan takes for granted about the platform, and what the package of Postfix has set."""

from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import note, warning

LOOPBACK = frozenset({"localhost", "loopback-only", "127.0.0.1", "::1", "[::1]"})
"""Values of inet_interfaces (postconf(5)) with which nobody else can connect."""


def judge_platform(draft: Draft) -> Draft:
    """Say what the operator of this platform should look at; nothing is changed."""
    for step in (_derivative, _unseen, _only_for_itself):
        draft = step(draft)
    return draft


def _derivative(draft: Draft) -> Draft:
    platform = draft.facts.platform
    if not platform.assumed_for:
        return draft
    return draft.with_finding(
        note(
            "platform-assumed",
            f"{platform.assumed_for} is taken for {platform.name}",
            "Compare the paths of the change with those of its packages.",
        )
    )


def _unseen(draft: Draft) -> Draft:
    platform, places = draft.facts.platform, draft.facts.platform.sasl_directories
    if not draft.answers.sasl.enabled or places.is_verified or not platform.is_known:
        return draft
    path = draft.facts.smtpd_conf
    if draft.facts.file(path).exists:
        return draft
    return draft.with_finding(
        note(
            "platform-unseen",
            f"that {platform.name} has {path.name} in {path.parent} was not seen in its packages "
            f"({places.source})",
            "Compare it with the documentation of its Postfix package.",
        )
    )


def _only_for_itself(draft: Draft) -> Draft:
    """Red Hat's and SUSE's packages have Postfix listen to the machine itself alone."""
    services = draft.answers.services
    interfaces = draft.effective.elements("inet_interfaces")
    if not (services.smtps or services.submission) or not set(interfaces) <= LOOPBACK:
        return draft
    return draft.with_finding(
        warning(
            "listens-to-itself",
            f"inet_interfaces = {', '.join(interfaces)}: only this machine itself can connect, "
            "on the new ports too",
            "Set inet_interfaces = all in main.cf, and stop and start Postfix.",
        )
    )
