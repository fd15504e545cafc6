"""The certificate of tlsproxy(8), which does TLS for postscreen on port 25 (POSTSCREEN_README).

Its parameters are those of smtpd by default, each by itself: a chain file of smtpd overrides a
certificate of its own, as it does in smtpd.
"""

from pfwizard.enumeration import listed
from pfwizard.machine.effective import Effective
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import warning
from pfwizard.plan.server.layout import CHAIN_FILES, PARAMETERS_OF_A_PAIR

OF_SMTPD, OF_TLSPROXY = "smtpd_", "tlsproxy_"


def judge_tlsproxy(draft: Draft) -> Draft:
    """Tell of a certificate of its own that has no effect, or that stays as it is."""
    services = [each for each in draft.master.services if each.command == "tlsproxy"]
    for service in services:
        effective = draft.effective.of(service)
        pair = [name for name in sorted(PARAMETERS_OF_A_PAIR) if _is_own(effective, name)]
        if pair and _value(effective, CHAIN_FILES):
            draft = _told_of_no_effect(draft, [_of_tlsproxy(name) for name in pair], effective)
        elif pair or _is_own(effective, CHAIN_FILES):
            own = pair or [CHAIN_FILES]
            draft = _told_of_own(draft, [_of_tlsproxy(name) for name in own])
    return draft


def _of_tlsproxy(name: str) -> str:
    return OF_TLSPROXY + name.removeprefix(OF_SMTPD)


def _value(effective: Effective, name: str) -> str:
    """What tlsproxy goes by; by default the parameter of smtpd."""
    own = effective.written(_of_tlsproxy(name))
    return effective.value(name if own is None else _of_tlsproxy(name))


def _is_own(effective: Effective, name: str) -> bool:
    value = _value(effective, name)
    return value != "" and value != effective.value(name)


def _told_of_no_effect(draft: Draft, names: list[str], effective: Effective) -> Draft:
    return draft.with_finding(
        warning(
            "certificate-of-tlsproxy-without-effect",
            f"tlsproxy has its own {listed(names)}, without any effect: "
            f"{_of_tlsproxy(CHAIN_FILES)}, which is {CHAIN_FILES} unless it is set, overrides it, "
            f"and on port 25 clients are shown the certificate in {_value(effective, CHAIN_FILES)}",
            f"Take {listed(names)} out, or set {_of_tlsproxy(CHAIN_FILES)} for tlsproxy.",
        )
    )


def _told_of_own(draft: Draft, names: list[str]) -> Draft:
    return draft.with_finding(
        warning(
            "certificate-of-tlsproxy",
            f"tlsproxy has its own {listed(names)}, so that behind postscreen on port 25 clients "
            "are shown another certificate than the one that is planned",
            f"Take {listed(names)} out if port 25 is to have the same one.",
        )
    )
