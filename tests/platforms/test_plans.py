"""What the guide's and the default answers make of each platform's stock configuration."""

from pathlib import Path, PurePosixPath

import pytest

from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.plan.plan import Change, Plan
from tests.plan import builders
from tests.platforms.expectations import EXPECTED, expected
from tests.platforms.planning import AnswersOn, answered, default, guide, plan_for, planned
from tests.platforms.trees import FIXTURES, Fixture

EVERY = pytest.mark.parametrize("fixture", FIXTURES, ids=str)
WITH_CYRUS = pytest.mark.parametrize(
    "fixture", [each for each in FIXTURES if "cyrus" in each.sasl_types], ids=str
)
BOTH = pytest.mark.parametrize("answers", [guide, default])


def text_of(plan: Plan) -> str:
    return "\n".join(f"{each.identifier}: {each.message} {each.remedy}" for each in plan.findings)


def written(root: Path, change: Change) -> None:
    place = root / change.real.relative_to("/")
    if change.after is None:
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.write_bytes(change.after)


def test_each_platform_has_its_expectations() -> None:
    assert EXPECTED.keys() == {fixture.name for fixture in FIXTURES}


@EVERY
@BOTH
def test_the_files_are_those_that_this_postfix_reads(
    fixture: Fixture, tmp_path: Path, answers: AnswersOn
) -> None:
    wanted = expected(fixture)

    changed = {str(change.path) for change in plan_for(fixture, tmp_path, answers).changes}

    through_cyrus = answers is guide or "cyrus" in fixture.sasl_types
    of_sasl = {wanted.smtpd_conf} if through_cyrus else set()
    configuration = {f"{wanted.config}/main.cf", f"{wanted.config}/master.cf", *of_sasl}
    assert {path for path in changed if path.endswith((".cf", ".conf"))} == configuration


@EVERY
def test_red_hats_and_suses_postfix_listens_to_itself_alone_and_that_is_said(
    fixture: Fixture, tmp_path: Path
) -> None:
    found = builders.identifiers(plan_for(fixture, tmp_path, guide))

    is_local = fixture.name.startswith(("rhel", "fedora", "opensuse"))
    assert ("listens-to-itself" in found) is is_local


@EVERY
def test_no_platform_is_a_guess(fixture: Fixture, tmp_path: Path) -> None:
    identifiers = builders.identifiers(plan_for(fixture, tmp_path, guide))

    assert not identifiers & {"platform-unknown", "version-assumed", "sasl-plugins-not-found"}
    assert not identifiers & {"no-sasl-plugin", "sasl-plugin-missing"}


@EVERY
def test_the_service_on_port_465_is_the_one_of_the_template(
    fixture: Fixture, tmp_path: Path
) -> None:
    master = MasterCf.parse(plan_for(fixture, tmp_path, guide).master_cf)

    assert [each.name for each in master.services if each.endpoint.port == 465] == [
        expected(fixture).port_465
    ]


@EVERY
def test_tls_versions_are_said_as_this_postfix_understands_them(
    fixture: Fixture, tmp_path: Path
) -> None:
    wanted = answered(tls__minimum_version="TLSv1.2")

    main = MainCf.parse(plan_for(fixture, tmp_path, wanted).main_cf)

    assert main.get("smtpd_tls_protocols") == expected(fixture).protocols
    assert main.get("smtpd_tls_mandatory_protocols") == expected(fixture).protocols


@EVERY
def test_the_default_is_one_file_with_key_and_chain(fixture: Fixture, tmp_path: Path) -> None:
    main = MainCf.parse(plan_for(fixture, tmp_path, default).main_cf)

    key = f"{expected(fixture).config}/ssl/private/server.key"
    assert main.get("smtpd_tls_chain_files") == key


@WITH_CYRUS
def test_only_what_logs_in_leaves_the_chroot_jail(fixture: Fixture, tmp_path: Path) -> None:
    everywhere = plan_for(fixture, tmp_path / "guide", guide)
    on_submission = plan_for(fixture, tmp_path / "default", default)
    port_465 = expected(fixture).port_465

    assert jails(everywhere) == {"smtp": "n", port_465: "n"}
    assert jails(on_submission) == {"smtp": "y" if expected(fixture).jailed else "n", port_465: "n"}
    assert ("unchrooted" in text_of(on_submission)) is expected(fixture).jailed


def jails(plan: Plan) -> dict[str, str]:
    services = MasterCf.parse(plan.master_cf).services
    return {each.name: each.chroot for each in services if each.command == "smtpd"}


