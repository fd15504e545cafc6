"""Which password checkers a server asks through a socket, by its configuration."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.machine.effective import Effective
from pfwizard.machine.platforms.record import Platform
from pfwizard.plan.sasl.checker import lets_log_in
from pfwizard.plan.sasl.parameters import CYRUS, DEFAULT_CHECKER, DOVECOT


class Kind(Enum):
    """How a password checker is asked; the values are its name for people."""

    SASLAUTHD = "saslauthd"
    AUTHDAEMOND = "authdaemond"
    DOVECOT = "Dovecot"


@dataclass(frozen=True)
class Checker:
    """A password checker behind a socket.

    ``path`` is the name by which the server asks for it, ``seen`` the file that it then meets,
    which is below the queue directory for a server in the chroot jail.
    """

    kind: Kind
    path: PurePosixPath
    seen: PurePosixPath


def asked_by(effective: Effective, smtpd_conf: SmtpdConf, platform: Platform) -> Iterator[Checker]:
    """Those of a server with these parameters; ``smtpd_conf`` is the file that it goes by."""
    if lets_log_in(effective, DOVECOT):
        path = effective.value("smtpd_sasl_path").removeprefix("unix:")
        if not path.startswith("inet:"):
            yield _checker(effective, Kind.DOVECOT, PurePosixPath(path))
    elif lets_log_in(effective, CYRUS):
        for kind, named in _named_in(smtpd_conf, platform):
            yield _checker(effective, kind, named)


def _named_in(smtpd_conf: SmtpdConf, platform: Platform) -> Iterator[tuple[Kind, PurePosixPath]]:
    methods = (smtpd_conf.get("pwcheck_method") or DEFAULT_CHECKER).lower().split()
    if "saslauthd" in methods:
        usual = platform.saslauthd_socket.value.path
        yield Kind.SASLAUTHD, PurePosixPath(smtpd_conf.get("saslauthd_path") or usual)
    if "authdaemond" in methods:
        named = smtpd_conf.get("authdaemond_path")
        if named:
            yield Kind.AUTHDAEMOND, PurePosixPath(named)


def _checker(effective: Effective, kind: Kind, path: PurePosixPath) -> Checker:
    queue = PurePosixPath(effective.value("queue_directory"))
    is_outside = path.is_absolute() and not effective.is_jailed
    return Checker(kind, path, path if is_outside else queue / str(path).lstrip("/"))
