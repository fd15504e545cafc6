"""Services with older booleans of their own keep the level that these stand for.

A level in main.cf beats the booleans everywhere, in the options of a service too: a service with
``-o smtpd_enforce_tls=yes`` would no longer require TLS (src/smtpd/smtpd.c).
"""

from pfwizard.cf.service import Service
from pfwizard.enumeration import listed
from pfwizard.machine.effective import Effective
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import Finding, note
from pfwizard.plan.tls.older_levels import OF_SERVER, OlderLevel

WITHOUT_TLS = "none"


def keep_levels(draft: Draft, older: OlderLevel) -> Draft:
    """Plan the level as an option of each service in which main.cf would change it."""
    for service in draft.master.services:
        until_now, after = (
            each.of(service) for each in (draft.effective_until_now, draft.effective)
        )
        own = [name for name in (older.level, *older.names) if service.option(name) is not None]
        if service.command != older.program or not own or until_now.value(older.level):
            continue
        level = _level(older, until_now)
        if level != _level(older, after) and not _is_wrapped(older, after):
            draft = draft.with_option(service, older.level, level)
            draft = draft.with_finding(_kept(service, own, older, level))
    return draft


def _is_wrapped(older: OlderLevel, effective: Effective) -> bool:
    """With TLS from the first byte smtpd requires it whatever the level says (postconf(5))."""
    return older is OF_SERVER and effective.is_on("smtpd_tls_wrappermode")


def _level(older: OlderLevel, effective: Effective) -> str:
    return effective.value(older.level).lower() or older.level_in(effective) or WITHOUT_TLS


def _kept(service: Service, own: list[str], older: OlderLevel, level: str) -> Finding:
    return note(
        "level-of-service-kept",
        f"the service {service.name} in master.cf goes by its own {listed(own)}, which a level in "
        f"main.cf would overrule; {older.level}={level} keeps for it what holds today",
        "Nothing reads the older options any more; take them out of master.cf by hand.",
    )
