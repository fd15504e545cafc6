"""What is read from each configuration of the corpus, and what is planned for it."""

import pytest

from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.errors import Failed
from tests.corpus.answers import Asked
from tests.corpus.comparing import lost_comments, lost_services, lost_settings
from tests.corpus.configuration import ALL, READABLE, UNREADABLE, Case, Configuration
from tests.corpus.planned import planned

each_configuration = pytest.mark.parametrize("configuration", ALL, ids=lambda each: each.name)
each_readable = pytest.mark.parametrize("case", READABLE, ids=str)
each_unreadable = pytest.mark.parametrize("case", UNREADABLE, ids=str)
whoever_asks = pytest.mark.parametrize("asked", Asked, ids=lambda each: each.value)


@each_configuration
def test_it_renders_the_bytes_that_it_was_read_from(configuration: Configuration) -> None:
    assert MainCf.parse(configuration.main_cf).render() == configuration.main_cf
    assert MasterCf.parse(configuration.master_cf).render() == configuration.master_cf


@each_unreadable
@whoever_asks
def test_what_postfix_cannot_read_is_not_planned_for(case: Case, asked: Asked) -> None:
    with pytest.raises(Failed) as failure:
        planned(case, asked)

    assert case.expected.unreadable in failure.value.message


@each_readable
@whoever_asks
def test_the_plan_is_refused_for_these_reasons(case: Case, asked: Asked) -> None:
    refusals = planned(case, asked).plan.refusals

    assert sorted({each.identifier for each in refusals}) == sorted(case.outcome(asked).refused)


@each_readable
@whoever_asks
def test_every_comment_stays_or_is_switched_on(case: Case, asked: Asked) -> None:
    plan = planned(case, asked).plan

    assert lost_comments(main_before(case), MainCf.parse(plan.main_cf)) == []
    assert lost_comments(master_before(case), MasterCf.parse(plan.master_cf)) == []


@each_readable
@whoever_asks
def test_the_lines_of_settings_that_do_not_change_stay(case: Case, asked: Asked) -> None:
    after = MainCf.parse(planned(case, asked).plan.main_cf)

    assert lost_settings(main_before(case), after) == []


@each_readable
@whoever_asks
def test_the_lines_of_services_that_do_not_change_stay(case: Case, asked: Asked) -> None:
    after = MasterCf.parse(planned(case, asked).plan.master_cf)

    assert lost_services(master_before(case), after) == []


def main_before(case: Case) -> MainCf:
    return MainCf.parse(case.configuration.main_cf)


def master_before(case: Case) -> MasterCf:
    return MasterCf.parse(case.configuration.master_cf)
