"""FreeBSD's and OpenBSD's ports, and NetBSD's pkgsrc."""

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

UNPATCHED = "master.cf of Postfix, which the port does not patch"

FREEBSD_CYRUS = "security/cyrus-sasl2/Makefile.common"
FREEBSD_POSTFIX = "mail/postfix/Makefile, 3.9.0"

FREEBSD = Platform(
    name="FreeBSD",
    identifiers=("freebsd",),
    releases=Releases(),
    codenames=(),
    postfix_version=Sourced("3.9.0", FREEBSD_POSTFIX),
    config_directories=Sourced(
        (PurePosixPath("/usr/local/etc/postfix"), PurePosixPath("/etc/postfix")),
        f"{FREEBSD_POSTFIX}: ETCDIR, and with the option INST_BASE",
    ),
    compiled_in={
        "daemon_directory": Sourced("/usr/local/libexec/postfix", FREEBSD_POSTFIX),
        "data_directory": Sourced("/var/db/postfix", FREEBSD_POSTFIX),
        "setgid_group": Sourced("maildrop", FREEBSD_POSTFIX),
        "smtpd_sasl_type": Sourced("dovecot", f"{FREEBSD_POSTFIX}: without the option SASL"),
    },
    presets=Sourced({"mynetworks_style": "host"}, f"{FREEBSD_POSTFIX}: REINPLACE"),
    stock_chroot=Sourced(False, UNPATCHED),
    sasl_directories=Sourced(
        ("/usr/local/lib/sasl2", "/usr/local/etc/sasl2"), f"{FREEBSD_CYRUS}: --with-configdir"
    ),
    sasl_directory=Sourced("/usr/local/lib/sasl2", f"{FREEBSD_CYRUS}: --with-configdir"),
    honours_sasl_path=Sourced(True, f"{FREEBSD_POSTFIX}: no patch of src/xsasl"),
    plugin_directories=Sourced(("usr/local/lib/sasl2",), f"{FREEBSD_CYRUS}: --with-plugindir"),
    sasldb=Sourced(PurePosixPath("/usr/local/etc/sasldb2"), f"{FREEBSD_CYRUS}: --with-dbpath"),
    saslauthd_socket=Sourced(
        SocketPlace(PurePosixPath("/var/run/saslauthd/mux")), f"{FREEBSD_CYRUS}: SASLAUTHD_RUNPATH"
    ),
    saslauthd_options=Sourced(
        DaemonOptions(
            PurePosixPath("/etc/rc.conf"),
            options="saslauthd_flags",
            is_of_package=False,
            shadow="getpwent",
        ),
        "rc.subr(8)",
    ),
    authdaemond_socket=Sourced(
        SocketPlace(PurePosixPath("/var/run/authdaemond/socket")),
        "security/cyrus-sasl2/Makefile, option AUTHDAEMOND, of a version of 2010",
    ),
    dovecot=unverified(DovecotGeneration.BEFORE_2_4, "mail/dovecot was 2.3 for long"),
    service_names={
        Daemon.SASLAUTHD: Sourced("saslauthd", "security/cyrus-sasl2-saslauthd"),
        Daemon.AUTHDAEMOND: unverified("courier-authdaemond", "security/courier-authlib"),
        Daemon.DOVECOT: Sourced("dovecot", f"{FREEBSD_POSTFIX}: _REQUIRE"),
    },
    start_command=Sourced("service {name} enable && service {name} start", "service(8)"),
    packages={
        **all_from(
            FREEBSD_CYRUS,
            {
                Need.PLAIN: "cyrus-sasl",
                Need.LOGIN: "cyrus-sasl",
                Need.CRAM_MD5: "cyrus-sasl",
                Need.DIGEST_MD5: "cyrus-sasl",
                Need.SCRAM: "cyrus-sasl",
                Need.SASLDB: "cyrus-sasl",
                Need.SASLPASSWD: "cyrus-sasl",
                Need.SASLAUTHD: "cyrus-sasl-saslauthd",
            },
        ),
        Need.MYSQL: unverified("cyrus-sasl-sql", "security/cyrus-sasl2-sql"),
        Need.POSTGRESQL: unverified("cyrus-sasl-sql", "security/cyrus-sasl2-sql"),
        Need.SQLITE: unverified("cyrus-sasl-sql", "security/cyrus-sasl2-sql"),
        Need.LDAPDB: unverified("cyrus-sasl-ldapdb", "security/cyrus-sasl2-ldapdb"),
        Need.AUTHDAEMOND: unverified("courier-authlib", "security/courier-authlib"),
        Need.DOVECOT: unverified("dovecot", "mail/dovecot"),
        Need.POSTFIX_WITH_CYRUS: Sourced("postfix-sasl", f"{FREEBSD_POSTFIX}: FLAVORS"),
    },
    install_command=Sourced("pkg install {packages}", "pkg-install(8)"),
    ca_bundle=unverified(
        PurePosixPath("/etc/ssl/cert.pem"), "the link that ca_root_nss makes, and certctl(8)"
    ),
)

