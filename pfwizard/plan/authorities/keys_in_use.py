"""The private keys that any part of Postfix uses: its servers, its clients, and tlsproxy(8)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.machine.effective import Effective
from pfwizard.machine.facts import Facts
from pfwizard.plan.server.served import paths

NAMING_A_KEY = re.compile(r"\w+_(?:d|ec)?key_file|\w+_chain_files")
"""The parameters with keys in their files: smtpd_tls_*, smtp_tls_*, lmtp_tls_*, tlsproxy_tls_* and
tlsproxy_client_* (postconf(5))."""


@dataclass(frozen=True)
class KeyInUse:
    """A file that a parameter names, and where it does: ``main.cf``, or a service of master.cf."""

    path: PurePosixPath
    parameter: str
    where: str


def keys_in_use(facts: Facts) -> Iterator[KeyInUse]:
    """Every file that has a key for Postfix; raises Failed for a value that Postfix gives up on."""
    yield from _named_by(facts.effective, "main.cf")
    for service in facts.configuration.master.services:
        effective = facts.effective.of(service)
        yield from _named_by(effective, f"the service {service.endpoint} of master.cf")


def _named_by(effective: Effective, where: str) -> Iterator[KeyInUse]:
    options = effective.service.options if effective.service is not None else ()
    in_main = [setting.name for setting in effective.main.settings]
    names = (*in_main, *(option.name for option in options), *effective.defaults)
    for name in dict.fromkeys(names):
        if NAMING_A_KEY.fullmatch(name):
            yield from (KeyInUse(path, name, where) for path in paths(name, effective))
