"""Dovecot without mail: the planned configuration, of which only the checking of passwords is left.

Sources: doveconf(1), and service settings in Dovecot's documentation; 2.3 and 2.4 read it alike.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pfwizard.errors import Failed
from pfwizard.machine import programs
from pfwizard.machine.facts import Facts
from pfwizard.plan.plan import RestartDaemon
from pfwizard.plan.sasl.dovecot import dovecot_conf
from pfwizard.prove.rehearsing.private_checker import (
    CheckerFailed,
    ConfigurationRefused,
    PrivateChecker,
)

DIRECTORY = "pfwizard-dovecot"
"""Below the private queue directory, where everybody may look: so Dovecot's users find it too."""

OPEN = 0o755

VERSIONS = re.compile(rb"^[ \t]*dovecot_(?:config|storage)_version[ \t]*=.*\n", re.MULTILINE)
"""What the configuration of Dovecot 2.4 has to begin with."""

PRIVATE = """\
!include {conf}
base_dir = {directory}/base
state_dir = {directory}/state
log_path = {directory}/log
info_log_path = {directory}/log
debug_log_path = {directory}/log
protocols =
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""
"""The last of several settings counts. Wrong passwords make nobody wait, as they do live."""

CLOSED = {
    "inet_listener": "port = 0",
    "unix_listener": "mode = 0",
    "fifo_listener": "mode = 0",
}
"""What closes a listener of each kind."""

_SERVICE = re.compile(r"service (\S+) \{")
_LISTENER = re.compile(r"  (\w+_listener)(?: (\S+))? \{")
_PORT = re.compile(r"    port = ([1-9]\d*)")


@dataclass(frozen=True)
class Listener:
    """A place where a service of Dovecot is met; ``name`` is a path of the sockets, if any."""

    service: str
    kind: str
    name: str
    has_port: bool = False

    def may_meet_others(self, but: Path) -> bool:
        """Whether it is outside of ``base_dir``, and not this one."""
        if self.kind == "inet_listener":
            return self.has_port
        return self.name.startswith("/") and self.name != str(but)


@dataclass(frozen=True)
class PrivateDovecot(PrivateChecker):
    """``conf`` is the planned dovecot.conf, which begins with the lines ``versions``."""

    conf: Path
    versions: bytes = field(repr=False)
    directory: Path

    def set(self) -> Sequence[str]:
        """Raises ConfigurationRefused where Dovecot cannot read the planned files, and Failed."""
        self.directory.mkdir()
        self.directory.chmod(OPEN)
        conf = self.directory / "dovecot.conf"
        ours = PRIVATE.format(conf=self.conf, directory=self.directory)
        conf.write_bytes(self.versions + ours.encode())
        found = programs.run(["doveconf", "-n", "-c", str(conf)])
        if found.status != 0:
            raise ConfigurationRefused(" / ".join(found.complaints))
        with conf.open("a") as file:
            file.writelines(closing(listeners(found.stdout), self.socket))
        return ["dovecot", "-F", "-c", str(conf)]

    def words(self, complaints: str) -> str:
        try:
            lines = (self.directory / "log").read_text("utf-8", "replace").splitlines()
        except OSError:
            lines = []
        errors = [line for line in lines if "Error: " in line or "Fatal: " in line]
        return complaints or " / ".join(errors[-2:])


def private_dovecot(facts: Facts, action: RestartDaemon, queue: Path) -> PrivateDovecot:
    """The one of these planned facts; raises CheckerFailed where it cannot be."""
    if action.socket is None:
        raise CheckerFailed("Dovecot's socket is not known")
    conf = dovecot_conf(facts)
    versions = b"".join(VERSIONS.findall(facts.file(conf).content or b""))
    directory = queue / DIRECTORY
    return PrivateDovecot(action.service, Path(action.socket), Path(conf), versions, directory)


def listeners(settings: str) -> Iterator[Listener]:
    """Those among what ``doveconf -n`` prints, which indents every level by two blanks."""
    service, found = "", None
    for line in settings.splitlines():
        if begin := _SERVICE.fullmatch(line):
            service = begin[1]
        elif begin := _LISTENER.fullmatch(line):
            found = Listener(service, begin[1], begin[2] or "")
        elif found and _PORT.fullmatch(line):
            found = Listener(found.service, found.kind, found.name, has_port=True)
        elif found and line == "  }":
            yield found
            found = None


def closing(found: Iterator[Listener], but: Path) -> Iterator[str]:
    """Settings that close all that might meet others; raises Failed for one without a name."""
    for each in found:
        if not each.may_meet_others(but):
            continue
        if not each.name:
            raise Failed(f"Dovecot's service {each.service} has a port without a name")
        how = CLOSED[each.kind]
        yield f"service {each.service} {{\n  {each.kind} {each.name} {{\n    {how}\n  }}\n}}\n"
