"""The table of platforms: complete, consistent, and honest about what was not seen."""

from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import combinations

import pytest

from pfwizard.machine.platforms.alpine import ALPINE
from pfwizard.machine.platforms.bsd import FREEBSD
from pfwizard.machine.platforms.debian import DEBIAN_11, DEBIAN_12
from pfwizard.machine.platforms.recognition import PLATFORMS
from pfwizard.machine.platforms.record import (
    PLUGINS,
    Daemon,
    Need,
    Platform,
    Sourced,
    presumed,
    unverified,
)
from pfwizard.machine.platforms.unknown import UNKNOWN
from pfwizard.machine.postfix import BUILT_IN_DEFAULTS, Version

EVERY = pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)


def facts_of(platform: Platform) -> Iterator[tuple[str, Sourced[object]]]:
    """Each fact, with the name of the field or of the entry that it is in."""
    for each in fields(platform):
        value = getattr(platform, each.name)
        if isinstance(value, Sourced):
            yield each.name, value
        elif isinstance(value, dict):
            yield from ((f"{each.name}: {key}", entry) for key, entry in value.items())


@EVERY
def test_every_fact_says_where_it_was_read(platform: Platform) -> None:
    assert [name for name, fact in facts_of(platform) if not fact.source.strip()] == []


@EVERY
def test_every_package_is_known_or_known_to_be_missing(platform: Platform) -> None:
    assert platform.packages.keys() == set(Need)


@EVERY
def test_both_daemons_that_every_platform_has_can_be_started(platform: Platform) -> None:
    assert {Daemon.SASLAUTHD, Daemon.DOVECOT} <= platform.service_names.keys()
    assert "{name}" in platform.start_command.value


@EVERY
def test_a_new_smtpd_conf_is_put_where_it_is_looked_for(platform: Platform) -> None:
    assert platform.sasl_directory.value in platform.sasl_directories.value


@EVERY
def test_what_is_compiled_in_differs_from_postfixs_own_defaults(platform: Platform) -> None:
    for name, fact in platform.compiled_in.items():
        assert fact.value != BUILT_IN_DEFAULTS[name]


@EVERY
def test_the_assumed_version_is_one(platform: Platform) -> None:
    assert Version.parse(platform.postfix_version.value) >= Version(3, 4)


def test_names_are_unique() -> None:
    assert len({platform.name for platform in PLATFORMS}) == len(PLATFORMS)


def test_the_releases_of_one_distribution_do_not_overlap() -> None:
    for one, other in combinations(PLATFORMS, 2):
        if set(one.identifiers) & set(other.identifiers):
            first, second = sorted((one.releases, other.releases), key=lambda each: each.first)
            assert first.end <= second.first, (one.name, other.name)


def test_debian_was_seen_in_its_packages_and_ubuntu_was_not() -> None:
    assert all(fact.is_verified for _, fact in facts_of(DEBIAN_12))
    ubuntu = next(platform for platform in PLATFORMS if platform.name == "Ubuntu 22.04")
    assert not any(fact.is_verified for _, fact in facts_of(ubuntu))


def test_nothing_about_an_unknown_platform_is_verified() -> None:
    assert not any(fact.is_verified for _, fact in facts_of(UNKNOWN))


def test_what_is_presumed_of_a_relative_keeps_its_values_alone() -> None:
    relative = presumed(DEBIAN_12, "as its cousin")

    assert relative.sasldb == unverified(DEBIAN_12.sasldb.value, "as its cousin")
    assert relative.packages[Need.PLAIN] == unverified("libsasl2-modules", "as its cousin")


def test_each_mechanism_has_the_package_with_its_plugin() -> None:
    assert DEBIAN_11.package(PLUGINS["PLAIN"]) == "libsasl2-modules"
    assert DEBIAN_11.package(PLUGINS["SCRAM-SHA-256"]) == "libsasl2-modules-gssapi-mit"
    assert DEBIAN_12.package(PLUGINS["SCRAM-SHA-256"]) == "libsasl2-modules"


def test_one_command_installs_everything_and_each_package_once() -> None:
    needs = (Need.PLAIN, Need.LOGIN, Need.SASLDB)

    assert DEBIAN_12.how_to_install(needs) == (
        "Install it: apt-get install libsasl2-modules libsasl2-modules-db."
    )
    assert ALPINE.how_to_install(needs) == (
        "Install it: apk add cyrus-sasl-plain cyrus-sasl-login libsasl."
    )


def test_what_a_platform_has_no_package_of_is_said() -> None:
    assert ALPINE.lacks(Need.SQLITE)
    assert not DEBIAN_12.lacks(Need.SQLITE)
    assert ALPINE.how_to_install((Need.PLAIN, Need.SQLITE)) == (
        "Alpine Linux has no package of the Cyrus SASL plug-in for SQL, with SQLite; "
        "build it from its source."
    )


def test_without_names_the_need_is_said_in_words() -> None:
    assert not UNKNOWN.lacks(Need.PLAIN)
    assert UNKNOWN.how_to_install((Need.PLAIN, Need.LOGIN)) == (
        "Install the Cyrus SASL plug-in for PLAIN and the Cyrus SASL plug-in for LOGIN."
    )


@pytest.mark.parametrize(
    ("platform", "sentence"),
    [
        (DEBIAN_12, "Start authdaemond: systemctl enable --now courier-authdaemon."),
        (ALPINE, "Start authdaemond."),
        (UNKNOWN, "Start authdaemond."),
        (replace(DEBIAN_12, service_names={}), "Start authdaemond."),
    ],
)
def test_how_a_daemon_is_started_is_said_in_the_words_of_the_platform(
    platform: Platform, sentence: str
) -> None:
    assert platform.how_to_start(Daemon.AUTHDAEMOND) == sentence


def test_a_command_may_name_the_daemon_twice() -> None:
    assert FREEBSD.how_to_start(Daemon.SASLAUTHD) == (
        "Start saslauthd: service saslauthd enable && service saslauthd start."
    )
