"""What a tree tells of its Postfix is what its postconf says, or would say."""

from pathlib import Path

import pytest

from pfwizard.cf.expansion import expand
from pfwizard.machine import programs
from pfwizard.machine.platforms.recognition import PLATFORMS, platform_of
from pfwizard.machine.platforms.record import Platform
from pfwizard.machine.platforms.unknown import UNKNOWN
from pfwizard.machine.postfix import BUILT_IN_DEFAULTS, SINCE, Postfix, Version, ask_postfix
from pfwizard.machine.postfix_in_tree import read_postfix
from pfwizard.machine.tree import Tree
from tests.platforms.trees import FIXTURES, RECONSTRUCTED, RECORDED, Fixture, put

EVERY = pytest.mark.parametrize("fixture", FIXTURES, ids=str)


def read(fixture: Fixture, root: Path) -> Postfix:
    tree = Tree(fixture.build(root, "usr/lib/sasl2"))
    return read_postfix(tree, platform_of(tree), None)


def asked(fixture: Fixture, monkeypatch: pytest.MonkeyPatch) -> Postfix:
    """What pfwizard hears from the postconf of that machine."""

    def answer(arguments: list[str], **_: object) -> programs.Finished:
        file = next(f"postconf{each}" for each in ("-d", "-a", "-m") if each in arguments)
        return programs.Finished(0, fixture.text(file), "")

    monkeypatch.setattr(programs, "run", answer)
    return ask_postfix(None)


@EVERY
def test_a_fixture_says_where_its_answers_are_from(fixture: Fixture) -> None:
    is_debian = fixture.name.startswith("debian-")

    assert fixture.provenance.startswith(RECORDED if is_debian else RECONSTRUCTED)


def test_every_platform_of_the_table_has_a_fixture(tmp_path: Path) -> None:
    trees = [Tree(each.build(tmp_path / each.name, "usr/lib/sasl2")) for each in FIXTURES]
    found = {platform_of(tree).name for tree in trees}
    likewise = {"Ubuntu 20.04", "Ubuntu 25.10 or later"}  # presumed from those that are there

    assert found == {platform.name for platform in PLATFORMS} - likewise


