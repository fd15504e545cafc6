"""The form of what is known about one platform.

Postfix is asked for everything it knows; only what no program tells stands here, and what it
would tell if a tree could be asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from pathlib import PurePosixPath
from typing import Any, Generic, TypeVar

from pfwizard.enumeration import listed

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")
K = TypeVar("K")

Release = tuple[int, ...]
"""The numbers of ``VERSION_ID`` in os-release(5)."""

NEWEST: Release = (10**9,)
"""Stands for a release without a number, such as Debian sid."""


@dataclass(frozen=True)
class Sourced(Generic[T_co]):
    """A fact, and where it was read: a package and its file, or a manual page.

    ``is_verified`` is false for what is taken from common knowledge or from a relative of the
    platform, and was not seen in a package of its own; ``source`` then says why it is likely.
    """

    value: T_co
    source: str
    is_verified: bool = True


def all_from(source: str, names: Mapping[K, str | None]) -> dict[K, Sourced[str | None]]:
    """Names that were all read in the same place."""
    return {key: Sourced(name, source) for key, name in names.items()}


def unverified(value: T, reason: str) -> Sourced[T]:
    """A fact that nobody has looked up in a package of the platform itself."""
    return Sourced(value, reason, is_verified=False)


class Need(Enum):
    """Something that a package brings; the value is what it is called where no package is known."""

    PLAIN = "the Cyrus SASL plug-in for PLAIN"
    LOGIN = "the Cyrus SASL plug-in for LOGIN"
    CRAM_MD5 = "the Cyrus SASL plug-in for CRAM-MD5"
    DIGEST_MD5 = "the Cyrus SASL plug-in for DIGEST-MD5"
    SCRAM = "the Cyrus SASL plug-in for SCRAM"
    SASLDB = "the Cyrus SASL plug-in for sasldb"
    MYSQL = "the Cyrus SASL plug-in for SQL, with MySQL"
    POSTGRESQL = "the Cyrus SASL plug-in for SQL, with PostgreSQL"
    SQLITE = "the Cyrus SASL plug-in for SQL, with SQLite"
    LDAPDB = "the Cyrus SASL plug-in for LDAP"
    SASLPASSWD = "the program saslpasswd2"
    SASLAUTHD = "Cyrus saslauthd"
    AUTHDAEMOND = "Courier authdaemond"
    DOVECOT = "Dovecot"
    POSTFIX_WITH_CYRUS = "a Postfix that was built with Cyrus SASL"


PLUGINS = {
    "PLAIN": Need.PLAIN,
    "LOGIN": Need.LOGIN,
    "CRAM-MD5": Need.CRAM_MD5,
    "DIGEST-MD5": Need.DIGEST_MD5,
    "SCRAM-SHA-1": Need.SCRAM,
    "SCRAM-SHA-256": Need.SCRAM,
    "SCRAM-SHA-512": Need.SCRAM,
}
"""What brings a mechanism, by its name in ``mech_list``."""


class Daemon(Enum):
    """A program that checks passwords, as it is called everywhere but by the service manager."""

    SASLAUTHD = "saslauthd"
    AUTHDAEMOND = "authdaemond"
    DOVECOT = "dovecot"


@dataclass(frozen=True)
class SocketPlace:
    """The socket of a daemon, with the file's own name.

    ``group`` is the one whose members alone may enter the socket's directory, or empty where
    everybody may.
    """

    path: PurePosixPath
    group: str = ""


@dataclass(frozen=True)
class DaemonOptions:
    """Where the options of a daemon are set: a file of shell variables.

    ``options`` is the variable with the command line's options. ``mechanism`` is the one with the
    argument of ``-a`` and ``directory`` the one with that of ``-m`` (saslauthd(8)); either is
    empty where it belongs among the options. ``switch`` is the one without whose "yes" a service
    script starts nothing, empty where there is no such script. ``is_of_package`` is
    false for a file that need not be there, or is of the system itself: it does not tell whether
    the daemon is installed. ``shadow`` is what saslauthd's mechanism for the users of the system is
    called: "shadow" is there where getspnam(3) is (saslauthd/mechanisms.c).
    """

    path: PurePosixPath
    options: str
    mechanism: str = ""
    directory: str = ""
    switch: str = ""
    is_of_package: bool = True
    shadow: str = "shadow"


class DovecotGeneration(Enum):
    """Two languages of dovecot.conf that do not understand each other."""

    BEFORE_2_4 = "2.3"
    FROM_2_4 = "2.4"


@dataclass(frozen=True)
class Releases:
    """The releases from ``first`` up to ``end``, which is not among them; 9 includes 9.4."""

    first: Release = ()
    end: Release = (*NEWEST, 1)

    def __contains__(self, release: Release) -> bool:
        return self.first <= release < self.end


@dataclass(frozen=True)
class Platform:
    """One distribution, over a range of its releases.

    ``identifiers`` and ``codenames`` are what os-release(5) has as ``ID`` and
    ``VERSION_CODENAME``; ``assumed_for`` names the derivative that is taken for this platform.

    ``postfix_version``: the oldest that its releases have, for a tree that does not tell.
    ``config_directories``: the first with a main.cf is Postfix's, and without any the first.
    ``compiled_in``: the parameters whose defaults are not Postfix's own.
    ``presets``: what the package's main.cf sets about TLS and the network.
    ``stock_chroot``: whether the package's master.cf puts its services into the chroot jail.

    ``sasl_directories``: where its Postfix looks for ``smtpd.conf``, first match wins, and
    ``sasl_directory``: the one of them for a new file. ``{config}`` stands for
    ``config_directory``.
    ``honours_sasl_path``: whether ``cyrus_sasl_config_path`` has any effect.
    ``plugin_directories``: glob patterns of the directories with Cyrus SASL's plug-ins.
    ``sasldb``: the default of ``sasldb_path``, without the suffix that the database adds.
    ``saslauthd_options`` is None where the file is not known.

    ``service_names``: what the service manager calls a daemon; ``start_command`` has ``{name}``
    in its place, and ``install_command`` has ``{packages}``. Both are empty where not known.
    ``packages``: None for what the platform has no package of; what is not known is left out.
    ``ca_bundle``: the file with all root certificates that the platform trusts.
    """

    name: str
    identifiers: tuple[str, ...]
    releases: Releases
    codenames: tuple[str, ...]

    postfix_version: Sourced[str]
    config_directories: Sourced[tuple[PurePosixPath, ...]]
    compiled_in: Mapping[str, Sourced[str]]
    presets: Sourced[Mapping[str, str]]
    stock_chroot: Sourced[bool]

    sasl_directories: Sourced[tuple[str, ...]]
    sasl_directory: Sourced[str]
    honours_sasl_path: Sourced[bool]
    plugin_directories: Sourced[tuple[str, ...]]
    sasldb: Sourced[PurePosixPath]
    saslauthd_socket: Sourced[SocketPlace]
    saslauthd_options: Sourced[DaemonOptions | None]
    authdaemond_socket: Sourced[SocketPlace]
    dovecot: Sourced[DovecotGeneration]

    service_names: Mapping[Daemon, Sourced[str]]
    start_command: Sourced[str]
    packages: Mapping[Need, Sourced[str | None]]
    install_command: Sourced[str]
    ca_bundle: Sourced[PurePosixPath]

    is_known: bool = True
    assumed_for: str = ""

    def package(self, need: Need) -> str:
        """The name of the package, or words for what it brings where there is no name."""
        found = self.packages.get(need)
        return (found and found.value) or need.value

    def lacks(self, need: Need) -> bool:
        """Whether the platform is known to have no package of it."""
        found = self.packages.get(need)
        return found is not None and found.value is None

    def how_to_install(self, needs: Iterable[Need]) -> str:
        """A sentence for the operator, with the command where it is known."""
        wanted = list(dict.fromkeys(needs))
        names = list(dict.fromkeys(self.package(need) for need in wanted))
        missing = [need.value for need in wanted if self.lacks(need)]
        if missing:
            return f"{self.name} has no package of {listed(missing)}; build it from its source."
        if self.install_command.value and all(need in self.packages for need in wanted):
            return f"Install it: {self.install_command.value.format(packages=' '.join(names))}."
        return f"Install {listed(names)}."

    def how_to_start(self, daemon: Daemon) -> str:
        """A sentence for the operator, with the command where it is known."""
        name = self.service_names.get(daemon)
        if name is None or not self.start_command.value:
            return f"Start {daemon.value}."
        return f"Start {daemon.value}: {self.start_command.value.format(name=name.value)}."

    @property
    def plugin_package(self) -> str:
        """What brings PLAIN and LOGIN, in words for a sentence."""
        return listed(dict.fromkeys(map(self.package, (Need.PLAIN, Need.LOGIN))))


def presumed(platform: Platform, reason: str) -> Platform:
    """A record with the same facts, none of which was seen on the platform that it is for."""
    return replace(
        platform,
        **{each.name: _unseen(getattr(platform, each.name), reason) for each in fields(platform)},
    )


def _unseen(value: Any, reason: str) -> Any:
    if isinstance(value, Sourced):
        return unverified(value.value, reason)
    if isinstance(value, Mapping):
        return {key: _unseen(each, reason) for key, each in value.items()}
    return value
