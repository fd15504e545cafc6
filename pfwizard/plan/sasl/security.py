"""Which mechanisms Postfix's security options leave, and what goes over the net in clear."""

from collections.abc import Iterable

from pfwizard.answers.wording import Named, Wording
from pfwizard.enumeration import listed
from pfwizard.machine.effective import Effective
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import note, refusal, warning
from pfwizard.plan.sasl.checker import mechanisms_of, servers_asking
from pfwizard.plan.sasl.mechanisms import DEMANDS, MECHANISMS, NO_PLAINTEXT
from pfwizard.plan.sasl.parameters import CLEAR_OPTIONS, TLS_OPTIONS
from pfwizard.plan.services import smtp_servers

AFTER_TLS = Named("tls.auth_only", True)


def plan_security_options(draft: Draft) -> Draft:
    """Before TLS only what does not send the password, where there is a choice.

    What main.cf says of it already is the operator's. A list that leaves nothing before TLS would
    stop every session (no SASL authentication mechanisms, src/smtpd/smtpd_sasl_glue.c).
    """
    sending = [name for name in mechanisms_of(draft) if MECHANISMS[name].sends_the_password]
    others = [name for name in mechanisms_of(draft) if name not in sending]
    is_written = draft.main.get(CLEAR_OPTIONS) is not None
    if not sending or not others or is_written or not _in_clear(draft):
        return draft
    draft = draft.with_setting(CLEAR_OPTIONS, f"noanonymous, {NO_PLAINTEXT}")
    if draft.main.get(TLS_OPTIONS) is None:
        draft = draft.with_setting(TLS_OPTIONS, "noanonymous")
    return draft.with_finding(
        note(
            "plaintext-after-tls",
            f"{listed(sending)} are offered after STARTTLS alone; before it there is "
            f"{listed(others)}, which does not send the password",
        )
    )


def judge_mechanisms_left(draft: Draft) -> Draft:
    """smtpd is fatal, on every session, where its security options leave no mechanism at all."""
    mechanisms = mechanisms_of(draft)
    for service in servers_asking(draft):
        effective = draft.effective.of(service)
        names = [TLS_OPTIONS] if over_tls_only(effective) else [CLEAR_OPTIONS, TLS_OPTIONS]
        forbidding = [name for name in names if not _left_by(effective, name, mechanisms)]
        if forbidding:
            options = DEMANDS.intersection(effective.elements(forbidding[0]))
            return draft.with_finding(
                refusal(
                    "no-mechanism-left",
                    f"{forbidding[0]} says {listed(sorted(options))}, which forbids "
                    f"{listed(mechanisms)}; with no "
                    f"mechanism left, the service {service.name} would break off every session",
                    Wording(f"Set {TLS_OPTIONS} = noanonymous and ", AFTER_TLS, "."),
                )
            )
    return draft


def _left_by(effective: Effective, parameter: str, mechanisms: Iterable[str]) -> list[str]:
    options = effective.elements(parameter)
    return [name for name in mechanisms if MECHANISMS[name].is_left_by(options)]


def judge_clear_text(draft: Draft) -> Draft:
    open_ones = _in_clear(draft)
    if not open_ones:
        return draft
    return draft.with_finding(
        warning(
            "auth-in-clear",
            f"users may log in to {listed(open_ones)} without TLS, and their passwords can be "
            "read on the way",
            Wording("Set ", AFTER_TLS, ", so that AUTH is offered only after STARTTLS."),
        )
    )


def _in_clear(draft: Draft) -> list[str]:
    return [
        service.name
        for service in smtp_servers(draft.master, draft.effective)
        if takes_passwords_in_clear(draft.effective.of(service))
    ]


def takes_passwords_in_clear(effective: Effective) -> bool:
    """Whether a service with these parameters lets users log in without TLS."""
    return (
        effective.is_on("smtpd_sasl_auth_enable")
        and not over_tls_only(effective)
        and NO_PLAINTEXT not in effective.elements(CLEAR_OPTIONS)
    )


def over_tls_only(effective: Effective) -> bool:
    """Whether AUTH is offered to encrypted sessions alone."""
    return (
        effective.is_on("smtpd_tls_auth_only")
        or effective.is_on("smtpd_tls_wrappermode")
        or effective.value("smtpd_tls_security_level") == "encrypt"
    )


def judge_old_mechanisms(draft: Draft) -> Draft:
    """Mechanisms that hide the password badly."""
    old = [name for name in mechanisms_of(draft) if MECHANISMS[name].is_old]
    if not old:
        return draft
    return draft.with_finding(
        warning(
            "mechanism-old",
            f"{listed(old)} {'is' if len(old) == 1 else 'are'} historic, and a recorded login "
            "lets the password be guessed offline",
            f"Leave {'it' if len(old) == 1 else 'them'} out, unless a program knows no other.",
        )
    )
