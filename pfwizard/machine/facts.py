"""Everything that is known about the machine, gathered once, as a value."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pfwizard.cf.lists import split_list
from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.errors import Failed
from pfwizard.machine.accounts import Accounts, parse_accounts
from pfwizard.machine.checkers import (
    checkers_in_use,
    files_of_checkers,
    in_the_jail,
    queue_of,
    sockets_of_dovecot,
)
from pfwizard.machine.deserted_sockets import is_deserted
from pfwizard.machine.effective import Effective, Tolerant
from pfwizard.machine.platforms.recognition import platform_of
from pfwizard.machine.platforms.record import Platform
from pfwizard.machine.postfix import Postfix, ask_postfix, master_process
from pfwizard.machine.postfix_in_tree import read_postfix
from pfwizard.machine.resolver_files import files_of_resolver
from pfwizard.machine.tables import SUFFIXES, Table, tables_in
from pfwizard.machine.tree import FileState, FileStates, Tree, Unseen

PASSWD = PurePosixPath("/etc/passwd")
GROUP = PurePosixPath("/etc/group")

SMTPD_CONF = "smtpd.conf"
"""What Cyrus SASL's file for smtpd(8) is called unless ``smtpd_sasl_path`` says otherwise."""


@dataclass(frozen=True)
class Configuration:
    """Postfix's own files as they stand."""

    main: MainCf
    master: MasterCf
    main_path: PurePosixPath
    master_path: PurePosixPath


@dataclass(frozen=True)
class Facts:
    """The machine as it was found.

    ``files`` holds the state of every file that a plan may read or write, and of the directories
    above them; ``unseen`` are those that could not be looked at. ``sasl_plugins`` are the names of
    Cyrus SASL's installed plug-ins, or None when their directory was not found;
    ``sasl_plugins_in_jail`` are those that a process in the chroot jail finds.
    ``works_on_a_tree`` is true under ``--root``, where nothing is run or reloaded. ``deserted`` are
    the sockets at which nobody listens, among those of Dovecot, those that the answers name, and
    those in the jail.
    """

    platform: Platform
    postfix: Postfix
    configuration: Configuration
    accounts: Accounts
    files: FileStates
    sasl_plugins: frozenset[str] | None
    works_on_a_tree: bool
    is_running: bool
    unseen: Unseen = field(default_factory=dict)
    deserted: frozenset[PurePosixPath] = frozenset()
    sasl_plugins_in_jail: frozenset[str] | None = None

    def file(self, path: PurePosixPath) -> FileState:
        """What stands there; raises Failed for what could not be looked at."""
        if path in self.unseen:
            raise self.unseen[path]
        return self.files[path]

    @property
    def effective(self) -> Effective:
        """The parameters as they are."""
        return Effective(self.configuration.main, self.postfix.defaults)

    @property
    def smtpd_conf_places(self) -> tuple[PurePosixPath, ...]:
        """Where this Postfix looks for the Cyrus SASL configuration, first match wins."""
        return self.smtpd_conf_places_of(self.effective)

    def smtpd_conf_places_of(self, effective: Effective) -> tuple[PurePosixPath, ...]:
        """The same for a server with these parameters, which may have a file of its own."""
        return _smtpd_conf_places(self.platform, self.postfix, effective)

    @property
    def smtpd_conf(self) -> PurePosixPath:
        """The one of them that wins today, or else the one where a new file belongs."""
        return self.smtpd_conf_of(self.effective)

    def smtpd_conf_of(self, effective: Effective) -> PurePosixPath:
        """The same for a server with these parameters."""
        places = self.smtpd_conf_places_of(effective)
        there = next((place for place in places if self.file(place).exists), None)
        if there is not None:
            return there
        usual = self.platform.sasl_directory.value.format(config=self.postfix.config_directory)
        return next((place for place in places if str(place.parent) == usual), places[0])


def gather(
    tree: Tree,
    config_directory: PurePosixPath | None,
    named: Iterable[PurePosixPath],
    *,
    goes_on: bool = False,
) -> Facts:
    """Look at the machine; ``named`` are the files that the answers speak of.

    Raises Failed when Postfix or its configuration cannot be found or read; another file that
    cannot be read stops only those who ask for it. A value that Postfix gives up on is a case of
    the first kind, unless the look ``goes_on`` as if it were empty.
    """
    named = tuple(named)
    platform = platform_of(tree)
    if tree.is_this_machine:
        postfix = ask_postfix(config_directory)
    else:
        postfix = read_postfix(tree, platform, config_directory)
    own_files = tree.look_at(
        [postfix.config_directory / "main.cf", postfix.config_directory / "master.cf"]
    )
    configuration = _configuration(tree, postfix, own_files)
    read = Tolerant if goes_on else Effective
    effective = read(configuration.main, postfix.defaults)
    places = _smtpd_conf_places(platform, postfix, effective)
    own_places = _own_smtpd_conf_places(platform, postfix, effective, configuration.master)
    networks = _files_of_networks(effective, configuration.master)
    tables = _files_of_tables(effective, postfix)
    queue = queue_of(effective)
    checkers = files_of_checkers(platform, queue)
    resolver = files_of_resolver(tree, queue)
    inside = [in_the_jail(queue, each) for each in named if each.is_absolute()]
    wanted = [*named, *inside, *places, *own_places, *networks, *tables, *checkers, *resolver]
    files, unseen = tree.look_where_possible(wanted)
    asked = checkers_in_use(platform, effective, places, files)
    in_use, hidden = tree.look_where_possible(asked)
    seen = {**files, **in_use, **own_files}
    in_jail = {each for each in (*inside, *checkers, *asked) if each.is_relative_to(queue)}
    sockets = {*named, *in_jail, *sockets_of_dovecot(effective)} & seen.keys()
    return Facts(
        platform=platform,
        postfix=postfix,
        configuration=configuration,
        accounts=_accounts(tree),
        files=seen,
        sasl_plugins=_sasl_plugins(tree.root, platform),
        works_on_a_tree=not tree.is_this_machine,
        is_running=_is_running(tree, effective),
        unseen={**unseen, **hidden},
        deserted=frozenset(each for each in sockets if is_deserted(tree, seen[each])),
        sasl_plugins_in_jail=_sasl_plugins(tree.outside(tree.resolve(queue)), platform),
    )


