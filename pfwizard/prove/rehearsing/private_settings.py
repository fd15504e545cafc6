"""What the private Postfix reads instead of the planned values, and why.

All of it is about keeping the rehearsal apart from the live server and from the network, and about
waiting for nobody: what the probes ask about stays as it is planned.
"""

from collections.abc import Mapping
from pathlib import Path

from pfwizard.cf.endpoint import Endpoint
from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.cf.service import ServiceField
from pfwizard.machine.effective import Effective
from pfwizard.prove.rehearsing.throttling import with_paths_of_their_own

LOOPBACK = "127.0.0.1"

LOG_SERVICE = "pfwizard-rehearsal"
"""The name of the socket, below ``public``, that the stage takes the log from."""

APART = {
    # Only this host reaches it.
    "inet_interfaces": LOOPBACK,
    "inet_protocols": "all",
    # Whoever gets that far leaves nothing: a probe ends before DATA.
    "smtpd_data_restrictions": "reject",
    # It may hand the mail back to the live server, and does hear of it before DATA.
    "smtpd_proxy_filter": "",
    # It has the lists of senders of spam asked about a client that it does not know.
    "postscreen_dnsbl_sites": "",
    # Files that daemons write to and lock, which may be the live server's.
    "address_verify_map": "",
    "lmtp_tls_session_cache_database": "",
    "postscreen_cache_map": "",
    "smtp_tls_session_cache_database": "",
    "smtpd_tls_session_cache_database": "",
    "tls_random_exchange_name": "${data_directory}/prng_exch",
}
"""What keeps it apart from the live server, and from everybody else."""

NO_FALSE_ALARM = {
    # A proxy in front of the live server speaks before its client; the probes have none.
    "postscreen_upstream_proxy_protocol": "",
    "smtpd_upstream_proxy_protocol": "",
    "smtpd_client_event_limit_exceptions": "0.0.0.0/0",
    # Nobody knows the names of loopback addresses, and asking may take long.
    "smtpd_delay_reject": "yes",
    "smtpd_peername_lookup": "no",
    # One client is tested by postscreen(8), to which it is new; this is the shortest time.
    "postscreen_greet_wait": "1s",
    # It listens on another interface here, where it may have been told to let nobody pass.
    "postscreen_allowlist_interfaces": "static:all",
    "postscreen_whitelist_interfaces": "static:all",
    # No mail leaves, so that no other server is asked whether it has an address.
    "address_verify_poll_count": "1",
    "unverified_recipient_defer_code": "250",
    "unverified_recipient_reject_code": "250",
    "unverified_sender_defer_code": "250",
    "unverified_sender_reject_code": "250",
    # A login is tried after a refusal; it is one under stress that hangs up at the first.
    "smtpd_hard_error_limit": "20",
    # Nobody takes mail out of the queue, for which cleanup(8) would wait (qmgr(8)).
    "in_flow_delay": "0",
    # The queue is small, and smtpd(8) takes no mail where the largest one would not fit.
    "message_size_limit": "0",
    "queue_minfree": "0",
}
"""What would fail or hang here, and does not on the live server."""

SENDERS = frozenset({"qmgr", "oqmgr", "nqmgr", "pickup"})
"""The commands without which nothing in the queue moves."""

IMPORTED = (
    "MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ XAUTHORITY DISPLAY LANG=C POSTLOG_SERVICE "
    "POSTLOG_HOSTNAME"
)
"""What reaches the programs where main.cf says nothing else (postconf(5), import_environment);
without MAIL_CONFIG those of a second instance would read the main.cf of the first."""

RESOLVER = "{ RES_OPTIONS = timeout:1 attempts:1 }"
"""How long a dead name server is waited for (resolv.conf(5))."""


def private_values(effective: Effective, log: Path, prober: str) -> Mapping[str, str]:
    """The parameters that are set; probes come from the address ``prober``, and they alone may
    pose as somebody else (XCLIENT_README)."""
    return {
        **APART,
        **NO_FALSE_ALARM,
        "import_environment": f"{effective.value('import_environment') or IMPORTED} {RESOLVER}",
        "maillog_file": str(log),
        "maillog_file_prefixes": str(log.parent),
        "postlog_service_name": LOG_SERVICE,
        # Many clients at one address, which would be tested first.
        "postscreen_access_list": f"inline:{{{LOOPBACK}=permit,{prober}=permit}}",
        "smtpd_authorized_xclient_hosts": prober,
    }


def private_main_cf(main: MainCf, values: Mapping[str, str]) -> bytes:
    for name, value in values.items():
        main = main.set(name, value)
    return main.render()


def private_master_cf(
    master: MasterCf, values: Mapping[str, str], ports: Mapping[Endpoint, int]
) -> bytes:
    """The services on their private ports; an option of theirs does not beat a private value."""
    master = with_paths_of_their_own(master)
    for service in reversed(master.services):  # of two with the same name, the first stays that
        if service.command in SENDERS:
            master = master.with_lines_of(service, ())
            continue
        for name in {option.name for option in service.options} & values.keys():
            master = master.with_option(service, name, values[name])
        if service.type == "inet":
            name = private_name(ports[service.endpoint])
            master = master.with_field(service, ServiceField.NAME, name)
    return master.render()


def private_name(port: int) -> str:
    """What the server on this port is called in the private master.cf."""
    return f"{LOOPBACK}:{port}"