OPENBSD_CYRUS = "security/cyrus-sasl2/Makefile, 2.1.26"
OPENBSD_POSTFIX = "mail/postfix/stable"

OPENBSD = Platform(
    name="OpenBSD",
    identifiers=("openbsd",),
    releases=Releases(),
    codenames=(),
    postfix_version=unverified("3.7.0", "what its releases in support have"),
    config_directories=Sourced((PurePosixPath("/etc/postfix"),), OPENBSD_POSTFIX),
    compiled_in={
        "daemon_directory": Sourced("/usr/local/libexec/postfix", OPENBSD_POSTFIX),
        "data_directory": Sourced("/var/postfix", OPENBSD_POSTFIX),
        "mail_owner": Sourced("_postfix", OPENBSD_POSTFIX),
        "setgid_group": Sourced("_postdrop", OPENBSD_POSTFIX),
    },
    presets=unverified({}, "no patch of main.cf touches TLS"),
    stock_chroot=Sourced(True, f"{OPENBSD_POSTFIX}: patches/patch-conf_master_cf"),
    sasl_directories=unverified(
        ("/usr/local/lib/sasl2", "/etc/sasl2"), f"{OPENBSD_CYRUS}: no --with-configdir"
    ),
    sasl_directory=unverified("/usr/local/lib/sasl2", f"{OPENBSD_CYRUS}: no --with-configdir"),
    honours_sasl_path=Sourced(True, f"{OPENBSD_POSTFIX}: no patch of src/xsasl"),
    plugin_directories=Sourced(("usr/local/lib/sasl2",), f"{OPENBSD_CYRUS}: --with-plugindir"),
    sasldb=unverified(PurePosixPath("/etc/sasldb2"), f"{OPENBSD_CYRUS}: no --with-dbpath"),
    saslauthd_socket=Sourced(
        SocketPlace(PurePosixPath("/var/sasl2/mux")), f"{OPENBSD_CYRUS}: --with-saslauthd"
    ),
    saslauthd_options=Sourced(
        DaemonOptions(
            PurePosixPath("/etc/rc.conf.local"),
            options="saslauthd_flags",
            is_of_package=False,
            shadow="getpwent",
        ),
        "pkg/saslauthd.rc, and rc.conf.local(8)",
    ),
    authdaemond_socket=Sourced(
        SocketPlace(PurePosixPath("/var/run/courier-auth/socket"), group="_courier"),
        "the rc script of mail/courier-authlib",
    ),
    dovecot=unverified(DovecotGeneration.BEFORE_2_4, "mail/dovecot was 2.3 for long"),
    service_names={
        Daemon.SASLAUTHD: Sourced("saslauthd", "pkg/saslauthd.rc of security/cyrus-sasl2"),
        Daemon.AUTHDAEMOND: Sourced("courier_authdaemond", "the rc script of courier-authlib"),
        Daemon.DOVECOT: unverified("dovecot", "the name of the program"),
    },
    start_command=Sourced("rcctl enable {name} && rcctl start {name}", "rcctl(8)"),
    packages={
        **all_from(
            f"{OPENBSD_CYRUS} and pkg/PFRAG.shared",
            {
                Need.PLAIN: "cyrus-sasl",
                Need.LOGIN: "cyrus-sasl",
                Need.CRAM_MD5: "cyrus-sasl",
                Need.DIGEST_MD5: "cyrus-sasl",
                Need.SASLDB: "cyrus-sasl",
                Need.SASLPASSWD: "cyrus-sasl",
                Need.SASLAUTHD: "cyrus-sasl",
                Need.MYSQL: "cyrus-sasl--mysql",
                Need.POSTGRESQL: "cyrus-sasl--pgsql",
                Need.SQLITE: "cyrus-sasl--sqlite3",
                Need.LDAPDB: "cyrus-sasl--ldap",
            },
        ),
        Need.SCRAM: unverified("cyrus-sasl", "2.1.26 builds it where OpenSSL is there"),
        Need.AUTHDAEMOND: unverified("courier-authlib", "mail/courier-authlib"),
        Need.DOVECOT: unverified("dovecot", "mail/dovecot"),
        Need.POSTFIX_WITH_CYRUS: Sourced("postfix--sasl2", "mail/postfix/Makefile: SUBDIR"),
    },
    install_command=Sourced("pkg_add {packages}", "pkg_add(1)"),
    ca_bundle=unverified(PurePosixPath("/etc/ssl/cert.pem"), "the base system"),
)

