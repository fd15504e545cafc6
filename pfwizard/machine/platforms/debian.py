"""Debian, from the packages themselves, installed in trees of each release; and Ubuntu."""

from dataclasses import replace
from pathlib import PurePosixPath

from pfwizard.machine.platforms.record import (
    Daemon,
    DaemonOptions,
    DovecotGeneration,
    Need,
    Platform,
    Releases,
    SocketPlace,
    Sourced,
    presumed,
    unverified,
)

MODULES = Sourced("libsasl2-modules", "dpkg -L libsasl2-modules")
SQL = Sourced("libsasl2-modules-sql", "the engines in libsql.so of libsasl2-modules-sql")
SASL2_BIN = Sourced("sasl2-bin", "dpkg -L sasl2-bin")

SNAKEOIL = {
    "smtpd_tls_cert_file": "/etc/ssl/certs/ssl-cert-snakeoil.pem",
    "smtpd_tls_key_file": "/etc/ssl/private/ssl-cert-snakeoil.key",
    "smtpd_tls_security_level": "may",
    "smtp_tls_security_level": "may",
}
"""In main.cf where the package ssl-cert is installed."""

DEBIAN_12 = Platform(
    name="Debian 12",
    identifiers=("debian",),
    releases=Releases((12,), (13,)),
    codenames=("bookworm", "daedalus"),  # the second is Devuan's name for its derivative
    postfix_version=Sourced("3.7.11", "the package postfix 3.7.11-0+deb12u1"),
    config_directories=Sourced((PurePosixPath("/etc/postfix"),), "postconf -d"),
    compiled_in={"daemon_directory": Sourced("/usr/lib/postfix/sbin", "postconf -d")},
    presets=Sourced(
        {**SNAKEOIL, "smtp_tls_CApath": "/etc/ssl/certs", "inet_interfaces": "all"},
        "/usr/share/postfix/main.cf.tls and the postinst of postfix",
    ),
    stock_chroot=Sourced(True, "/usr/share/postfix/master.cf.dist"),
    # xsasl_getconfpath of Debian's own has the search path compiled in, and the parameter is
    # ignored.
    sasl_directories=Sourced(
        ("{config}/sasl", "/usr/lib/sasl"),
        "debian/patches/07_sasl_config.diff, and an strace of smtpd 3.7.11",
    ),
    sasl_directory=Sourced("{config}/sasl", "README.Debian of postfix"),
    honours_sasl_path=Sourced(False, "an strace of smtpd 3.7.11"),
    plugin_directories=Sourced(("usr/lib/*/sasl2", "usr/lib/sasl2"), "strings libsasl2.so.2"),
    sasldb=Sourced(PurePosixPath("/etc/sasldb2"), "the postinst of sasl2-bin"),
    saslauthd_socket=Sourced(
        SocketPlace(PurePosixPath("/var/run/saslauthd/mux"), group="sasl"),
        "/etc/default/saslauthd, and the dpkg-statoverride in the postinst of sasl2-bin",
    ),
    saslauthd_options=Sourced(
        DaemonOptions(
            PurePosixPath("/etc/default/saslauthd"),
            options="OPTIONS",
            mechanism="MECHANISMS",
            switch="START",
        ),
        "/etc/default/saslauthd and /etc/init.d/saslauthd of sasl2-bin",
    ),
    authdaemond_socket=Sourced(
        SocketPlace(PurePosixPath("/run/courier/authdaemon/socket"), group="courier"),
        "authdaemonrc and the tmpfiles.d of courier-authlib",
    ),
    dovecot=Sourced(DovecotGeneration.BEFORE_2_4, "the package dovecot-core 1:2.3.19.1"),
    service_names={
        Daemon.SASLAUTHD: Sourced("saslauthd", "/etc/init.d/saslauthd of sasl2-bin"),
        Daemon.AUTHDAEMOND: Sourced("courier-authdaemon", "the unit of courier-authdaemon"),
        Daemon.DOVECOT: Sourced("dovecot", "the unit of dovecot-core"),
    },
    start_command=Sourced("systemctl enable --now {name}", "systemctl(1)"),
    packages={
        Need.PLAIN: MODULES,
        Need.LOGIN: MODULES,
        Need.CRAM_MD5: MODULES,
        Need.DIGEST_MD5: MODULES,
        Need.SCRAM: MODULES,
        Need.SASLDB: Sourced("libsasl2-modules-db", "dpkg -L libsasl2-modules-db"),
        Need.MYSQL: SQL,
        Need.POSTGRESQL: SQL,
        Need.SQLITE: SQL,
        Need.LDAPDB: Sourced("libsasl2-modules-ldap", "dpkg -L libsasl2-modules-ldap"),
        Need.SASLPASSWD: SASL2_BIN,
        Need.SASLAUTHD: SASL2_BIN,
        Need.AUTHDAEMOND: Sourced("courier-authdaemon", "dpkg -L courier-authdaemon"),
        Need.DOVECOT: Sourced("dovecot-core", "dpkg -L dovecot-core"),
        Need.POSTFIX_WITH_CYRUS: Sourced("postfix", "postconf -a"),
    },
    install_command=Sourced("apt-get install {packages}", "apt-get(8)"),
    ca_bundle=Sourced(
        PurePosixPath("/etc/ssl/certs/ca-certificates.crt"), "update-ca-certificates(8)"
    ),
)

