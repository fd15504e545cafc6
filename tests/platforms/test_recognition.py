"""Which platform a tree is, by os-release(5) or by what only this system has."""

from pathlib import Path

import pytest

from pfwizard.machine.platforms.recognition import parse_os_release, platform_of, recognise
from pfwizard.machine.tree import Tree
from tests.platforms.trees import put

RHEL_9 = "Red Hat Enterprise Linux 9 or a rebuild of it"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ('ID=debian\nVERSION_ID="11"\n', "Debian 11"),
        ("ID=debian\nVERSION_ID='12'\n", "Debian 12"),
        ("ID=debian\nVERSION_ID=12.5\n", "Debian 12"),
        ('ID=debian\nVERSION_ID="13"\n', "Debian 13"),
        ("ID=debian\n", "Debian sid"),
        ("ID=debian\nVERSION_ID=\u00b2\n", "Debian sid"),
        ("# a comment\n\nID=debian\n", "Debian sid"),
        ('ID=ubuntu\nVERSION_ID="20.04"\n', "Ubuntu 20.04"),
        ('ID=ubuntu\nVERSION_ID="22.04"\n', "Ubuntu 22.04"),
        ('ID=ubuntu\nVERSION_ID="24.04"\n', "Ubuntu 24.04"),
        ('ID=ubuntu\nVERSION_ID="25.04"\n', "Ubuntu 24.04"),
        ('ID=ubuntu\nVERSION_ID="25.10"\n', "Ubuntu 25.10 or later"),
        ('ID="rhel"\nVERSION_ID="8.10"\n', "Red Hat Enterprise Linux 8 or a rebuild of it"),
        ('ID="rocky"\nVERSION_ID="9.4"\n', RHEL_9),
        ('ID="almalinux"\nVERSION_ID="9.0"\n', RHEL_9),
        ('ID="ol"\nVERSION_ID="9.3"\n', RHEL_9),
        ('ID="centos"\nVERSION_ID="10"\n', "Red Hat Enterprise Linux 10 or a rebuild of it"),
        ("ID=fedora\nVERSION_ID=43\n", "Fedora"),
        ("ID=alpine\nVERSION_ID=3.22.1\n", "Alpine Linux"),
        ("ID=alpine\nVERSION_ID=3.23.0_alpha20250612\n", "Alpine Linux"),
        ('ID="opensuse-leap"\nVERSION_ID="15.6"\n', "openSUSE Leap or SUSE Linux Enterprise"),
        ('ID="sles"\nVERSION_ID="15.6"\n', "openSUSE Leap or SUSE Linux Enterprise"),
        ('ID="opensuse-tumbleweed"\nVERSION_ID="20251120"\n', "openSUSE Tumbleweed"),
        ("ID=arch\nBUILD_ID=rolling\n", "Arch Linux"),
        ("ID=freebsd\nVERSION_ID=14.1\n", "FreeBSD"),
        ("ID=plan9\n", "an unknown platform"),
        ("", "an unknown platform"),
    ],
)
def test_a_platform_is_recognised(content: str, name: str) -> None:
    platform = recognise(parse_os_release(content))

    assert (platform.name, platform.assumed_for) == (name, "")


def test_only_a_recognised_platform_is_known() -> None:
    assert recognise({"ID": "debian"}).is_known
    assert not recognise({}).is_known


MINT = """\
PRETTY_NAME="Linux Mint 22"
ID=linuxmint
ID_LIKE="ubuntu debian"
VERSION_ID="22"
VERSION_CODENAME=wilma
UBUNTU_CODENAME=noble
"""
DEBIAN_MINT = """\
PRETTY_NAME="LMDE 6 (faye)"
ID=linuxmint
ID_LIKE=debian
VERSION_ID="6"
VERSION_CODENAME=faye
DEBIAN_CODENAME=bookworm
"""
RASPBIAN = """\
PRETTY_NAME="Raspbian GNU/Linux 12 (bookworm)"
ID=raspbian
ID_LIKE=debian
VERSION_ID="12"
VERSION_CODENAME=bookworm
"""
DEVUAN = """\
PRETTY_NAME="Devuan GNU/Linux 5 (daedalus)"
ID=devuan
ID_LIKE=debian
VERSION_ID="5"
VERSION_CODENAME=daedalus
"""
KALI = 'NAME="Kali GNU/Linux"\nID=kali\nID_LIKE=debian\nVERSION_CODENAME=kali-rolling\n'
CLOUD = 'PRETTY_NAME="CloudLinux 9.4"\nID="cloudlinux"\nID_LIKE="rhel fedora"\nVERSION_ID="9.4"\n'
MANJARO = "ID=manjaro\nID_LIKE=arch\n"


@pytest.mark.parametrize(
    ("content", "name", "assumed_for"),
    [
        (MINT, "Ubuntu 24.04", "Linux Mint 22"),
        (DEBIAN_MINT, "Debian 12", "LMDE 6 (faye)"),
        (RASPBIAN, "Debian 12", "Raspbian GNU/Linux 12 (bookworm)"),
        (DEVUAN, "Debian 12", "Devuan GNU/Linux 5 (daedalus)"),
        (KALI, "Debian sid", "Kali GNU/Linux"),
        (CLOUD, RHEL_9, "CloudLinux 9.4"),
        (MANJARO, "Arch Linux", "manjaro"),
        ("ID=other\nID_LIKE='plan9 alpine'\n", "Alpine Linux", "other"),
    ],
)
def test_a_derivative_is_taken_for_what_it_is_made_from_and_says_so(
    content: str, name: str, assumed_for: str
) -> None:
    platform = recognise(parse_os_release(content))

    assert (platform.name, platform.assumed_for) == (name, assumed_for)
    assert platform.is_known


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        ("/bsd", "OpenBSD"),
        ("/etc/installurl", "OpenBSD"),
        ("/netbsd", "NetBSD with pkgsrc"),
        ("/usr/pkg/etc/postfix/main.cf", "NetBSD with pkgsrc"),
        ("/bin/freebsd-version", "FreeBSD"),
        ("/bin/sh", "an unknown platform"),
    ],
)
def test_a_system_without_os_release_is_known_by_a_file_of_its_own(
    tmp_path: Path, mark: str, name: str
) -> None:
    put(tmp_path, mark, b"")

    assert platform_of(Tree(tmp_path)).name == name


def test_the_os_release_of_freebsd_may_be_a_link_to_what_is_made_at_the_start(
    tmp_path: Path,
) -> None:
    put(tmp_path, "/bin/freebsd-version", b"")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").symlink_to("../var/run/os-release")

    assert platform_of(Tree(tmp_path)).name == "FreeBSD"


def test_os_release_counts_more_than_any_other_file(tmp_path: Path) -> None:
    put(tmp_path, "/bsd", b"")
    put(tmp_path, "/usr/lib/os-release", b"ID=alpine\n")

    assert platform_of(Tree(tmp_path)).name == "Alpine Linux"