PKGSRC_CYRUS = "security/cyrus-sasl/Makefile.common, 2.1.27"
PKGSRC_POSTFIX = "mail/postfix/Makefile, of a version of 2008"

NETBSD = Platform(
    name="NetBSD with pkgsrc",
    identifiers=("netbsd",),
    releases=Releases(),
    codenames=(),
    postfix_version=unverified("3.5.0", "what its releases in support have"),
    config_directories=Sourced(
        (PurePosixPath("/usr/pkg/etc/postfix"), PurePosixPath("/etc/postfix")),
        f"{PKGSRC_POSTFIX}: PKG_SYSCONFDIR, and the Postfix of the base system",
    ),
    compiled_in={
        "daemon_directory": Sourced("/usr/pkg/libexec/postfix", PKGSRC_POSTFIX),
        "data_directory": Sourced("/var/db/postfix", PKGSRC_POSTFIX),
        "setgid_group": Sourced("maildrop", PKGSRC_POSTFIX),
        "smtpd_sasl_type": Sourced("dovecot", "mail/postfix/options.mk: without the option sasl"),
    },
    presets=unverified({}, "no patch of main.cf touches TLS"),
    stock_chroot=unverified(False, UNPATCHED),
    sasl_directories=Sourced(("/usr/pkg/etc/sasl2",), f"{PKGSRC_CYRUS}: --with-configdir"),
    sasl_directory=Sourced("/usr/pkg/etc/sasl2", f"{PKGSRC_CYRUS}: --with-configdir"),
    honours_sasl_path=unverified(True, "Postfix honours it where it is not patched"),
    plugin_directories=Sourced(("usr/pkg/lib/sasl2",), f"{PKGSRC_CYRUS}: PLUGINDIR"),
    sasldb=unverified(PurePosixPath("/etc/sasldb2"), f"{PKGSRC_CYRUS}: no --with-dbpath"),
    saslauthd_socket=Sourced(
        SocketPlace(PurePosixPath("/var/run/saslauthd/mux")),
        "security/cyrus-saslauthd/Makefile: SASLSOCKETDIR",
    ),
    saslauthd_options=unverified(
        DaemonOptions(
            PurePosixPath("/etc/rc.conf"),
            options="saslauthd_flags",
            is_of_package=False,
            shadow="getpwent",
        ),
        "rc.conf(5)",
    ),
    authdaemond_socket=unverified(
        SocketPlace(PurePosixPath("/var/spool/authdaemon/socket")),
        "the default of courier-authlib",
    ),
    dovecot=unverified(DovecotGeneration.BEFORE_2_4, "mail/dovecot2 was 2.3 for long"),
    service_names={
        Daemon.SASLAUTHD: Sourced("saslauthd", "security/cyrus-saslauthd: RCD_SCRIPTS"),
        Daemon.DOVECOT: unverified("dovecot", "the name of the program"),
    },
    start_command=unverified(
        "service {name} start, after {name}=YES in /etc/rc.conf", "rc.conf(5) and service(8)"
    ),
    packages={
        **all_from(
            f"{PKGSRC_CYRUS}: what it is used by",
            {
                Need.PLAIN: "cy2-plain",
                Need.LOGIN: "cy2-login",
                Need.CRAM_MD5: "cy2-crammd5",
                Need.DIGEST_MD5: "cy2-digestmd5",
                Need.SCRAM: "cy2-scram",
                Need.SASLDB: "cyrus-sasl",
                Need.MYSQL: "cy2-sql",
                Need.POSTGRESQL: "cy2-sql",
                Need.SQLITE: "cy2-sql",
                Need.LDAPDB: "cy2-ldapdb",
                Need.SASLPASSWD: "cyrus-sasl",
                Need.SASLAUTHD: "cyrus-saslauthd",
            },
        ),
        Need.AUTHDAEMOND: unverified("courier-authlib", "security/courier-authlib"),
        Need.DOVECOT: unverified("dovecot", "mail/dovecot2"),
        Need.POSTFIX_WITH_CYRUS: unverified("postfix-sasl", "mail/postfix/Makefile.module"),
    },
    install_command=Sourced("pkgin install {packages}", "pkgin(1)"),
    ca_bundle=unverified(
        PurePosixPath("/etc/openssl/certs/ca-certificates.crt"), "certctl(8) of NetBSD 10"
    ),
)

RECORDS = (FREEBSD, OPENBSD, NETBSD)