DEBIAN_11 = replace(
    DEBIAN_12,
    name="Debian 11",
    releases=Releases((), (12,)),
    codenames=("bullseye", "chimaera"),
    postfix_version=Sourced("3.5.25", "the package postfix 3.5.25-0+deb11u1"),
    packages={
        **DEBIAN_12.packages,
        Need.SCRAM: Sourced(
            "libsasl2-modules-gssapi-mit", "libscram.so in libsasl2-modules-gssapi-mit 2.1.27"
        ),
    },
    dovecot=Sourced(DovecotGeneration.BEFORE_2_4, "the package dovecot-core 1:2.3.13"),
)

DEBIAN_13 = replace(
    DEBIAN_12,
    name="Debian 13",
    releases=Releases((13,), (14,)),
    codenames=("trixie", "excalibur"),
    postfix_version=Sourced("3.10.13", "the package postfix 3.10.13-0+deb13u1"),
    presets=Sourced(
        {
            **SNAKEOIL,
            "smtp_tls_CAfile": "/etc/ssl/certs/ca-certificates.crt",
            "cyrus_sasl_config_path": "/etc/postfix/sasl",
            "inet_interfaces": "all",
        },
        "/usr/share/postfix/main.cf.tls, main.cf.debian and the postinst of postfix",
    ),
    # Without the parameter in main.cf the library's own list counts.
    sasl_directories=Sourced(
        ("/etc/sasl2", "/etc/sasl", "/usr/lib/sasl2"),
        "README.Debian of postfix 3.10, and an strace of saslpluginviewer",
    ),
    sasl_directory=Sourced("/etc/sasl2", "the first of the library's own list"),
    honours_sasl_path=Sourced(True, "README.Debian of postfix 3.10"),
    dovecot=Sourced(DovecotGeneration.FROM_2_4, "the package dovecot-core 1:2.4.1"),
    service_names={
        **DEBIAN_12.service_names,
        Daemon.SASLAUTHD: Sourced("saslauthd", "the unit of sasl2-bin"),
    },
)

DEBIAN_SID = replace(
    DEBIAN_13,
    name="Debian sid",
    releases=Releases((14,)),
    codenames=("sid", "forky"),
    postfix_version=Sourced("3.11.7", "the package postfix 3.11.7-1"),
    compiled_in={
        **DEBIAN_13.compiled_in,
        "default_database_type": Sourced("cdb", "postconf -d"),
    },
    stock_chroot=Sourced(False, "/usr/share/postfix/master.cf.dist of postfix 3.11.7"),
    dovecot=Sourced(DovecotGeneration.FROM_2_4, "the package dovecot-core 1:2.4.5"),
)

UBUNTU_22_04 = replace(
    presumed(DEBIAN_12, "as Debian 12, whose packages it shares"),
    name="Ubuntu 22.04",
    identifiers=("ubuntu",),
    releases=Releases((22,), (24,)),
    codenames=("jammy",),
    postfix_version=unverified("3.6.4", "the release of Postfix that was new then"),
)

UBUNTU_20_04 = replace(
    UBUNTU_22_04,
    name="Ubuntu 20.04",
    releases=Releases((), (22,)),
    codenames=("focal",),
    postfix_version=unverified("3.4.13", "the release of Postfix that was new then"),
)

UBUNTU_24_04 = replace(
    UBUNTU_22_04,
    name="Ubuntu 24.04",
    releases=Releases((24,), (25, 10)),
    codenames=("noble",),
    postfix_version=Sourced("3.8.6", "the package postfix 3.8.6-1build2"),
)

UBUNTU_25_10 = replace(
    presumed(DEBIAN_13, "as Debian 13, whose packages it shares"),
    name="Ubuntu 25.10 or later",
    identifiers=("ubuntu",),
    releases=Releases((25, 10)),
    codenames=("questing", "resolute"),
    postfix_version=unverified("3.10.0", "as Debian 13, whose packages it shares"),
)

RECORDS = (
    DEBIAN_11,
    DEBIAN_12,
    DEBIAN_13,
    DEBIAN_SID,
    UBUNTU_20_04,
    UBUNTU_22_04,
    UBUNTU_24_04,
    UBUNTU_25_10,
)