def _configuration(tree: Tree, postfix: Postfix, files: FileStates) -> Configuration:
    main = postfix.config_directory / "main.cf"
    master = postfix.config_directory / "master.cf"
    return Configuration(
        MainCf.parse(_content(tree, files[main])),
        MasterCf.parse(_content(tree, files[master])),
        main,
        master,
    )


def _content(tree: Tree, state: FileState) -> bytes:
    if state.content is None:
        below = "" if tree.is_this_machine else ", as seen below --root"
        raise Failed(
            f"{tree.outside(state.real)}: {'is not a file' if state.exists else 'is missing'}",
            f"Name the directory of Postfix's configuration{below}, with --config-dir.",
        )
    return state.content


def _accounts(tree: Tree) -> Accounts:
    return parse_accounts(tree.look(PASSWD).content or b"", tree.look(GROUP).content or b"")


def _smtpd_conf_places(
    platform: Platform, postfix: Postfix, effective: Effective
) -> tuple[PurePosixPath, ...]:
    name = _smtpd_conf_name(effective)
    return tuple(each / name for each in _sasl_directories(platform, postfix, effective))


def _own_smtpd_conf_places(
    platform: Platform, postfix: Postfix, effective: Effective, master: MasterCf
) -> Iterator[PurePosixPath]:
    """Those of services that may not go by main.cf, whatever their type of SASL may become."""
    for service in master.services:
        if service.options:
            own = effective.of(service)
            names = {_smtpd_conf_name(own), _name_by_path(own)}
            for directory in _sasl_directories(platform, postfix, own):
                yield from (directory / name for name in sorted(names))


def _smtpd_conf_name(effective: Effective) -> str:
    """A value of another SASL type is not a file name."""
    is_cyrus = effective.value("smtpd_sasl_type") == "cyrus"
    return _name_by_path(effective) if is_cyrus else SMTPD_CONF


def _name_by_path(effective: Effective) -> str:
    """``smtpd_sasl_path`` with ``.conf``, where it is no socket."""
    name = effective.value("smtpd_sasl_path")
    return SMTPD_CONF if not name or "/" in name or ":" in name else f"{name}.conf"


def _sasl_directories(
    platform: Platform, postfix: Postfix, effective: Effective
) -> list[PurePosixPath]:
    configured = effective.value("cyrus_sasl_config_path")
    if platform.honours_sasl_path.value and configured:
        own = [PurePosixPath(part) for part in configured.split(":") if part.startswith("/")]
        if own:
            return own
    config = str(postfix.config_directory)
    return [PurePosixPath(each.format(config=config)) for each in platform.sasl_directories.value]


def _files_of_networks(effective: Effective, master: MasterCf) -> list[PurePosixPath]:
    """The files and ``cidr:`` tables that ``mynetworks`` names, in main.cf or for a service."""
    options = [service.option("mynetworks") for service in master.services]
    return [
        PurePosixPath(path)
        for text in ("$mynetworks", *filter(None, options))
        for element in split_list(effective.expanded(text, "mynetworks"))
        if (path := element.removeprefix("cidr:")).startswith("/")
    ]


def _files_of_tables(effective: Effective, postfix: Postfix) -> list[PurePosixPath]:
    """The tables of clients that relay and of passwords, and where new ones would be."""
    texts = (table_of_clients(postfix), table_of_passwords(postfix))
    tables = [
        *tables_in(effective.value("relay_clientcerts")),
        *tables_in(effective.value("smtp_sasl_password_maps")),
        *(Table(kind, text) for text in texts for kind in SUFFIXES),
    ]
    return [file for table in tables for file in table.files]


def table_of_clients(postfix: Postfix) -> PurePosixPath:
    """The text of the table that pfwizard makes where there is none."""
    return postfix.config_directory / "relay_clientcerts"


def table_of_passwords(postfix: Postfix) -> PurePosixPath:
    """The same for the logins to relay hosts."""
    return postfix.config_directory / "sasl_passwd"


def _sasl_plugins(root: Path, platform: Platform) -> frozenset[str] | None:
    found = [
        plugin.name.removeprefix("lib").partition(".so")[0]
        for pattern in platform.plugin_directories.value
        for directory in root.glob(pattern)
        for plugin in directory.glob("lib*.so*")
    ]
    return frozenset(found) if found else None


def _is_running(tree: Tree, effective: Effective) -> bool:
    if not tree.is_this_machine:
        return False
    queue = effective.value("queue_directory")
    return master_process(Path(queue) / "pid" / "master.pid") is not None
