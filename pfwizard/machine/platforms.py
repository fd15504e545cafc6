"""What differs from one platform to the next, as data with its source.

Postfix is asked for everything it knows; only what no program tells stands here.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Platform:
    """One distribution, over a range of its releases.

    ``sasl_directories``: where its Postfix looks for ``smtpd.conf``, first match wins; the first
    one is where a new file is written, and ``{config}`` stands for ``config_directory``.
    ``honours_sasl_path``: whether ``cyrus_sasl_config_path`` has any effect.
    ``plugin_directories``: glob patterns of the directories with Cyrus SASL's plug-ins.
    """

    name: str
    identifier: str
    releases: range
    sasl_directories: tuple[str, ...]
    honours_sasl_path: bool
    plugin_directories: tuple[str, ...]
    plugin_package: str
    authdaemond_package: str
    postfix_version: str
    is_known: bool = True


DEBIAN_PLUGINS = ("usr/lib/*/sasl2", "usr/lib/sasl2")

PLATFORMS = (
    # Debian's Postfix up to 3.7 has the search path compiled in and ignores the parameter
    # (debian/patches, and an strace of smtpd on Debian 12).
    Platform(
        name="Debian 11",
        identifier="debian",
        releases=range(12),
        sasl_directories=("{config}/sasl", "/usr/lib/sasl"),
        honours_sasl_path=False,
        plugin_directories=DEBIAN_PLUGINS,
        plugin_package="libsasl2-modules",
        authdaemond_package="courier-authdaemon",
        postfix_version="3.5.25",
    ),
    Platform(
        name="Debian 12",
        identifier="debian",
        releases=range(12, 13),
        sasl_directories=("{config}/sasl", "/usr/lib/sasl"),
        honours_sasl_path=False,
        plugin_directories=DEBIAN_PLUGINS,
        plugin_package="libsasl2-modules",
        authdaemond_package="courier-authdaemon",
        postfix_version="3.7.11",
    ),
    # From 3.10 on the default of cyrus_sasl_config_path is /etc/postfix/sasl, and it is obeyed
    # (README.Debian of the postfix package).
    Platform(
        name="Debian 13 or later",
        identifier="debian",
        releases=range(13, 1000),
        sasl_directories=("{config}/sasl", "/usr/lib/sasl"),
        honours_sasl_path=True,
        plugin_directories=DEBIAN_PLUGINS,
        plugin_package="libsasl2-modules",
        authdaemond_package="courier-authdaemon",
        postfix_version="3.10.13",
    ),
)

UNKNOWN = Platform(
    name="an unknown platform",
    identifier="",
    releases=range(0),
    sasl_directories=("/usr/lib/sasl2", "/etc/sasl2", "/usr/local/lib/sasl2", "/usr/lib64/sasl2"),
    honours_sasl_path=True,
    plugin_directories=("usr/lib/*/sasl2", "usr/lib*/sasl2", "usr/local/lib/sasl2"),
    plugin_package="the Cyrus SASL plug-ins for PLAIN and LOGIN",
    authdaemond_package="Courier authdaemond",
    postfix_version="3.5.0",
    is_known=False,
)

NEWEST_RELEASE = 999
"""Stands for a release without a number, such as Debian sid."""


def recognise(os_release: Mapping[str, str]) -> Platform:
    """Choose the platform from the fields of os-release(5)."""
    identifier = os_release.get("ID", "")
    major = os_release.get("VERSION_ID", "").partition(".")[0]
    release = int(major) if major.isdecimal() else NEWEST_RELEASE
    for platform in PLATFORMS:
        if platform.identifier == identifier and release in platform.releases:
            return platform
    return UNKNOWN


def parse_os_release(content: str) -> dict[str, str]:
    """Read ``NAME="value"`` lines (os-release(5)) without their quotes."""
    pairs = (line.partition("=") for line in content.splitlines() if "=" in line)
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}
