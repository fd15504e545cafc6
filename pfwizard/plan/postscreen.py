"""postscreen(8) in front of port 25: what it needs for TLS (POSTSCREEN_README).

The services of smtpd are looked at by their command, so that nothing meant for smtpd is ever put
on the entry of postscreen.
"""

from dataclasses import replace

from pfwizard.cf.endpoint import Endpoint
from pfwizard.cf.master_cf import MasterCf
from pfwizard.cf.service import NewService, Service
from pfwizard.machine.effective import Effective
from pfwizard.plan.draft import Draft
from pfwizard.plan.overrides import lacks_tlsproxy
from pfwizard.plan.plan import note, warning
from pfwizard.plan.tls.tls import LEVELS, level_of

TLSPROXY = NewService(name="tlsproxy", type="unix", command="tlsproxy", process_limit="0")
LEVEL, LEVEL_OF_SMTPD = "postscreen_tls_security_level", "smtpd_tls_security_level"


def plan_postscreen(draft: Draft) -> Draft:
    """Switch on the helper for TLS where it is asked for and missing."""
    if draft.answers.services.tlsproxy and lacks_tlsproxy(draft.master):
        draft = _with_tlsproxy(draft)
    return _judge_level(draft)


def _with_tlsproxy(draft: Draft) -> Draft:
    commented = draft.master.find_commented(Endpoint.of(TLSPROXY.name, TLSPROXY.type))
    if commented is None:
        master = draft.master.with_new_service(TLSPROXY)
    else:
        master = draft.master.uncommented(commented)
    return replace(draft, master=master).with_finding(
        note("tlsproxy-on", "tlsproxy is switched on, which does TLS for postscreen on port 25")
    )


def offers_tls(master: MasterCf, effective: Effective) -> bool:
    """Whether postscreen(8) offers STARTTLS to clients that it talks to itself."""
    services = _postscreens(master)
    return any(_level(effective.of(service)) not in ("", "none") for service in services)


def _level(effective: Effective) -> str:
    """That of smtpd, unless there is one of its own."""
    name = LEVEL_OF_SMTPD if effective.written(LEVEL) is None else LEVEL
    return effective.value(name).lower()


def _postscreens(master: MasterCf) -> tuple[Service, ...]:
    return tuple(service for service in master.services if service.command == "postscreen")


def _judge_level(draft: Draft) -> Draft:
    """The level of its own follows smtpd_tls_security_level by default."""
    if not _postscreens(draft.master):
        return draft
    own = draft.effective.value(LEVEL).lower()
    is_weaker = own in LEVELS and LEVELS.index(own) < level_of(draft.effective)
    if draft.main.get(LEVEL) is None or not is_weaker:
        return draft
    return draft.with_finding(
        warning(
            "postscreen-without-tls",
            f"postscreen answers on port 25, and {LEVEL} in main.cf is "
            f'"{own}": it offers less TLS than smtpd does',
            f"Take {LEVEL} out of main.cf, so that it follows smtpd_tls_security_level.",
        )
    )
