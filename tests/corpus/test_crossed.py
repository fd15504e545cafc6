"""Each main.cf of the corpus beside the master.cf of another configuration."""

import pytest

from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.machine.facts import Facts
from tests.corpus.comparing import lost_comments, lost_services, lost_settings
from tests.corpus.configuration import ALL, READABLE
from tests.plan.builders import (
    SMTPD_CONF,
    applied,
    file,
    guide_pki,
    machine,
    main_of,
    master_of,
    plan_for,
)

ASTRIDE = 7
"""How far apart in the corpus the two files are."""

AUTHDAEMOND = file(SMTPD_CONF, b"pwcheck_method: authdaemond\n")


def is_text(content: bytes) -> bool:
    """The machines in memory are made of text."""
    return content == content.decode("utf-8", "replace").encode()


MIXED = [
    pytest.param(one.main_cf, other.master_cf, id=f"{one.name}-{other.name}")
    for one, other in zip(ALL, (*ALL[ASTRIDE:], *ALL[:ASTRIDE]), strict=True)
    if {one, other} <= {case.configuration for case in READABLE}
    and is_text(one.main_cf + other.master_cf)
]
each_mixture = pytest.mark.parametrize(("main_cf", "master_cf"), MIXED)


def facts_of(main_cf: bytes, master_cf: bytes) -> Facts:
    return machine(main_cf.decode(), master_cf.decode(), *guide_pki(), AUTHDAEMOND)


@each_mixture
def test_a_second_plan_has_nothing_to_do(main_cf: bytes, master_cf: bytes) -> None:
    facts = facts_of(main_cf, master_cf)

    assert plan_for(applied(facts, plan_for(facts))).is_empty


@each_mixture
def test_what_nobody_asked_to_change_stays(main_cf: bytes, master_cf: bytes) -> None:
    plan = plan_for(facts_of(main_cf, master_cf))
    main, master = MainCf.parse(main_cf), MasterCf.parse(master_cf)

    assert lost_comments(main, main_of(plan)) == []
    assert lost_comments(master, master_of(plan)) == []
    assert lost_settings(main, main_of(plan)) == []
    assert lost_services(master, master_of(plan)) == []
