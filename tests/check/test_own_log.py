"""When Postfix's own log can bring it to a standstill, and when not."""

import pytest

from pfwizard.check.own_log import LONGEST_QUEUE
from tests.check.builders import found, identifiers, main_cf
from tests.plan.builders import file, with_files

LOG = "maillog_file = /var/log/mail.log\n"
TWICE = "relayhost = here\nrelayhost = there\n"


@pytest.mark.parametrize(
    ("main", "queue", "is_told"),
    [
        (LOG + TWICE, b"10\n", True),
        (LOG + TWICE, b"511\n", True),
        (LOG + TWICE, b"512\n", False),
        (LOG + TWICE, b"rubbish\n", False),
        (LOG, b"10\n", False),
        (LOG + "relayhost = here\nrelayhost = here\n", b"10\n", False),
        (TWICE, b"10\n", False),
        ("maillog_file =\n" + TWICE, b"10\n", False),
    ],
)
def test_it_takes_a_log_of_its_own_a_short_queue_and_something_to_warn_of(
    main: str, queue: bytes, is_told: bool
) -> None:
    facts = with_files(main_cf(main), file(LONGEST_QUEUE, queue))

    assert ("log-waits-for-itself" in identifiers(facts)) is is_told


def test_a_tree_has_no_kernel_to_ask() -> None:
    assert "log-waits-for-itself" not in identifiers(main_cf(LOG + TWICE))


def test_it_is_told_how_often_each_program_warns_and_where_first() -> None:
    thrice = TWICE + "relayhost = elsewhere\n"
    facts = with_files(main_cf(LOG + thrice), file(LONGEST_QUEUE, b"10\n"))

    (finding,) = found(facts, "log-waits-for-itself")

    assert "warns 2 times" in finding.message
    assert finding.in_force == "maillog_file = /var/log/mail.log"
