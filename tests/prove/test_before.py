"""What was so before a change is known, and no fault of it."""

from dataclasses import replace

import pytest

from pfwizard.prove.before import Before
from pfwizard.prove.server import BlankInRange, Expectation, Security, Server
from tests.plan.builders import machine

MASTER = """\
smtp inet n - y - - smtpd
submission inet n - y - - smtpd
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
"""
SCREENED = """\
smtp inet n - y - 1 postscreen
smtpd pass - - y - - smtpd
"""
PUBLIC = "compatibility_level = 3.6\nmyhostname = mail.kernel-panic.it\n"
WITH_TLS = f"{PUBLIC}smtpd_tls_security_level = may\n"
INTERNAL = f"{PUBLIC}smtpd_relay_restrictions = permit_mynetworks, reject\n"


BLANK = BlankInRange("smtpd_tls_protocols = >= TLSv1.2", ("TLSv1.3",))


def told(
    main_cf: str, master_cf: str, port: int = 25, blank: BlankInRange | None = None
) -> Expectation:
    server = Server("127.0.0.1", 40025, Security.NONE, "mail.kernel-panic.it")
    before = Before.of(machine(main_cf, master_cf))
    return before.told_of(Expectation(server, public_port=port, blank_in_range=blank))


@pytest.mark.parametrize(
    ("main_cf", "master_cf", "port", "is_closed"),
    [
        (PUBLIC, MASTER, 25, False),
        (INTERNAL, MASTER, 25, True),
        (INTERNAL, SCREENED, 25, True),
        (PUBLIC, MASTER, 587, True),
        (PUBLIC, MASTER, 465, False),
    ],
)
def test_where_strangers_may_send_nothing_today(
    main_cf: str, master_cf: str, port: int, is_closed: bool
) -> None:
    assert told(main_cf, master_cf, port).is_closed_today is is_closed


@pytest.mark.parametrize(("blank", "is_so"), [(BLANK, True), (replace(BLANK, lost=()), False)])
def test_a_blank_in_a_range_of_versions_that_is_there_today(
    blank: BlankInRange, is_so: bool
) -> None:
    found = told(f"{WITH_TLS}{BLANK.setting}\n", MASTER, blank=blank).blank_in_range
    assert found == replace(blank, is_so_today=is_so)


def test_a_blank_of_another_port_is_not_of_this_one() -> None:
    found = told(f"{WITH_TLS}{BLANK.setting}\n", MASTER, 465, blank=BLANK).blank_in_range
    assert found == BLANK


@pytest.mark.parametrize(
    ("main_cf", "master_cf", "lacks_it"),
    [
        (WITH_TLS, SCREENED, True),
        (WITH_TLS, f"{SCREENED}tlsproxy unix - - y - 0 tlsproxy\n", False),
        (WITH_TLS, MASTER, False),
        (PUBLIC, SCREENED, False),
        (f"{PUBLIC}postscreen_tls_security_level = may\n", SCREENED, True),
        (f"{WITH_TLS}postscreen_tls_security_level = none\n", SCREENED, False),
    ],
)
def test_whether_postscreen_lacks_tlsproxy_today(
    main_cf: str, master_cf: str, lacks_it: bool
) -> None:
    assert told(main_cf, master_cf).lacks_tlsproxy_today is lacks_it
