"""The files that come with Postfix, Debian's and upstream's, with every example block in them."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from tests.corpus.answers import Asked
from tests.corpus.applying import applied
from tests.corpus.comparing import lost_comments, lost_services, lost_settings
from tests.corpus.configuration import Case, Configuration
from tests.corpus.planned import planned
from tests.corpus.postconf import (
    PostconfOf,
    changed_entries,
    entries,
    expected_entries,
    files_after,
    files_before,
    settings,
)
from tests.machines.suites import SUITES, Suite

pytestmark = pytest.mark.machine

EXPECTED = Path(__file__).parent / "stock"

PLACES = {
    "debian": ("/etc/postfix/main.cf", "/etc/postfix/master.cf"),
    "upstream": ("/usr/share/postfix/main.cf.dist", "/usr/share/postfix/master.cf.dist"),
}
"""What the package has set up on a machine, and what it ships of upstream's files."""


@dataclass(frozen=True)
class Stock:
    """Whose files of which suite."""

    whose: str
    suite: Suite

    def __str__(self) -> str:
        return f"{self.whose}-{self.suite.name}"


ALL = [Stock(whose, suite) for suite in SUITES.values() for whose in PLACES]


@pytest.fixture(scope="module", params=ALL, ids=str)
def case(
    request: pytest.FixtureRequest, postconf: PostconfOf, tmp_path_factory: pytest.TempPathFactory
) -> Case:
    """The files as they are on the machine, beside what is expected of them."""
    stock: Stock = request.param
    directory = tmp_path_factory.mktemp(str(stock))
    machine = postconf.machine(stock.suite)
    for name, place in zip(("main.cf", "master.cf"), PLACES[stock.whose], strict=True):
        (directory / name).write_bytes(machine.read(place))
    shutil.copy(EXPECTED / f"{stock}.toml", directory / "expected.toml")
    return Case(Configuration(directory), stock.suite.postfix)


whoever_asks = pytest.mark.parametrize("asked", Asked, ids=str)


@whoever_asks
def test_every_comment_and_example_stays_or_is_switched_on(case: Case, asked: Asked) -> None:
    plan, configuration = planned(case, asked).plan, case.configuration

    main, master = MainCf.parse(configuration.main_cf), MasterCf.parse(configuration.master_cf)
    assert lost_comments(main, MainCf.parse(plan.main_cf)) == []
    assert lost_comments(master, MasterCf.parse(plan.master_cf)) == []
    assert lost_settings(main, MainCf.parse(plan.main_cf)) == []
    assert lost_services(master, MasterCf.parse(plan.master_cf)) == []


@whoever_asks
def test_the_settings_differ_by_what_was_expected(
    postconf: PostconfOf, case: Case, asked: Asked
) -> None:
    before = settings(postconf, case, files_before(case))

    after = settings(postconf, case, files_after(case, asked))

    assert after == case.outcome(asked).settings(before, asked.settings(case.version))


@whoever_asks
def test_the_services_differ_by_what_was_expected(
    postconf: PostconfOf, case: Case, asked: Asked
) -> None:
    before = entries(postconf, case, files_before(case))

    after = entries(postconf, case, files_after(case, asked))

    assert changed_entries(before, after) == expected_entries(case, asked)


@whoever_asks
def test_a_second_run_has_nothing_to_do(case: Case, asked: Asked) -> None:
    assert applied(case, asked).again.is_empty


@whoever_asks
def test_a_rollback_restores_every_byte_and_mode(case: Case, asked: Asked) -> None:
    done = applied(case, asked)

    assert done.after != done.before
    assert done.taken_back == done.before
