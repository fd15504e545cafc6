"""openSUSE, and SUSE Linux Enterprise."""

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
    all_from,
    unverified,
)

CYRUS_SPEC = "cyrus-sasl.spec of openSUSE"
DAEMON_SPEC = "cyrus-sasl-saslauthd.spec of openSUSE"
SEEN = "main.cf files of openSUSE"

LEAP = Platform(
    name="openSUSE Leap or SUSE Linux Enterprise",
    identifiers=("opensuse-leap", "opensuse", "sles", "sled", "sle", "suse"),
    releases=Releases(),
    codenames=(),
    postfix_version=unverified("3.5.0", "what SUSE Linux Enterprise 15 had at the start"),
    config_directories=Sourced((PurePosixPath("/etc/postfix"),), SEEN),
    compiled_in={
        "daemon_directory": Sourced("/usr/lib/postfix/bin/", SEEN),
        "setgid_group": Sourced("maildrop", SEEN),
    },
    presets=unverified({"inet_interfaces": "localhost"}, "config.postfix writes it"),
    stock_chroot=Sourced(False, "master.cf files of openSUSE"),
    sasl_directories=Sourced(("/etc/sasl2", "/usr/lib64/sasl2"), f"{CYRUS_SPEC}: --with-configdir"),
    sasl_directory=Sourced("/etc/sasl2", f"{CYRUS_SPEC}: --with-configdir"),
    honours_sasl_path=unverified(True, "Postfix honours it where it is not patched"),
    plugin_directories=Sourced(
        ("usr/lib64/sasl2", "usr/lib/sasl2"), f"{CYRUS_SPEC}: --with-plugindir"
    ),
    sasldb=Sourced(PurePosixPath("/etc/sasldb2"), f"{CYRUS_SPEC}: %pre"),
    saslauthd_socket=Sourced(
        SocketPlace(PurePosixPath("/run/sasl2/mux")), f"{DAEMON_SPEC}: --with-saslauthd"
    ),
    saslauthd_options=Sourced(
        DaemonOptions(
            PurePosixPath("/etc/sysconfig/saslauthd"),
            options="SASLAUTHD_PARAMS",
            mechanism="SASLAUTHD_AUTHMECH",
        ),
        "sysconfig.saslauthd of the package, as administrators have it",
    ),
    authdaemond_socket=unverified(
        SocketPlace(PurePosixPath("/run/authdaemon.courier-imap/socket")),
        "the name that SUSE's courier-authlib has had",
    ),
    dovecot=unverified(DovecotGeneration.BEFORE_2_4, "the package is dovecot23"),
    service_names={
        Daemon.SASLAUTHD: Sourced("saslauthd", f"{DAEMON_SPEC}: saslauthd.service"),
        Daemon.AUTHDAEMOND: unverified("courier-authdaemon", "the name that SUSE's unit has had"),
        Daemon.DOVECOT: unverified("dovecot", "the unit of Dovecot's own distribution"),
    },
    start_command=Sourced("systemctl enable --now {name}", "systemctl(1)"),
    packages={
        **all_from(
            f"{CYRUS_SPEC}: %files",
            {
                Need.PLAIN: "cyrus-sasl-plain",
                Need.LOGIN: "cyrus-sasl",
                Need.CRAM_MD5: "cyrus-sasl-crammd5",
                Need.DIGEST_MD5: "cyrus-sasl-digestmd5",
                Need.SCRAM: "cyrus-sasl-scram",
                Need.SASLDB: "cyrus-sasl",
                Need.SASLPASSWD: "cyrus-sasl",
            },
        ),
        **all_from(
            f"{DAEMON_SPEC}: %files",
            {
                Need.MYSQL: "cyrus-sasl-sqlauxprop",
                Need.POSTGRESQL: "cyrus-sasl-sqlauxprop",
                Need.SQLITE: None,  # its %description names PostgreSQL and MySQL alone
                Need.LDAPDB: "cyrus-sasl-ldap-auxprop",
                Need.SASLAUTHD: "cyrus-sasl-saslauthd",
            },
        ),
        Need.AUTHDAEMOND: unverified("courier-authlib", "the name of the program"),
        Need.DOVECOT: unverified("dovecot", "the name of the program"),
        Need.POSTFIX_WITH_CYRUS: unverified("postfix", "its main.cf files log in with Cyrus SASL"),
    },
    install_command=Sourced("zypper install {packages}", "zypper(8)"),
    ca_bundle=unverified(PurePosixPath("/etc/ssl/ca-bundle.pem"), "the package ca-certificates"),
)

TUMBLEWEED = replace(
    LEAP,
    name="openSUSE Tumbleweed",
    identifiers=("opensuse-tumbleweed", "opensuse-microos", "opensuse-slowroll"),
    postfix_version=unverified("3.10.0", "it has what is new, and main.cf files of 3.8 were seen"),
    compiled_in={
        **LEAP.compiled_in,
        "default_database_type": unverified("lmdb", "Berkeley DB is not in this release"),
    },
    dovecot=unverified(DovecotGeneration.FROM_2_4, "it has what is new"),
)

RECORDS = (LEAP, TUMBLEWEED)
