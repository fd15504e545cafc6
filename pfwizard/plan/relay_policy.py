"""Who may relay: users who log in may, strangers never."""

from pfwizard.plan.draft import Draft
from pfwizard.plan.effective import Effective
from pfwizard.plan.plan import note, refusal, warning
from pfwizard.plan.relay import (
    LISTS,
    RELAY_LISTS,
    Ruling,
    admits_everyone,
    can_refuse,
    is_closed,
    ruling,
)
from pfwizard.plan.restrictions import merged
from pfwizard.plan.services import smtp_servers

LOGGED_IN = "permit_sasl_authenticated"
RELAY = "smtpd_relay_restrictions"
REFUSE_STRANGERS = "reject_unauth_destination"


def plan_relay_policy(draft: Draft) -> Draft:
    """Let logged-in users relay, and see to it that nobody else can."""
    if draft.answers.sasl.enabled:
        draft = _permit_logged_in(draft)
    draft = _refuse_strangers(draft)
    return _judge_services(draft)


def _permit_logged_in(draft: Draft) -> Draft:
    wanted = draft.answers.sasl.recipient_restrictions
    if wanted:
        present = draft.main.get("smtpd_recipient_restrictions") or ""
        draft = draft.with_setting("smtpd_recipient_restrictions", merged(present, wanted))
    for name in RELAY_LISTS:
        draft = _permit_logged_in_by(draft, name)
    return draft


def _permit_logged_in_by(draft: Draft, name: str) -> Draft:
    """A list that refuses strangers must let those who logged in pass before it does."""
    refuses = ruling(draft.effective, name) is Ruling.REFUSED
    if not refuses or LOGGED_IN in draft.effective.elements(name):
        return draft
    present = draft.effective.written(name) or ""
    return draft.with_setting(name, merged(present, (LOGGED_IN,))).with_finding(
        note(
            "logged-in-users-permitted",
            f"{name} would refuse mail of users who log in; {LOGGED_IN} is added to it",
        )
    )


def _refuse_strangers(draft: Draft) -> Draft:
    """smtpd refuses to work, or relays for everyone, when nothing refuses a stranger."""
    if can_refuse(draft.effective) or _is_permissive(draft.effective):
        return draft
    present = draft.effective.value(RELAY)
    base = present or f"permit_mynetworks {LOGGED_IN}"
    separator = ", " if "," in base else " "
    return draft.with_setting(RELAY, f"{base}{separator}{REFUSE_STRANGERS}").with_finding(
        note(
            "relay-restrictions-added",
            "nothing in the recipient restrictions refuses mail from strangers to strangers; "
            f"{RELAY} is added, without which smtpd would stop on every connection",
        )
    )


def _is_permissive(effective: Effective) -> bool:
    return any(ruling(effective, name) is Ruling.PERMITTED for name in RELAY_LISTS)


def _judge_services(draft: Draft) -> Draft:
    contexts = [("main.cf", draft.effective)]
    contexts += [
        (f"the service {service.name} in master.cf", draft.effective.of(service))
        for service in smtp_servers(draft.master)
        if any(service.option(name) is not None for name in (*LISTS, "mynetworks"))
    ]
    for place, effective in contexts:
        draft = _judge(draft, place, effective)
    return draft


def _judge(draft: Draft, place: str, effective: Effective) -> Draft:
    if is_closed(effective):
        return draft
    if admits_everyone(effective):
        return draft.with_finding(
            refusal(
                "open-relay-mynetworks",
                f"{place}: mynetworks lets the whole Internet in, which makes this an open relay",
                "Set mynetworks to your own networks, such as 127.0.0.0/8 [::1]/128.",
            )
        )
    if _is_permissive(effective):
        return draft.with_finding(
            refusal(
                "open-relay",
                f'{place}: a restriction list says "permit" before anything refuses strangers, '
                "which makes this an open relay",
                f"Put {REFUSE_STRANGERS} before the permit, in {RELAY}.",
            )
        )
    return draft.with_finding(
        warning(
            "service-cannot-start",
            f"{place}: no restriction list refuses strangers, and smtpd will not work without one",
            f"Add {REFUSE_STRANGERS} to its {RELAY}.",
        )
    )
