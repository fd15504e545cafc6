"""What a certificate's dates say at a given moment, and how bad that is."""

from datetime import UTC, datetime, timedelta

import pytest

from pfwizard.expiry.judgement import LEVELS, Judge, Judgement, Level, worst
from pfwizard.expiry.limits import Limits
from pfwizard.pki.validity import Validity

NOW = datetime(2026, 1, 15, 12, 30, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def lasting(remainder: timedelta) -> Validity:
    return Validity(NOW - 365 * DAY, NOW + remainder)


@pytest.mark.parametrize(
    ("remainder", "judgement"),
    [
        (30 * DAY, Judgement.GOOD),
        (30 * DAY - SECOND, Judgement.EXPIRES_SOON),
        (7 * DAY, Judgement.EXPIRES_SOON),
        (7 * DAY - SECOND, Judgement.ABOUT_TO_EXPIRE),
        (timedelta(0), Judgement.ABOUT_TO_EXPIRE),
        (-SECOND, Judgement.EXPIRED),
    ],
    ids=str,
)
def test_the_time_that_is_left_decides(remainder: timedelta, judgement: Judgement) -> None:
    assert Judge(NOW).judgement_of(lasting(remainder)) is judgement


def test_the_limits_may_be_others() -> None:
    judge = Judge(NOW, Limits(warning=3, critical=1))

    assert judge.judgement_of(lasting(3 * DAY)) is Judgement.GOOD
    assert judge.judgement_of(lasting(2 * DAY)) is Judgement.EXPIRES_SOON
    assert judge.judgement_of(lasting(DAY - SECOND)) is Judgement.ABOUT_TO_EXPIRE


@pytest.mark.parametrize(
    ("remainder", "days"),
    [(2 * DAY, 2), (2 * DAY - SECOND, 1), (SECOND, 0), (-SECOND, -1), (-2 * DAY, -2)],
    ids=str,
)
def test_days_are_rounded_down_and_negative_after_the_end(remainder: timedelta, days: int) -> None:
    assert Judge(NOW).days_left(lasting(remainder)) == days


def test_a_clock_that_is_slow_makes_a_certificate_one_of_the_future() -> None:
    at_the_epoch = Judge(datetime(1970, 1, 1, tzinfo=UTC))

    assert at_the_epoch.judgement_of(lasting(DAY)) is Judgement.NOT_YET_VALID


def test_both_ends_of_the_validity_count() -> None:
    validity = lasting(365 * DAY)

    assert Judge(validity.not_before).judgement_of(validity) is Judgement.GOOD
    assert Judge(validity.not_after).judgement_of(validity) is Judgement.ABOUT_TO_EXPIRE


def test_a_certificate_may_last_until_the_end_of_the_calendar() -> None:
    forever = Validity(NOW, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))

    assert Judge(NOW).judgement_of(forever) is Judgement.GOOD


def test_the_levels_are_the_exit_statuses_of_monitoring_plugins() -> None:
    assert [(level.name, level.value) for level in Level] == [
        ("OK", 0),
        ("WARNING", 1),
        ("CRITICAL", 2),
        ("UNKNOWN", 3),
    ]


def test_every_judgement_has_a_level() -> None:
    assert set(LEVELS) == set(Judgement)


def test_the_judgements_stand_from_the_worst_to_the_best() -> None:
    levels = [LEVELS[judgement] for judgement in Judgement]

    assert worst(levels) is levels[0]
    assert list(dict.fromkeys(levels)) == [
        Level.CRITICAL,
        Level.WARNING,
        Level.UNKNOWN,
        Level.OK,
    ]


@pytest.mark.parametrize(
    ("levels", "urgent"),
    [
        ([Level.OK, Level.WARNING], Level.WARNING),
        ([Level.WARNING, Level.CRITICAL, Level.UNKNOWN], Level.CRITICAL),
        ([Level.UNKNOWN, Level.WARNING], Level.WARNING),
        ([Level.UNKNOWN, Level.OK], Level.UNKNOWN),
        ([], Level.UNKNOWN),
    ],
    ids=str,
)
def test_what_is_known_to_be_wrong_is_the_most_urgent(levels: list[Level], urgent: Level) -> None:
    assert worst(levels) is urgent
