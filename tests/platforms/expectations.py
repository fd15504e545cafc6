"""What an administrator of each platform would look for.

It was written by hand from the platforms' packages, and not taken from the table.
"""

from dataclasses import dataclass

from tests.platforms.trees import Fixture

RANGE = ">=TLSv1.2"
LIST = "!SSLv2, !SSLv3, !TLSv1, !TLSv1.1"
"""How TLS 1.2 or later is said from Postfix 3.6 on, and before."""


@dataclass(frozen=True)
class Expected:
    """What an administrator of the platform would look for.

    ``port_465``: the service on this port, as the package's template or its version calls it.
    ``jailed``: whether the package's services run in the chroot jail.
    ``plugins``: where Cyrus SASL's plug-ins are, and ``packages`` what brings PLAIN and LOGIN.
    ``daemon``: the package with authdaemond, or nothing where there is none.
    """

    smtpd_conf: str
    port_465: str
    protocols: str
    jailed: bool
    plugins: str
    packages: str
    daemon: str = ""
    config: str = "/etc/postfix"


OF_DEBIAN = "/etc/postfix/sasl/smtpd.conf"
MULTIARCH = "/usr/lib/x86_64-linux-gnu/sasl2"
MODULES = "libsasl2-modules"
COURIER = "courier-authdaemon"

DEBIAN_11 = Expected(OF_DEBIAN, "smtps", LIST, True, MULTIARCH, MODULES, COURIER)
UBUNTU_22_04 = Expected(OF_DEBIAN, "smtps", RANGE, True, MULTIARCH, MODULES, COURIER)
DEBIAN_12 = Expected(OF_DEBIAN, "submissions", RANGE, True, MULTIARCH, MODULES, COURIER)
DEBIAN_SID = Expected(OF_DEBIAN, "submissions", RANGE, False, MULTIARCH, MODULES, COURIER)

IN_ETC = "/etc/sasl2/smtpd.conf"
LIB64 = "/usr/lib64/sasl2"
RHEL_9 = Expected(IN_ETC, "smtps", LIST, False, LIB64, "cyrus-sasl-plain")
RHEL_10 = Expected(IN_ETC, "submissions", RANGE, False, LIB64, "cyrus-sasl-plain")
SUSE = Expected(
    *(IN_ETC, "submissions", RANGE, False, LIB64),
    packages="cyrus-sasl-plain cyrus-sasl",
    daemon="courier-authlib",
)
FREEBSD = Expected(
    *("/usr/local/lib/sasl2/smtpd.conf", "submissions", RANGE, False, "/usr/local/lib/sasl2"),
    packages="cyrus-sasl",
    daemon="courier-authlib",
    config="/usr/local/etc/postfix",
)

EXPECTED = {
    "debian-11": DEBIAN_11,
    "debian-12": DEBIAN_12,
    "debian-13": DEBIAN_12,
    "debian-sid": DEBIAN_SID,
    "ubuntu-22.04": UBUNTU_22_04,
    "ubuntu-24.04": DEBIAN_12,
    "rhel-8": RHEL_9,
    "rhel-9": RHEL_9,
    "rhel-10": RHEL_10,
    "fedora": RHEL_10,
    "opensuse-leap": SUSE,
    "opensuse-tumbleweed": SUSE,
    "alpine": Expected(
        *(IN_ETC, "submissions", RANGE, False, "/usr/lib/sasl2"),
        packages="cyrus-sasl-plain cyrus-sasl-login",
        daemon="courier-authlib",
    ),
    "arch": Expected(*(IN_ETC, "submissions", RANGE, False, "/usr/lib/sasl2"), packages="libsasl"),
    "freebsd": FREEBSD,
    "freebsd-sasl": FREEBSD,
    "openbsd": Expected(
        *("/usr/local/lib/sasl2/smtpd.conf", "submissions", RANGE, True, "/usr/local/lib/sasl2"),
        packages="cyrus-sasl",
        daemon="courier-authlib",
    ),
    "netbsd": Expected(
        *("/usr/pkg/etc/sasl2/smtpd.conf", "submissions", RANGE, False, "/usr/pkg/lib/sasl2"),
        packages="cy2-plain cy2-login",
        daemon="courier-authlib",
        config="/usr/pkg/etc/postfix",
    ),
}


def expected(fixture: Fixture) -> Expected:
    return EXPECTED[fixture.name]
