"""Red Hat Enterprise Linux, what is rebuilt from its sources, and Fedora."""

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
    presumed,
    unverified,
)

CYRUS_SPEC = "cyrus-sasl.spec of OpenELA"
POSTFIX_SPEC = "postfix.spec of OpenELA"

RHEL_9 = Platform(
    name="Red Hat Enterprise Linux 9 or a rebuild of it",
    identifiers=("rhel", "centos", "almalinux", "rocky", "ol"),
    releases=Releases((9,), (10,)),
    codenames=(),
    postfix_version=Sourced("3.5.9", POSTFIX_SPEC),
    config_directories=Sourced((PurePosixPath("/etc/postfix"),), POSTFIX_SPEC),
    compiled_in={},
    presets=Sourced(
        {
            "inet_interfaces": "localhost",
            "smtpd_tls_cert_file": "/etc/pki/tls/certs/postfix.pem",
            "smtpd_tls_key_file": "/etc/pki/tls/private/postfix.key",
            "smtpd_tls_security_level": "may",
            "smtp_tls_CApath": "/etc/pki/tls/certs",
            "smtp_tls_CAfile": "/etc/pki/tls/certs/ca-bundle.crt",
            "smtp_tls_security_level": "may",
        },
        "postfix-3.5.0-config.patch of the package postfix",
    ),
    stock_chroot=Sourced(False, "master.cf of Postfix, which the package does not patch"),
    sasl_directories=Sourced(("/usr/lib64/sasl2", "/etc/sasl2"), f"{CYRUS_SPEC}: --with-configdir"),
    # The scripts of the package move smtpd.conf here from /usr/lib64.
    sasl_directory=Sourced("/etc/sasl2", f"{POSTFIX_SPEC}: sasl_config_dir"),
    honours_sasl_path=Sourced(True, f"{POSTFIX_SPEC}: no patch of src/xsasl"),
    plugin_directories=Sourced(
        ("usr/lib64/sasl2", "usr/lib/sasl2"), f"{CYRUS_SPEC}: --with-plugindir"
    ),
    sasldb=Sourced(PurePosixPath("/etc/sasl2/sasldb2"), f"{CYRUS_SPEC}: --with-dbpath"),
    saslauthd_socket=Sourced(
        SocketPlace(PurePosixPath("/run/saslauthd/mux")), f"{CYRUS_SPEC}: --with-saslauthd"
    ),
    saslauthd_options=Sourced(
        DaemonOptions(
            PurePosixPath("/etc/sysconfig/saslauthd"),
            options="FLAGS",
            mechanism="MECH",
            directory="SOCKETDIR",
        ),
        "saslauthd.sysconfig of the package cyrus-sasl",
    ),
    authdaemond_socket=unverified(
        SocketPlace(PurePosixPath("/var/spool/authdaemon/socket")),
        "the default of courier-authlib, which comes from third parties here",
    ),
    dovecot=unverified(DovecotGeneration.BEFORE_2_4, "dovecot 2.3.16 in the release notes"),
    service_names={
        Daemon.SASLAUTHD: Sourced("saslauthd", f"{CYRUS_SPEC}: saslauthd.service"),
        Daemon.AUTHDAEMOND: unverified("courier-authlib", "the unit of courier-authlib's own spec"),
        Daemon.DOVECOT: unverified("dovecot", "the unit of Dovecot's own distribution"),
    },
    start_command=Sourced("systemctl enable --now {name}", "systemctl(1)"),
    packages={
        **all_from(
            f"{CYRUS_SPEC}: %files",
            {
                Need.PLAIN: "cyrus-sasl-plain",
                Need.LOGIN: "cyrus-sasl-plain",
                Need.CRAM_MD5: "cyrus-sasl-md5",
                Need.DIGEST_MD5: "cyrus-sasl-md5",
                Need.SCRAM: "cyrus-sasl-scram",
                Need.SASLDB: "cyrus-sasl-lib",
                Need.MYSQL: "cyrus-sasl-sql",
                Need.POSTGRESQL: "cyrus-sasl-sql",
                Need.SQLITE: None,  # configured with --without-sqlite
                Need.LDAPDB: "cyrus-sasl-ldap",
                Need.SASLPASSWD: "cyrus-sasl-lib",
                Need.SASLAUTHD: "cyrus-sasl",
            },
        ),
        Need.AUTHDAEMOND: unverified(None, "courier-authlib comes from third parties here"),
        Need.DOVECOT: unverified("dovecot", "the name of the program"),
        Need.POSTFIX_WITH_CYRUS: Sourced("postfix", f"{POSTFIX_SPEC}: USE_CYRUS_SASL"),
    },
    install_command=Sourced("dnf install {packages}", "dnf(8)"),
    ca_bundle=Sourced(
        PurePosixPath("/etc/pki/tls/certs/ca-bundle.crt"),
        "smtp_tls_CAfile in main.cf of the package postfix",
    ),
)

RHEL_8 = replace(
    RHEL_9,
    name="Red Hat Enterprise Linux 8 or a rebuild of it",
    releases=Releases((), (9,)),
    postfix_version=Sourced("3.5.8", "postfix.spec of OpenELA, branch el8"),
    # Only from 9 on is it a file of GDBM, and elsewhere.
    sasldb=Sourced(PurePosixPath("/etc/sasldb2"), "the default of Cyrus SASL, and BDB"),
    dovecot=unverified(DovecotGeneration.BEFORE_2_4, "dovecot 2.3.8 in the release notes"),
)

RHEL_10 = replace(
    RHEL_9,
    name="Red Hat Enterprise Linux 10 or a rebuild of it",
    releases=Releases((10,)),
    postfix_version=Sourced("3.8.5", "the patches of postfix in OpenELA, branch el10"),
    compiled_in={"default_database_type": unverified("lmdb", "Berkeley DB is not in this release")},
    dovecot=unverified(DovecotGeneration.BEFORE_2_4, "dovecot 2.3.21 in the release notes"),
)

FEDORA = replace(
    presumed(RHEL_10, "as Red Hat Enterprise Linux 10, which is made from it"),
    name="Fedora",
    identifiers=("fedora",),
    releases=Releases(),
)

RECORDS = (RHEL_8, RHEL_9, RHEL_10, FEDORA)
