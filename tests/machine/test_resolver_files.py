"""Which files say whom a machine asks about names."""

from pathlib import Path, PurePosixPath

from pfwizard.machine.resolver_files import files_of_resolver
from pfwizard.machine.tree import Tree

QUEUE = PurePosixPath("/var/spool/postfix")


def test_drop_ins_of_every_directory_are_among_them(tmp_path: Path) -> None:
    for directory in ("etc", "run", "usr/lib"):
        drop_ins = tmp_path / directory / "systemd/resolved.conf.d"
        drop_ins.mkdir(parents=True)
        (drop_ins / "dnssec.conf").touch()
        (drop_ins / "dnssec.conf.off").touch()

    found = set(files_of_resolver(Tree(tmp_path), QUEUE))

    drop_ins_found = {str(each) for each in found if each.parent.name == "resolved.conf.d"}
    assert drop_ins_found == {
        "/etc/systemd/resolved.conf.d/dnssec.conf",
        "/run/systemd/resolved.conf.d/dnssec.conf",
        "/usr/lib/systemd/resolved.conf.d/dnssec.conf",
    }


def test_the_jail_has_a_resolv_conf_of_its_own(tmp_path: Path) -> None:
    found = set(files_of_resolver(Tree(tmp_path), QUEUE))

    assert {PurePosixPath("/etc/resolv.conf"), QUEUE / "etc/resolv.conf"} <= found
