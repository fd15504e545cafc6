"""Programs that write Postfix's configuration themselves: how each of them is recognised.

What they write they write again, so that a change made by anybody else is lost one day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState


class Habit(Enum):
    """What becomes of somebody else's change."""

    OVERWRITES = "overwrites"
    SHARES = "shares"
    CANNOT_BE_CHANGED = "cannot be changed"


@dataclass(frozen=True)
class Manager:
    """A program that has the configuration in its hands.

    ``marks`` are texts, in small letters, of which one stands in a comment or a value of a file
    that it writes. ``signs`` are files or directories that are there where it is in charge.
    """

    name: str
    habit: Habit
    advice: str
    marks: tuple[str, ...] = ()
    signs: tuple[PurePosixPath, ...] = ()


def _paths(*names: str) -> tuple[PurePosixPath, ...]:
    return tuple(map(PurePosixPath, names))


STORE = PurePosixPath("/nix/store")
"""Everything below is generated, and nothing there can be written (Nix manual, "Nix store")."""

NIX = Manager(
    "Nix",
    Habit.CANNOT_BE_CHANGED,
    "Change services.postfix in the configuration of NixOS, and run nixos-rebuild switch.",
)

IN_THE_FILE = (
    Manager(
        "SUSE's config.postfix",
        Habit.OVERWRITES,
        "Set POSTFIX_... in /etc/sysconfig/postfix instead, or end it with MAIL_CREATE_CONFIG=no "
        "in /etc/sysconfig/mail.",
        marks=("config.postfix", "suseconfig"),
    ),
    Manager(
        "Ansible",
        Habit.OVERWRITES,
        "Make the change in the playbook or its template; the next run writes this file again.",
        marks=("ansible managed", "ansible_managed", "by ansible"),
    ),
    Manager(
        "Puppet",
        Habit.OVERWRITES,
        "Make the change in the manifest; the agent writes this file again within the hour.",
        marks=("by puppet", "puppet managed", "puppet-managed"),
    ),
    Manager(
        "Chef",
        Habit.OVERWRITES,
        "Make the change in the cookbook; the next run of the client writes this file again.",
        marks=("by chef", "chef managed", "chef-managed"),
    ),
    Manager(
        "Salt",
        Habit.OVERWRITES,
        "Make the change in the state; the next highstate writes this file again.",
        marks=("by salt", "salt managed", "salt-managed"),
    ),
    Manager(
        "Univention's registry",
        Habit.OVERWRITES,
        "Set the variables with ucr set, or change the template below /etc/univention/templates.",
        marks=("univention-config-registry",),
    ),
    Manager(
        "another program",
        Habit.OVERWRITES,
        "The comment in the file says which one. Make the change there.",
        marks=("changes will be lost", "changes will be overwritten", "will be overwritten by"),
    ),
)
"""Those that leave a word in what they write (the headers of their templates)."""

ON_THE_MACHINE = (
    Manager(
        "Plesk",
        Habit.OVERWRITES,
        "Plesk repairs its own settings (plesk repair mail); use its panel where it has the "
        "setting.",
        signs=_paths("/usr/local/psa"),
    ),
    Manager(
        "ISPConfig",
        Habit.OVERWRITES,
        "ispconfig_update.sh writes the configuration again unless it is told not to; keep "
        "changes in /usr/local/ispconfig/server/conf-custom.",
        signs=_paths("/usr/local/ispconfig"),
    ),
    Manager(
        "Mail-in-a-Box",
        Habit.OVERWRITES,
        "Every run of mailinabox writes its settings again.",
        signs=_paths("/etc/mailinabox.conf"),
    ),
    Manager(
        "YunoHost",
        Habit.OVERWRITES,
        "yunohost tools regen-conf postfix leaves a file alone that somebody has changed, and "
        "with it all later improvements.",
        signs=_paths("/etc/yunohost"),
    ),
    Manager(
        "docker-mailserver",
        Habit.OVERWRITES,
        "The container writes its files at every start; use postfix-main.cf and "
        "postfix-master.cf in its configuration volume.",
        signs=_paths("/usr/local/bin/start-mailserver.sh"),
    ),
    Manager(
        "Proxmox Mail Gateway",
        Habit.OVERWRITES,
        "Change a copy of the template, below /etc/pmg/templates.",
        signs=_paths("/etc/pmg"),
    ),
    Manager(
        "Zimbra",
        Habit.OVERWRITES,
        "zmmtactl writes main.cf at every start; set the values with zmprov and zmlocalconfig.",
        signs=_paths("/opt/zimbra"),
    ),
    Manager(
        "iRedMail",
        Habit.SHARES,
        "iRedMail's upgrade tutorials expect its own main.cf; tell them what you have changed.",
        signs=_paths("/etc/iredmail-release"),
    ),
    Manager(
        "Webmin",
        Habit.SHARES,
        "Webmin changes these files too; do not have its page open while another program does.",
        signs=_paths("/etc/webmin"),
    ),
    Manager(
        "etckeeper",
        Habit.SHARES,
        "etckeeper commit keeps the change in the history of /etc.",
        signs=_paths("/etc/etckeeper"),
    ),
)
"""Those that are known by something else that they have on the machine."""

SIGNS_OF_MANAGERS = tuple(sign for manager in ON_THE_MACHINE for sign in manager.signs)


@dataclass(frozen=True)
class Managed:
    """A manager, and where it was recognised: a line (from 1) of a file, or one that is there."""

    manager: Manager
    path: PurePosixPath
    line: int | None = None

    def __str__(self) -> str:
        """The place."""
        return f"{self.path}:{self.line}" if self.line else str(self.path)


def managers_of(facts: Facts) -> Iterator[Managed]:
    """Everybody who has main.cf and master.cf in hand, as far as it can be seen."""
    configuration = facts.configuration
    for path in (configuration.main_path, configuration.master_path):
        yield from _of_a_file(facts.file(path))
    for manager in ON_THE_MACHINE:
        for sign in manager.signs:
            if sign in facts.files and facts.files[sign].exists:
                yield Managed(manager, sign)


def _of_a_file(state: FileState) -> Iterator[Managed]:
    if state.real.is_relative_to(STORE):
        yield Managed(NIX, state.path)
        return
    lines = (state.content or b"").decode("utf-8", "replace").lower().splitlines()
    for number, line in enumerate(lines, 1):
        if not line.lstrip().startswith("#"):
            continue
        for manager in IN_THE_FILE:
            if any(mark in line for mark in manager.marks):
                yield Managed(manager, state.path, number)
                return
