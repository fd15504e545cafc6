"""The root file systems under the machines: built once with mmdebstrap, then only read.

Postfix is configured the way Debian's package does it in an "Internet Site" installation on a host
called mail.kernel-panic.it; nothing is changed after that.
"""

import os
from pathlib import Path

from tests.machines import cache
from tests.machines.mirror import mirror
from tests.machines.mmdebstrap import mmdebstrap, owning_roots
from tests.machines.suites import HOSTNAME, SUITES, Suite

PACKAGES = (
    "passwd",  # every installed Debian has it; sid's Postfix no longer asks for it
    "procps",
    "postfix",
    "sasl2-bin",
    "libsasl2-modules",
    "courier-authdaemon",
    "dovecot-core",
    "python3",
    "swaks",
    "libnet-ssleay-perl",
    "openssl",
    "gnutls-bin",
    "strace",
    "openssh-server",
    "openssh-client",
    "acl",
    "attr",
    "tmux",
    "e2fsprogs",  # chattr; sid and trixie no longer bring it
)

PASSWORD_STORES = (
    "libsasl2-modules-db",
    "libsasl2-modules-sql",
    "libsasl2-modules-ldap",
    "sqlite3",
    "postgresql",
    "slapd",
    "ldap-utils",
)
"""What may check passwords, besides Courier, saslauthd and Dovecot.

Machines with systemd do without: it would start all of them at every boot.
"""

ETC_HOSTS = f"""\
127.0.0.1 localhost
127.0.1.1 {HOSTNAME} mail
::1 localhost ip6-localhost ip6-loopback
"""

# The package asks debconf for the kind of site and takes the host's name from the system, so both
# have to be there before it is configured: after the essential packages, before the others.
BEFORE_POSTFIX = f"""\
printf '%s' '{ETC_HOSTS}' >"$1/etc/hosts"
echo {HOSTNAME} >"$1/etc/hostname"
echo {HOSTNAME} >"$1/etc/mailname"
chroot "$1" debconf-set-selections <<END
postfix postfix/main_mailer_type select Internet Site
postfix postfix/mailname string {HOSTNAME}
END
"""

LANES = 2
"""As many roots are built at the same time; each takes about a core."""


def root(suite: Suite, *, with_systemd: bool = False) -> Path:
    """The directory (kept in the cache) whose `root` is this suite's root file system."""
    options = _options(suite, with_systemd=with_systemd)
    name = f"systemd-{suite.name}" if with_systemd else suite.name
    lane = f"roots-{list(SUITES).index(suite.name) % LANES}"

    def build(place: Path, log: Path) -> None:
        _build(suite, options, place, log)

    return cache.obtain(name, "\n".join(options), build, lane=lane, owning=owning_roots)


def _options(suite: Suite, *, with_systemd: bool) -> list[str]:
    packages = ",".join(_packages(suite, with_systemd=with_systemd))
    mode = "root" if os.geteuid() == 0 else "unshare"
    options = ["--variant=apt", f"--mode={mode}", f"--include={packages}"]
    if not suite.check_valid_until:
        options.append('--aptopt=Acquire::Check-Valid-Until "false"')
    return [*options, f"--essential-hook={BEFORE_POSTFIX}"]


def _packages(suite: Suite, *, with_systemd: bool) -> tuple[str, ...]:
    if with_systemd:
        return (*PACKAGES, *suite.extra_packages, "systemd")
    stores = (*suite.extra_packages, *suite.more_password_stores)
    return (*PACKAGES, *PASSWORD_STORES, *stores, *suite.without_systemd)


def _build(suite: Suite, options: list[str], place: Path, log: Path) -> None:
    argv = [mmdebstrap(), *options, suite.name, str(place / "root"), mirror()]
    if os.geteuid() == 0:
        # A host name of its own: Postfix's maintainer script copies it into main.cf. Mounts of its
        # own: a build that is killed leaves none behind.
        own = ["unshare", "--uts", "--mount", "sh", "-c", f'hostname {HOSTNAME} && exec "$@"', "sh"]
        argv = [*own, *argv]
    cache.run_logged(argv, log, doing=f"building the {suite.name} root with mmdebstrap")