@WITH_CYRUS
@BOTH
def test_what_brings_the_mechanisms_is_named_as_the_platform_names_it(
    fixture: Fixture, tmp_path: Path, answers: AnswersOn
) -> None:
    plan = plan_for(fixture, tmp_path, answers, mechanisms=("anonymous",))

    found = [each for each in plan.findings if each.identifier == "no-sasl-plugin"]
    assert len(found) == 1
    assert set(expected(fixture).packages.split()) <= set(found[0].remedy.rstrip(".").split())


@WITH_CYRUS
def test_the_package_of_the_password_checker_is_named(fixture: Fixture, tmp_path: Path) -> None:
    plan = plan_for(fixture, tmp_path, guide)

    daemon = expected(fixture).daemon
    words = f"the package is {daemon}." if daemon else "has no package of it."
    assert remedy_of(plan, "socket-missing").endswith(words)


def remedy_of(plan: Plan, identifier: str) -> str:
    return next(each.remedy for each in plan.findings if each.identifier == identifier)


def test_freebsds_usual_postfix_cannot_log_in_through_cyrus(tmp_path: Path) -> None:
    fixture = next(each for each in FIXTURES if each.name == "freebsd")

    plan = plan_for(fixture, tmp_path, guide)

    found = builders.identifiers(plan)
    assert "no-cyrus-sasl" in found
    assert "postfix-sasl" in remedy_of(plan, "no-cyrus-sasl")
    assert not found & {"sasl-type-replaced", "logins-would-end"}  # nobody has logged in yet


OPTIONS_OF_SASLAUTHD = {
    "alpine": ("/etc/conf.d/saslauthd", 'SASLAUTHD_OPTS="-a pam"'),
    "freebsd-sasl": ("/etc/rc.conf", 'saslauthd_flags="-a pam"'),
    "netbsd": ("/etc/rc.conf", 'saslauthd_flags="-a pam"'),
    "openbsd": ("/etc/rc.conf.local", 'saslauthd_flags="-a pam"'),
}
"""Where the package brings no file of its own; elsewhere that has to be there first."""


@WITH_CYRUS
def test_the_options_of_saslauthd_are_set_where_the_platform_reads_them(
    fixture: Fixture, tmp_path: Path
) -> None:
    wanted = answered(sasl__backend="saslauthd", sasl__saslauthd__mechanism="pam")

    plan = plan_for(fixture, tmp_path, wanted)

    if fixture.name in OPTIONS_OF_SASLAUTHD:
        path, line = OPTIONS_OF_SASLAUTHD[fixture.name]
        assert builders.content_of(plan, PurePosixPath(path)).decode() == f"{line}\n"
    else:
        assert "saslauthd-not-installed" in builders.identifiers(plan)


SASLAUTHD_ELSEWHERE = {
    "rhel": "/run/saslauthd/mux",
    "fedora": "/run/saslauthd/mux",
    "alpine": "/run/saslauthd/mux",
    "opensuse": "/run/sasl2/mux",
    "openbsd": "/var/sasl2/mux",
}


@WITH_CYRUS
def test_saslauthd_is_looked_for_where_its_package_has_it_listen(
    fixture: Fixture, tmp_path: Path
) -> None:
    wanted = answered(sasl__backend="saslauthd", sasl__socket="")
    family = fixture.name.partition("-")[0]

    plan = plan_for(fixture, tmp_path, wanted)

    socket = SASLAUTHD_ELSEWHERE.get(family, "/var/run/saslauthd/mux")
    written = builders.content_of(plan, PurePosixPath(expected(fixture).smtpd_conf)).decode()
    assert f"saslauthd_path: {socket}\n" in written


@WITH_CYRUS
@BOTH
def test_a_second_run_changes_nothing(fixture: Fixture, tmp_path: Path, answers: AnswersOn) -> None:
    for change in plan_for(fixture, tmp_path, answers).changes:
        written(tmp_path, change)

    assert planned(tmp_path, answers).changes == ()


@WITH_CYRUS
def test_a_file_that_is_there_and_wins_is_the_one_that_is_changed(
    fixture: Fixture, tmp_path: Path
) -> None:
    place = expected(fixture).smtpd_conf
    fixture.build(tmp_path, expected(fixture).plugins)
    file = tmp_path / place.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"# ours\nlog_level: 3\n")

    plan = planned(tmp_path, guide)

    after = builders.content_of(plan, PurePosixPath(place))
    assert after.startswith(b"# ours\nlog_level: 3\n")