@EVERY
def test_a_tree_tells_what_postconf_would(
    fixture: Fixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_tree = read(fixture, tmp_path)
    from_program = asked(fixture, monkeypatch)

    assert from_tree.version == from_program.version
    assert from_tree.config_directory == from_program.config_directory
    assert from_tree.sasl_types == from_program.sasl_types
    assert from_program.map_types == fixture.map_types


@EVERY
@pytest.mark.parametrize("level", ["0", "2", "3.6", "3.11"])
def test_the_defaults_of_a_tree_are_those_of_postconf(
    fixture: Fixture, tmp_path: Path, level: str
) -> None:
    postfix = read(fixture, tmp_path)
    names = BUILT_IN_DEFAULTS.keys() & fixture.defaults.keys() - {"compatibility_level"}
    if postfix.version < Version(3, 6) and level.startswith("3."):
        names -= {"smtpd_tls_fingerprint_digest"}  # there were no such levels yet
    ours = {**postfix.defaults, "compatibility_level": level}
    said = {**fixture.defaults, "compatibility_level": level}

    assert {name: expand(ours[name], ours.get) for name in names} == {
        name: expand(said[name], said.get) for name in names
    }


@EVERY
def test_a_tree_knows_the_parameters_of_its_release_alone(fixture: Fixture, tmp_path: Path) -> None:
    assert SINCE.keys() & read(fixture, tmp_path).defaults == SINCE.keys() & fixture.defaults


@EVERY
def test_the_program_itself_tells_the_version(fixture: Fixture, tmp_path: Path) -> None:
    postfix = read(fixture, tmp_path)

    assert str(postfix.version) == fixture.defaults["mail_version"]
    assert postfix.version_source == "the program smtpd"


@EVERY
def test_the_version_that_is_assumed_is_none_that_the_platform_had_later(
    fixture: Fixture, tmp_path: Path
) -> None:
    platform = platform_of(Tree(fixture.build(tmp_path, "usr/lib/sasl2")))

    assumed = Version.parse(platform.postfix_version.value)

    assert assumed <= Version.parse(fixture.defaults["mail_version"])


FREEBSD = next(platform for platform in PLATFORMS if platform.name == "FreeBSD")


@pytest.mark.parametrize(
    ("platform", "there", "found"),
    [
        (FREEBSD, ("/usr/local/etc/postfix",), "/usr/local/etc/postfix"),
        (FREEBSD, ("/etc/postfix",), "/etc/postfix"),  # the option INST_BASE
        (FREEBSD, ("/etc/postfix", "/usr/local/etc/postfix"), "/usr/local/etc/postfix"),
        (FREEBSD, (), "/usr/local/etc/postfix"),
        (UNKNOWN, (), "/etc/postfix"),
    ],
)
def test_the_configuration_is_in_the_first_place_that_has_one(
    tmp_path: Path, platform: Platform, there: tuple[str, ...], found: str
) -> None:
    for directory in there:
        put(tmp_path, f"{directory}/main.cf", b"")

    assert str(read_postfix(Tree(tmp_path), platform, None).config_directory) == found


def test_a_program_that_main_cf_has_elsewhere_is_found_there(tmp_path: Path) -> None:
    put(tmp_path, "/etc/postfix/main.cf", b"daemon_directory = /opt/postfix\n")
    put(tmp_path, "/opt/postfix/smtpd", b"mail_version=3.9.1\0")

    postfix = read_postfix(Tree(tmp_path), UNKNOWN, None)

    assert (postfix.version, postfix.sasl_types) == (Version(3, 9, 1), ("dovecot",))


@pytest.mark.parametrize("directory", ["$base/libexec", "relative"])
def test_a_program_whose_place_is_not_plain_is_not_looked_for(
    tmp_path: Path, directory: str
) -> None:
    put(tmp_path, "/etc/postfix/main.cf", f"daemon_directory = {directory}\n".encode())

    postfix = read_postfix(Tree(tmp_path), UNKNOWN, None)

    assert postfix.sasl_types is None
    assert postfix.version_source.startswith("assumed")


HEADER = b"\x00\x00\x00\x01C\x00postfix\x003.5.25\x0019.el9\x00Postfix Mail Transport Agent\x00"
"""The beginning of what RPM 4.18 has written of a package into its database."""


@pytest.mark.parametrize(
    "path",
    [
        "/var/lib/rpm/rpmdb.sqlite",
        "/usr/lib/sysimage/rpm/rpmdb.sqlite",
        "/usr/lib/sysimage/rpm/Packages.db",
        "/var/lib/rpm/Packages",
    ],
)
def test_rpm_has_noted_the_version(tmp_path: Path, path: str) -> None:
    other = b"C\x00postfix-pcre\x003.5.24\x001\x00"
    put(tmp_path, path, b"SQLite format 3\x00" + other + HEADER + b"\xff" * 100)

    postfix = read_postfix(Tree(tmp_path), UNKNOWN, None)

    assert (postfix.version, postfix.version_source) == (Version(3, 5, 25), path)


def test_packages_that_only_begin_with_its_name_are_no_postfix(tmp_path: Path) -> None:
    put(tmp_path, "/var/lib/rpm/rpmdb.sqlite", b"C\x00postfix-pcre\x003.5.24\x001\x00")
    put(tmp_path, "/var/db/pkg/postfix-mysql-3.9.0/+DESC", b"")

    assert read_postfix(Tree(tmp_path), UNKNOWN, None).version_source.startswith("assumed")


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("/var/lib/pacman/local/postfix-3.10.4-1", Version(3, 10, 4)),
        ("/var/db/pkg/postfix-3.9.1v0-sasl2", Version(3, 9, 1)),
        ("/usr/pkg/pkgdb/postfix-3.8.5nb1", Version(3, 8, 5)),
    ],
)
def test_other_package_systems_have_a_directory_of_that_name(
    tmp_path: Path, path: str, version: Version
) -> None:
    put(tmp_path, f"{path}/desc", b"")

    postfix = read_postfix(Tree(tmp_path), UNKNOWN, None)

    assert (postfix.version, postfix.version_source) == (version, path)
