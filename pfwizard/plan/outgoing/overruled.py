"""What beats the level of outgoing mail in main.cf: a client's own option, and a table of policies.

Both are their operator's, and stay (postconf(5), smtp_tls_policy_maps).
"""

from pfwizard.cf.service import Service
from pfwizard.enumeration import listed
from pfwizard.plan.draft import Draft
from pfwizard.plan.outgoing.levels import LEVEL, LEVELS, is_answered, outgoing_level
from pfwizard.plan.outgoing.relay_host import needs_tls
from pfwizard.plan.plan import note, warning

POLICIES = "smtp_tls_policy_maps"


def judge_overruled(draft: Draft) -> Draft:
    """Tell of mail that leaves by another level than the one that is asked for."""
    if not is_answered(draft) and not needs_tls(draft.answers.outgoing):
        return draft
    weaker = [each.name for each in draft.master.services if _is_weaker(draft, each)]
    if weaker:
        draft = draft.with_finding(
            warning(
                "outgoing-level-overruled",
                f"{listed(weaker)} in master.cf {'have' if len(weaker) > 1 else 'has'} a level of "
                f"its own, which is weaker than {LEVEL} in main.cf: mail that leaves by it may do "
                "so in clear",
                f"Take -o {LEVEL} out of master.cf if it is to follow main.cf.",
            )
        )
    return _judge_policies(draft)


def _is_weaker(draft: Draft, service: Service) -> bool:
    theirs = outgoing_level(draft.effective.of(service))
    is_client = service.command == "smtp"
    return is_client and LEVELS.index(theirs) < LEVELS.index(outgoing_level(draft.effective))


def _judge_policies(draft: Draft) -> Draft:
    policies = draft.effective.value(POLICIES)
    if not policies:
        return draft
    return draft.with_finding(
        note(
            "policies-come-first",
            f"what {POLICIES} says of a server comes before {LEVEL}; {policies} is not looked into",
            f"See what it says of the relay host: postmap -q {draft.answers.outgoing.relay_host} "
            f"{policies}."
            if draft.answers.outgoing.relay_host
            else "",
        )
    )
