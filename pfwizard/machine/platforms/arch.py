"""Arch Linux."""

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
    unverified,
)

POSTFIX = "PKGBUILD of postfix 3.4.5"
CYRUS = "a PKGBUILD of cyrus-sasl 2.1.28 that was made from Arch's"
NAMES = "the packages into which Arch splits cyrus-sasl"

ARCH = Platform(
    name="Arch Linux",
    identifiers=("arch",),
    releases=Releases(),
    codenames=(),
    postfix_version=unverified("3.10.0", "it has what is new"),
    config_directories=Sourced((PurePosixPath("/etc/postfix"),), POSTFIX),
    compiled_in={
        "daemon_directory": Sourced("/usr/lib/postfix/bin", POSTFIX),
        "default_database_type": unverified("lmdb", "Berkeley DB is not in this release"),
    },
    presets=Sourced({}, "postfix-3.5.8-main_defaults.patch"),
    stock_chroot=Sourced(False, "master.cf of Postfix, which the PKGBUILD does not patch"),
    sasl_directories=unverified(
        ("/etc/sasl2", "/etc/sasl", "/usr/lib/sasl2"), f"{CYRUS}: --with-configdir"
    ),
    sasl_directory=unverified("/etc/sasl2", f"{CYRUS}: --with-configdir"),
    honours_sasl_path=Sourced(True, f"{POSTFIX}: no patch of src/xsasl"),
    plugin_directories=unverified(("usr/lib/sasl2",), CYRUS),
    sasldb=unverified(PurePosixPath("/etc/sasldb2"), f"{CYRUS}: no --with-dbpath"),
    saslauthd_socket=unverified(
        SocketPlace(PurePosixPath("/var/run/saslauthd/mux")), f"{CYRUS}: --with-saslauthd"
    ),
    saslauthd_options=unverified(
        DaemonOptions(PurePosixPath("/etc/conf.d/saslauthd"), options="SASLAUTHD_OPTS"),
        f"{CYRUS}: backup=(etc/conf.d/saslauthd)",
    ),
    authdaemond_socket=unverified(
        SocketPlace(PurePosixPath("/var/spool/authdaemon/socket")),
        "the default of courier-authlib",
    ),
    dovecot=unverified(DovecotGeneration.FROM_2_4, "it has what is new"),
    service_names={
        Daemon.SASLAUTHD: unverified("saslauthd", "the name of the program"),
        Daemon.DOVECOT: unverified("dovecot", "the unit of Dovecot's own distribution"),
    },
    start_command=Sourced("systemctl enable --now {name}", "systemctl(1)"),
    packages={
        Need.PLAIN: unverified("libsasl", NAMES),
        Need.LOGIN: unverified("libsasl", NAMES),
        Need.CRAM_MD5: unverified("libsasl", NAMES),
        Need.DIGEST_MD5: unverified("libsasl", NAMES),
        Need.SCRAM: unverified("libsasl", NAMES),
        Need.SASLDB: unverified("libsasl", NAMES),
        Need.MYSQL: unverified("cyrus-sasl-sql", NAMES),
        Need.POSTGRESQL: unverified("cyrus-sasl-sql", NAMES),
        Need.SQLITE: unverified("cyrus-sasl-sql", NAMES),
        Need.LDAPDB: unverified("cyrus-sasl-ldap", NAMES),
        Need.SASLPASSWD: unverified("libsasl", NAMES),
        Need.SASLAUTHD: unverified("cyrus-sasl", NAMES),
        Need.AUTHDAEMOND: unverified(None, "courier-authlib is in the AUR alone"),
        Need.DOVECOT: unverified("dovecot", "the name of the program"),
        Need.POSTFIX_WITH_CYRUS: Sourced("postfix", f"{POSTFIX}: USE_CYRUS_SASL"),
    },
    install_command=Sourced("pacman -S {packages}", "pacman(8)"),
    ca_bundle=unverified(
        PurePosixPath("/etc/ssl/certs/ca-certificates.crt"), "the package ca-certificates-utils"
    ),
)

RECORDS = (ARCH,)
