"""What the private Postfix reads instead of the planned values."""

from pathlib import Path

import pytest

from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.prove.rehearsing.private_settings import (
    private_main_cf,
    private_master_cf,
    private_values,
)
from tests.plan import builders

PROBER = "127.4.5.6"
FACTS = builders.machine()
VALUES = private_values(FACTS.effective, Path("/run/stage/log"), PROBER)


def main_cf(planned: str = "") -> MainCf:
    return MainCf.parse(private_main_cf(MainCf.parse(planned.encode()), VALUES))


def taken_over(planned: str = "") -> list[str]:
    """The names of import_environment that the operator or Postfix has."""
    effective = builders.machine(builders.STOCK_MAIN + planned).effective
    value = private_values(effective, Path("/run/stage/log"), PROBER)["import_environment"]
    return value.partition("{")[0].split()


def master_cf(planned: str) -> MasterCf:
    master = MasterCf.parse(planned.encode())
    ports = {service.endpoint: 40025 for service in master.services if service.type == "inet"}
    return MasterCf.parse(private_master_cf(master, VALUES, ports))


@pytest.mark.parametrize(
    "planned",
    [
        "address_verify_map = btree:/var/lib/postfix/verify\n",
        "postscreen_cache_map = lmdb:/var/cache/postscreen\n",
        "smtpd_tls_session_cache_database = btree:/etc/postfix/smtpd_scache\n",
        "smtp_tls_session_cache_database = btree:/etc/postfix/smtp_scache\n",
        "lmtp_tls_session_cache_database = btree:/etc/postfix/lmtp_scache\n",
        "smtpd_proxy_filter = 127.0.0.1:10024\n",
        "smtpd_upstream_proxy_protocol = haproxy\n",
        "postscreen_upstream_proxy_protocol = haproxy\n",
    ],
)
def test_caches_of_the_live_server_and_proxies_in_front_of_it_are_left_out(planned: str) -> None:
    assert main_cf(planned).get(planned.partition(" ")[0]) == ""


def test_what_is_asked_about_stays_as_it_is_planned() -> None:
    planned = "smtpd_relay_restrictions = reject\nsmtpd_sasl_auth_enable = yes\n"

    found = main_cf(planned)
    assert found.get("smtpd_relay_restrictions") == "reject"
    assert found.get("smtpd_sasl_auth_enable") == "yes"


def test_the_programs_are_told_which_main_cf_is_theirs() -> None:
    assert "MAIL_CONFIG" in taken_over()


def test_what_the_operator_has_taken_over_from_the_environment_stays() -> None:
    assert taken_over("import_environment = MAIL_CONFIG KRB5_KTNAME\n") == [
        "MAIL_CONFIG",
        "KRB5_KTNAME",
    ]


def test_the_probes_alone_may_pose_as_somebody_else() -> None:
    planned = "smtpd_authorized_xclient_hosts = 0.0.0.0/0\n"

    assert main_cf(planned).get("smtpd_authorized_xclient_hosts") == PROBER


def test_postscreen_knows_the_probes_and_nobody_else() -> None:
    planned = "postscreen_access_list = permit_mynetworks\n"

    permitted = f"inline:{{127.0.0.1=permit,{PROBER}=permit}}"
    assert main_cf(planned).get("postscreen_access_list") == permitted


def test_an_option_of_a_service_does_not_beat_it() -> None:
    (service,) = master_cf(
        "25 inet n - n - - smtpd -o smtpd_authorized_xclient_hosts=0.0.0.0/0\n"
        "  -o smtpd_upstream_proxy_protocol=haproxy -o smtpd_tls_wrappermode=yes\n"
    ).services

    options = {option.name: option.value for option in service.options}
    assert options == {
        "smtpd_authorized_xclient_hosts": PROBER,
        "smtpd_upstream_proxy_protocol": "",
        "smtpd_tls_wrappermode": "yes",
    }


def test_a_service_that_listens_on_every_address_has_a_private_port() -> None:
    (service,) = master_cf("smtp inet n - y - - smtpd\n").services

    assert (service.name, service.chroot) == ("127.0.0.1:40025", "y")


def test_nothing_is_there_that_moves_mail() -> None:
    kept = "cleanup unix n - y - 0 cleanup\n"
    planned = f"pickup unix n - y 60 1 pickup\n{kept}qmgr unix n - n 300 1 qmgr\n  -o x=y\n"

    assert master_cf(planned).render() == kept.encode()
