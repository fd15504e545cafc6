"""Where the password checkers of this machine have their files."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.machine.effective import Effective
from pfwizard.machine.platforms.record import Daemon, Platform
from pfwizard.machine.saslauthd_options import socket_by_options
from pfwizard.machine.tree import FileState

DOVECOT_CONF = (
    PurePosixPath("/etc/dovecot/dovecot.conf"),
    PurePosixPath("/usr/local/etc/dovecot/dovecot.conf"),
)
"""The second is that of FreeBSD's ports."""

DROP_IN = PurePosixPath("conf.d/99-pfwizard-auth.conf")
"""Beside dovecot.conf, where that includes the directory; the last file of it wins."""

SASLAUTHD_CONF = (
    PurePosixPath("/etc/saslauthd.conf"),
    PurePosixPath("/usr/local/etc/saslauthd.conf"),
)
"""What saslauthd reads where it asks LDAP (its option -O)."""

UNIT_DIRECTORIES = (
    PurePosixPath("/etc/systemd/system"),
    PurePosixPath("/usr/lib/systemd/system"),
    PurePosixPath("/lib/systemd/system"),
)

SASLDB_SUFFIXES = ("", ".db")
"""ndbm(3) adds one to ``sasldb_path``; Berkeley DB, GDBM and LMDB do not."""

IN_THE_QUEUE = PurePosixPath("private/auth")
"""Where Postfix and Dovecot meet (SASL_README), below ``queue_directory``."""


NAME_FOR_CYRUS = "smtpd"
"""The default of ``smtpd_sasl_path``, which is no socket of Dovecot's."""

OVER_TCP = "inet:"
"""Before the host and port of a Dovecot that is asked over the net (``smtpd_sasl_path``)."""


def queue_of(effective: Effective) -> PurePosixPath:
    """Postfix's queue directory, which is also the root of its chroot jail."""
    return PurePosixPath("/") / effective.value("queue_directory")


def files_of_checkers(platform: Platform, queue: PurePosixPath) -> tuple[PurePosixPath, ...]:
    """Everything that a plan for one of them may look at, besides what the answers name."""
    options = platform.saslauthd_options.value
    asked = (
        platform.authdaemond_socket.value.path,
        platform.saslauthd_socket.value.path,
        *files_of_sasldb(platform.sasldb.value),
    )
    return (
        *asked,
        *(in_the_jail(queue, each) for each in asked),
        queue / IN_THE_QUEUE,
        *([] if options is None else [options.path]),
        *_units_of(platform),
        *SASLAUTHD_CONF,
        *DOVECOT_CONF,
        *(conf.parent / DROP_IN for conf in DOVECOT_CONF),
    )


def checkers_in_use(
    platform: Platform,
    effective: Effective,
    smtpd_conf: Iterable[PurePosixPath],
    files: Mapping[PurePosixPath, FileState],
) -> tuple[PurePosixPath, ...]:
    """What the configuration of today names, sockets and sasldb, each with the one in the jail.

    ``smtpd_conf`` are the places of that file; the first that is there counts.
    """
    contents = [files[path].content for path in smtpd_conf if path in files]
    sasldb = sasldb_of(next((each for each in contents if each is not None), b""))
    stores = () if sasldb is None else files_of_sasldb(sasldb)
    asked = (*stores, *_sockets_in_use(platform, effective, files))
    return (*asked, *(in_the_jail(queue_of(effective), each) for each in asked))


def sasldb_of(smtpd_conf: bytes) -> PurePosixPath | None:
    """``sasldb_path`` of this smtpd.conf; None where it leaves the place to the platform."""
    named = SmtpdConf.parse(smtpd_conf).get("sasldb_path") or ""
    return PurePosixPath(named) if named.startswith("/") else None


def _sockets_in_use(
    platform: Platform, effective: Effective, files: Mapping[PurePosixPath, FileState]
) -> tuple[PurePosixPath, ...]:
    place = platform.saslauthd_options.value
    options = files.get(place.path) if place is not None else None
    by_options = socket_by_options(place, options.content) if place and options else None
    named = (by_options, socket_of_dovecot(effective))
    return tuple(each for each in named if each is not None)


def path_of_dovecot(effective: Effective) -> str:
    """``smtpd_sasl_path`` where it says how Dovecot is asked, and empty where it does not."""
    path = effective.value("smtpd_sasl_path")
    is_dovecots = effective.value("smtpd_sasl_type") == "dovecot" and path != NAME_FOR_CYRUS
    return path if is_dovecots else ""


def socket_of_dovecot(effective: Effective) -> PurePosixPath | None:
    """The socket through which Postfix asks Dovecot today; None where it asks none."""
    path = path_of_dovecot(effective).removeprefix("unix:")
    return queue_of(effective) / path if path and not path.startswith(OVER_TCP) else None


def sockets_of_dovecot(effective: Effective) -> tuple[PurePosixPath, ...]:
    """Where Postfix asks Dovecot, and where it would unless somebody wants it elsewhere."""
    today = socket_of_dovecot(effective)
    usual = queue_of(effective) / IN_THE_QUEUE
    return (usual,) if today is None else (usual, today)


def _units_of(platform: Platform) -> tuple[PurePosixPath, ...]:
    name = platform.service_names.get(Daemon.SASLAUTHD)
    return () if name is None else (*units_of(name.value), addition_to_unit(name.value))


def units_of(service: str) -> tuple[PurePosixPath, ...]:
    """Where systemd looks for the unit of a service; the first that is there counts."""
    return tuple(place / f"{service}.service" for place in UNIT_DIRECTORIES)


def addition_to_unit(service: str) -> PurePosixPath:
    """A file of ours that adds to the unit of a service (systemd.unit(5))."""
    return UNIT_DIRECTORIES[0] / f"{service}.service.d" / "pfwizard.conf"


def files_of_sasldb(path: PurePosixPath) -> tuple[PurePosixPath, ...]:
    """The names that the file of this ``sasldb_path`` may have."""
    return tuple(path.with_name(f"{path.name}{suffix}") for suffix in SASLDB_SUFFIXES)


def in_the_jail(queue: PurePosixPath, path: PurePosixPath) -> PurePosixPath:
    """The file that a process in the chroot jail finds under this name."""
    return queue / path.relative_to("/")
