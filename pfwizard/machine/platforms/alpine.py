"""Alpine Linux, from its aports."""

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

CYRUS = "main/cyrus-sasl/APKBUILD, 2.1.27"
POSTFIX = "main/postfix/APKBUILD, 3.4.10"

ALPINE = Platform(
    name="Alpine Linux",
    identifiers=("alpine",),
    releases=Releases(),
    codenames=(),
    postfix_version=Sourced("3.4.10", POSTFIX),
    config_directories=Sourced((PurePosixPath("/etc/postfix"),), POSTFIX),
    compiled_in={
        "default_database_type": unverified(
            "lmdb", "main/postfix/lmdb-default.patch has it for other parameters"
        ),
    },
    presets=Sourced({}, POSTFIX),
    stock_chroot=Sourced(False, "master.cf of Postfix, in which the APKBUILD changes paths only"),
    sasl_directories=Sourced(("/etc/sasl2",), f"{CYRUS}: --with-configdir"),
    sasl_directory=Sourced("/etc/sasl2", f"{CYRUS}: --with-configdir"),
    honours_sasl_path=Sourced(True, f"{POSTFIX}: no patch of src/xsasl"),
    plugin_directories=Sourced(("usr/lib/sasl2",), f"{CYRUS}: --with-plugindir"),
    sasldb=Sourced(PurePosixPath("/etc/sasl2/sasldb2"), f"{CYRUS}: --with-dbpath"),
    saslauthd_socket=Sourced(
        SocketPlace(PurePosixPath("/run/saslauthd/mux")), f"{CYRUS}: --with-saslauthd"
    ),
    # OpenRC reads the file of this name before it runs the script.
    saslauthd_options=Sourced(
        DaemonOptions(
            PurePosixPath("/etc/conf.d/saslauthd"), options="SASLAUTHD_OPTS", is_of_package=False
        ),
        "main/cyrus-sasl/saslauthd.initd, and openrc-run(8)",
    ),
    authdaemond_socket=unverified(
        SocketPlace(PurePosixPath("/var/spool/authdaemon/socket")),
        "the default of courier-authlib",
    ),
    dovecot=unverified(DovecotGeneration.BEFORE_2_4, "all but the newest releases have it"),
    service_names={
        Daemon.SASLAUTHD: Sourced("saslauthd", f"{CYRUS}: /etc/init.d/saslauthd"),
        Daemon.DOVECOT: unverified("dovecot", "the name of the program"),
    },
    start_command=Sourced(
        "rc-update add {name} && rc-service {name} start", "rc-update(8) and rc-service(8)"
    ),
    packages={
        **all_from(
            f"{CYRUS}: subpackages",
            {
                Need.PLAIN: "cyrus-sasl-plain",
                Need.LOGIN: "cyrus-sasl-login",
                Need.CRAM_MD5: "cyrus-sasl-crammd5",
                Need.DIGEST_MD5: "cyrus-sasl-digestmd5",
                Need.SCRAM: "cyrus-sasl-scram",
                Need.SASLDB: "libsasl",
                Need.MYSQL: None,  # configured without SQL and without ldapdb
                Need.POSTGRESQL: None,
                Need.SQLITE: None,
                Need.LDAPDB: None,
                Need.SASLPASSWD: "cyrus-sasl",
                Need.SASLAUTHD: "cyrus-sasl",
            },
        ),
        Need.AUTHDAEMOND: unverified("courier-authlib", "the name of the program"),
        Need.DOVECOT: unverified("dovecot", "the name of the program"),
        Need.POSTFIX_WITH_CYRUS: Sourced("postfix", f"{POSTFIX}: USE_CYRUS_SASL"),
    },
    install_command=Sourced("apk add {packages}", "apk(8)"),
    ca_bundle=unverified(
        PurePosixPath("/etc/ssl/certs/ca-certificates.crt"), "the package ca-certificates"
    ),
)

RECORDS = (ALPINE,)
