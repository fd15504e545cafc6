"""What the files of a tree tell of its Postfix; nothing in it is run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.cf.main_cf import MainCf
from pfwizard.machine.platforms.record import Platform
from pfwizard.machine.postfix import BUILT_IN_DEFAULTS, SINCE, Postfix, Version
from pfwizard.machine.tree import Tree


@dataclass(frozen=True)
class PackageRecord:
    """Where a package system notes the version of its postfix package."""

    path: PurePosixPath
    pattern: re.Pattern[bytes]


IN_A_HEADER = re.compile(rb"\0postfix\0(\d+\.\d+[\d.]*)\0")
"""Name and version follow each other in the header that RPM keeps of a package, whatever the
database is that it keeps it in (``lib/header.c`` of RPM; seen in a database of RPM 4.18)."""

PACKAGE_RECORDS = (
    PackageRecord(
        PurePosixPath("/var/lib/dpkg/status"),
        re.compile(rb"^Package: postfix\n(?:.+\n)*?Version: (?:\d+:)?(\d+\.\d+[\d.]*)", re.M),
    ),
    PackageRecord(
        PurePosixPath("/lib/apk/db/installed"),
        re.compile(rb"^P:postfix\n(?:.+\n)*?V:(\d+\.\d+[\d.]*)", re.M),
    ),
    PackageRecord(PurePosixPath("/var/lib/rpm/rpmdb.sqlite"), IN_A_HEADER),
    PackageRecord(PurePosixPath("/usr/lib/sysimage/rpm/rpmdb.sqlite"), IN_A_HEADER),
    PackageRecord(PurePosixPath("/usr/lib/sysimage/rpm/Packages.db"), IN_A_HEADER),
    PackageRecord(PurePosixPath("/var/lib/rpm/Packages"), IN_A_HEADER),
)

PACKAGE_DIRECTORIES = (
    "var/lib/pacman/local/postfix-[0-9]*",  # Arch Linux
    "var/db/pkg/postfix-[0-9]*",  # OpenBSD, and pkgsrc in the past
    "usr/pkg/pkgdb/postfix-[0-9]*",  # pkgsrc
)
"""Patterns of the directories that other package systems name after package and version."""

IN_A_NAME = re.compile(r"postfix-(\d+\.\d+[\d.]*)")

STAMP = re.compile(rb"mail_version=(\d+\.\d+[\d.]*)")
"""In every program of Postfix, so that its version can be seen (src/global/mail_version.h)."""

CYRUS_LIBRARY = b"libsasl2.so"
"""Named in smtpd(8) where Postfix was built with Cyrus SASL; Dovecot's protocol needs none."""


CHANGED: Mapping[Version, Mapping[str, str]] = {
    Version(3, 11): {
        "smtp_tls_security_level": "${{$compatibility_level} <level {3.11} ? {} : {may}}"
    },
}
"""Defaults that a release has changed (postconf(5)); BUILT_IN_DEFAULTS has those before."""


def read_postfix(tree: Tree, platform: Platform, config_directory: PurePosixPath | None) -> Postfix:
    """Find out from the files of a tree, and from what is known of its platform."""
    chosen = config_directory or _config_directory(tree, platform)
    defaults = {
        **BUILT_IN_DEFAULTS,
        **{name: fact.value for name, fact in platform.compiled_in.items()},
        "config_directory": str(chosen),
    }
    smtpd = _smtpd(tree, chosen, defaults["daemon_directory"])
    text, source = _recorded_version(tree, smtpd) or (
        platform.postfix_version.value,
        f"assumed for {platform.name}",
    )
    version = Version.parse(text)
    sasl_types = None if smtpd is None else _sasl_types(smtpd)
    if sasl_types and "cyrus" in sasl_types:
        defaults["smtpd_sasl_type"] = "cyrus"
    return Postfix(
        version=version,
        version_source=source,
        config_directory=chosen,
        defaults={**defaults, **_of_release(version)},
        sasl_types=sasl_types,
    )


def _of_release(version: Version) -> dict[str, str]:
    """The defaults that only this release and later ones have."""
    found = {name: "" for name, since in SINCE.items() if version >= since}
    for since, changed in CHANGED.items():
        if version >= since:
            found.update(changed)
    return found


def _config_directory(tree: Tree, platform: Platform) -> PurePosixPath:
    places = platform.config_directories.value
    there = (place for place in places if tree.look(place / "main.cf").exists)
    return next(there, places[0])


def _smtpd(tree: Tree, config_directory: PurePosixPath, by_default: str) -> bytes | None:
    """The program smtpd(8), which main.cf may have elsewhere."""
    content = tree.look(config_directory / "main.cf").content
    written = MainCf.parse(content or b"").get("daemon_directory") or by_default
    if not written.startswith("/"):
        return None
    return tree.look(PurePosixPath(written) / "smtpd").content


def _sasl_types(smtpd: bytes) -> tuple[str, ...]:
    """What ``postconf -a`` would list."""
    return ("cyrus", "dovecot") if CYRUS_LIBRARY in smtpd else ("dovecot",)


def _recorded_version(tree: Tree, smtpd: bytes | None) -> tuple[str, str] | None:
    stamp = STAMP.search(smtpd or b"")
    if stamp:
        return stamp.group(1).decode(), "the program smtpd"
    for record in PACKAGE_RECORDS:
        match = record.pattern.search(tree.look(record.path).content or b"")
        if match:
            return match.group(1).decode(), str(record.path)
    for pattern in PACKAGE_DIRECTORIES:
        for directory in sorted(tree.root.glob(pattern)):
            name = IN_A_NAME.match(directory.name)
            if name:
                return name.group(1), f"/{directory.relative_to(tree.root)}"
    return None
