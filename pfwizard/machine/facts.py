"""Everything that is known about the machine, gathered once, as a value."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pfwizard.cf.lists import split_list
from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.errors import Failed
from pfwizard.machine.accounts import Accounts, parse_accounts
from pfwizard.machine.effective import Effective
from pfwizard.machine.platforms import Platform, parse_os_release, recognise
from pfwizard.machine.postfix import Postfix, ask_postfix, master_process, read_postfix
from pfwizard.machine.tables import SUFFIXES, Table, tables_in
from pfwizard.machine.tree import FileState, FileStates, Tree

OS_RELEASE = (PurePosixPath("/etc/os-release"), PurePosixPath("/usr/lib/os-release"))
"""The first of them that is there counts (os-release(5))."""

PASSWD = PurePosixPath("/etc/passwd")
GROUP = PurePosixPath("/etc/group")


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
    above them. ``sasl_plugins`` are the names of Cyrus SASL's installed plug-ins, or None when
    their directory was not found. ``works_on_a_tree`` is true under ``--root``, where nothing is
    run or reloaded.
    """

    platform: Platform
    postfix: Postfix
    configuration: Configuration
    accounts: Accounts
    files: FileStates
    sasl_plugins: frozenset[str] | None
    works_on_a_tree: bool
    is_running: bool

    def file(self, path: PurePosixPath) -> FileState:
        return self.files[path]

    @property
    def effective(self) -> Effective:
        """The parameters as they are."""
        return Effective(self.configuration.main, self.postfix.defaults)

    @property
    def smtpd_conf_places(self) -> tuple[PurePosixPath, ...]:
        """Where this Postfix looks for the Cyrus SASL configuration, first match wins."""
        return _smtpd_conf_places(self.platform, self.postfix, self.effective)


def gather(
    tree: Tree, config_directory: PurePosixPath | None, named: Iterable[PurePosixPath]
) -> Facts:
    """Look at the machine; ``named`` are the files that the answers speak of.

    Raises Failed when Postfix or its configuration cannot be found or read.
    """
    platform = _platform(tree)
    if tree.is_this_machine:
        postfix = ask_postfix(config_directory)
    else:
        postfix = read_postfix(tree, platform, config_directory)
    own_files = tree.look_at(
        [postfix.config_directory / "main.cf", postfix.config_directory / "master.cf"]
    )
    configuration = _configuration(tree, postfix, own_files)
    effective = Effective(configuration.main, postfix.defaults)
    places = _smtpd_conf_places(platform, postfix, effective)
    networks = _files_of_networks(effective, configuration.master)
    tables = _files_of_clients(effective, postfix)
    return Facts(
        platform=platform,
        postfix=postfix,
        configuration=configuration,
        accounts=_accounts(tree),
        files={**tree.look_at([*named, *places, *networks, *tables]), **own_files},
        sasl_plugins=_sasl_plugins(tree, platform),
        works_on_a_tree=not tree.is_this_machine,
        is_running=_is_running(tree, effective),
    )


def _platform(tree: Tree) -> Platform:
    contents = [tree.look(path).content for path in OS_RELEASE]
    content = next((each for each in contents if each is not None), b"")
    return recognise(parse_os_release(content.decode("utf-8", "replace")))


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


def _smtpd_conf_name(effective: Effective) -> str:
    """``smtpd_sasl_path`` with ``.conf``; a value of another SASL type is not a file name."""
    is_cyrus = effective.value("smtpd_sasl_type") == "cyrus"
    name = effective.value("smtpd_sasl_path")
    if not is_cyrus or not name or "/" in name or ":" in name:
        return "smtpd.conf"
    return f"{name}.conf"


def _sasl_directories(
    platform: Platform, postfix: Postfix, effective: Effective
) -> list[PurePosixPath]:
    configured = effective.value("cyrus_sasl_config_path")
    if platform.honours_sasl_path and configured:
        own = [PurePosixPath(part) for part in configured.split(":") if part.startswith("/")]
        if own:
            return own
    config = str(postfix.config_directory)
    return [PurePosixPath(each.format(config=config)) for each in platform.sasl_directories]


def _files_of_networks(effective: Effective, master: MasterCf) -> list[PurePosixPath]:
    """The files and ``cidr:`` tables that ``mynetworks`` names, in main.cf or for a service."""
    options = [service.option("mynetworks") for service in master.services]
    return [
        PurePosixPath(path)
        for text in ("$mynetworks", *filter(None, options))
        for element in split_list(effective.expanded(text, "mynetworks"))
        if (path := element.removeprefix("cidr:")).startswith("/")
    ]


def _files_of_clients(effective: Effective, postfix: Postfix) -> list[PurePosixPath]:
    """The tables of the clients that relay by certificate, and where a new one would be."""
    text = table_of_clients(postfix)
    tables = [
        *tables_in(effective.value("relay_clientcerts")),
        *(Table(kind, text) for kind in SUFFIXES),
    ]
    return [file for table in tables for file in table.files]


def table_of_clients(postfix: Postfix) -> PurePosixPath:
    """The text of the table that pfwizard makes where there is none."""
    return postfix.config_directory / "relay_clientcerts"


def _sasl_plugins(tree: Tree, platform: Platform) -> frozenset[str] | None:
    found = [
        plugin.name.removeprefix("lib").partition(".so")[0]
        for pattern in platform.plugin_directories
        for directory in tree.root.glob(pattern)
        for plugin in directory.glob("lib*.so*")
    ]
    return frozenset(found) if found else None


def _is_running(tree: Tree, effective: Effective) -> bool:
    if not tree.is_this_machine:
        return False
    queue = effective.value("queue_directory")
    return master_process(Path(queue) / "pid" / "master.pid") is not None
