"""What was so before a change is known, and no fault of it."""

import pytest

from pfwizard.prove.before import Before
from pfwizard.prove.server import Expectation, Security, Server
from tests.plan.builders import file, machine, with_files

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
INTERNAL = f"{PUBLIC}smtpd_relay_restrictions = permit_mynetworks, reject\n"


def is_closed_today(main_cf: str, master_cf: str, port: int) -> bool:
    server = Server("127.0.0.1", 40025, Security.NONE, "mail.kernel-panic.it")
    facts = machine(main_cf, master_cf)
    before = Before.of(with_files(facts, *(file(each, b"") for each in facts.smtpd_conf_places)))
    return before.told_of(Expectation(server, public_port=port)).is_closed_today


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
    assert is_closed_today(main_cf, master_cf, port) is is_closed
