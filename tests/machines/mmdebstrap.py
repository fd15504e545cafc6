"""Finds mmdebstrap, or fetches Debian's package of it into the cache; nothing is installed."""

import os
import shutil
from pathlib import Path

from tests.machines import cache
from tests.machines.mirror import mirror


def mmdebstrap() -> str:
    """The path of a mmdebstrap that can be run."""
    installed = shutil.which("mmdebstrap")
    if installed:
        return installed
    if not shutil.which("apt-get"):
        raise cache.MachinesUnavailable("neither mmdebstrap nor apt-get to fetch it is on the PATH")
    # It is one Perl script that asks for nothing beyond the core modules.
    place = cache.obtain("mmdebstrap", f"mmdebstrap\n{mirror()}\n", _fetch, lane="mmdebstrap")
    return str(place / "unpacked" / "usr" / "bin" / "mmdebstrap")


def owning_roots() -> list[str]:
    """A command line's beginning with which it runs as the user who owns the roots' files.

    Nothing for root. An ordinary user enters a user namespace in which the range of numbers that
    /etc/subuid allots to him is that of the roots, and so has to begin as mmdebstrap itself does.
    """
    return [] if os.geteuid() == 0 else [mmdebstrap(), "--unshare-helper"]


def _fetch(place: Path, log: Path) -> None:
    apt = ["env", "-C", str(place), "apt-get", *_private_state(place)]
    cache.run_logged([*apt, "update"], log, doing="apt-get update (for mmdebstrap)")
    cache.run_logged([*apt, "download", "mmdebstrap"], log, doing="apt-get download mmdebstrap")
    package = next(place.glob("mmdebstrap_*.deb"))
    unpack = ["dpkg-deb", "--extract", str(package), str(place / "unpacked")]
    cache.run_logged(unpack, log, doing=f"unpacking {package.name}")
    shutil.rmtree(place / "apt")


def _private_state(place: Path) -> list[str]:
    """Options that keep apt's lists and caches away from the host's."""
    for folder in ("lists/partial", "archives/partial"):
        (place / "apt" / folder).mkdir(parents=True)
    return [
        "-o", f"Dir::State::lists={place}/apt/lists",
        "-o", f"Dir::Cache={place}/apt",
        "-o", f"Dir::Cache::archives={place}/apt/archives",
        "-o", "APT::Sandbox::User=root",
        "-o", "Acquire::Check-Valid-Until=false",
    ]  # fmt: skip
