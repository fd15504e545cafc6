"""A relay host: where it is, how TLS begins there, and the login (SASL_README, SOHO_README)."""

from pfwizard.answers.outgoing_answers import OutgoingAnswers
from pfwizard.cf.endpoint import Endpoint
from pfwizard.plan.draft import Draft
from pfwizard.plan.outgoing.relay_password import plan_password
from pfwizard.plan.plan import note, refusal, warning
from pfwizard.plan.sasl.mechanisms import NO_PLAINTEXT

WRAPPER_MODE = "smtp_tls_wrappermode"
CLEAR_OPTIONS, TLS_OPTIONS = "smtp_sasl_security_options", "smtp_sasl_tls_security_options"
PLAIN_MECHANISMS = ("plain", "login")

TLS_AT_ONCE = 465


def plan_relay_host(draft: Draft) -> Draft:
    """Plan the relay host; nothing where none is named."""
    outgoing = draft.answers.outgoing
    if not outgoing.relay_host:
        return draft
    draft = _tell_of_the_former(draft, outgoing.relay_host)
    draft = draft.with_setting("relayhost", outgoing.relay_host)
    draft = _wrapper_mode(draft, outgoing)
    return _login(draft) if outgoing.relay_user else draft


def needs_tls(outgoing: OutgoingAnswers) -> bool:
    """Whether a password is sent to the relay host, or TLS begins at once there."""
    return bool(outgoing.relay_host) and (bool(outgoing.relay_user) or _begins_at_once(outgoing))


def _begins_at_once(outgoing: OutgoingAnswers) -> bool:
    return Endpoint.of(outgoing.relay_host, "inet").port == TLS_AT_ONCE


def _tell_of_the_former(draft: Draft, relay_host: str) -> Draft:
    former = draft.effective_until_now.value("relayhost")
    if not former or former == relay_host:
        return draft
    return draft.with_finding(
        note("relay-host-replaced", f"until now all mail was handed to the relay host {former}")
    )


def _wrapper_mode(draft: Draft, outgoing: OutgoingAnswers) -> Draft:
    """For every server alike, because Postfix has no such setting for one of them."""
    if not _begins_at_once(outgoing):
        is_on = draft.effective.is_on(WRAPPER_MODE)
        return draft.with_setting(WRAPPER_MODE, "no") if is_on else draft
    draft = draft.with_setting(WRAPPER_MODE, "yes")
    if not draft.effective.value("transport_maps"):
        return draft
    return draft.with_finding(
        warning(
            "tls-at-once-everywhere",
            f"{WRAPPER_MODE} holds for every server, and transport_maps sends some mail elsewhere "
            "than to the relay host: where TLS does not begin at once, it fails",
            "Use port 587 of the relay host, or a transport of its own in master.cf.",
        )
    )


def _login(draft: Draft) -> Draft:
    draft = _client_of_sasl(draft)
    draft = draft.with_setting("smtp_sasl_auth_enable", "yes")
    return plan_password(with_passwords_over_tls(draft))


def with_passwords_over_tls(draft: Draft) -> Draft:
    """Plan that mechanisms which send the password are used over TLS, as relay hosts want it."""
    is_forbidden = NO_PLAINTEXT in draft.effective.elements(TLS_OPTIONS)
    return draft.with_setting(TLS_OPTIONS, "noanonymous") if is_forbidden else draft


def _client_of_sasl(draft: Draft) -> Draft:
    """PLAIN and LOGIN are what relay hosts offer over TLS; without TLS they stay forbidden."""
    installed = draft.facts.sasl_plugins
    if installed is None or any(each in installed for each in PLAIN_MECHANISMS):
        return draft
    return draft.with_finding(
        refusal(
            "no-plugin-for-relay",
            "no SASL plug-in for PLAIN or LOGIN is installed, and without one this server cannot "
            "log in to the relay host",
            f"Install {draft.facts.platform.plugin_package}.",
        )
    )
