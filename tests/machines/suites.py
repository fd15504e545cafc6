"""The four Debian suites the machines are made of, and everything in which they differ.

Seen on the machines themselves, and held by tests/real/test_machines.py:

- authdaemond's socket is /run/courier/authdaemon/socket in all four: 0777 root:root, behind a
  directory 0750 courier:courier. Postfix's user is in no group but its own.
- smtpd is chrooted by the stock master.cf up to trixie, on sid it is not. In the chroot the socket
  does not exist ("No such file or directory"); outside, the group is missing ("Permission denied").
- After `gpasswd -a postfix courier` a reload is enough: every new smtpd reads its groups afresh.
- submissions is called smtps in bullseye's master.cf; cyrus_sasl_config_path is set from trixie on.
- On sid the stock main.cf has tlsmgr warn that btree is deprecated.
"""

from dataclasses import dataclass

HOSTNAME = "mail.kernel-panic.it"


@dataclass(frozen=True)
class Suite:
    """One generation of Debian, as data."""

    name: str
    postfix: str
    """Major and minor version of its Postfix."""
    python: str
    """Version of its own python3."""
    extra_packages: tuple[str, ...]
    """What this suite needs beside the packages that all of them have."""
    without_systemd: tuple[str, ...] = ()
    """What its packages need in systemd's place."""
    more_password_stores: tuple[str, ...] = ()
    """Besides those that all machines without systemd have."""
    before_postfix_start: tuple[str, ...] = ()
    """What the package's unit runs first; later packages have it inside `postfix start`."""
    check_valid_until: bool = True
    """False where a mirror's stored Release file may be past its date."""

    @property
    def runs_pfwizard_inside(self) -> bool:
        """Whether its Python is new enough; else pfwizard works on it with --root, from outside."""
        major, minor = self.python.split(".")
        return (int(major), int(minor)) >= (3, 11)


# Copies resolv.conf, services and the like into the chroot, for the instance called "-".
CONFIGURE_INSTANCE = ("/usr/lib/postfix/configure-instance.sh", "-")

SUITES = {
    suite.name: suite
    for suite in (
        # The syntax class of RHEL 8 and 9: no ">=TLSv1.2", no "submissions" service name.
        Suite(
            "bullseye",
            "3.5",
            "3.9",
            ("courier-authlib-userdb",),
            before_postfix_start=CONFIGURE_INSTANCE,
            check_valid_until=False,
        ),
        # smtpd.conf's path is compiled in; `postconf -e` glues a line that lacks its newline.
        # MariaDB is in this one only: it is larger than half of the rest.
        # Of IMAP servers, which saslauthd may ask, there is one here and in trixie.
        Suite(
            "bookworm",
            "3.7",
            "3.11",
            ("courier-authlib-userdb",),
            more_password_stores=("mariadb-server", "dovecot-imapd"),
            before_postfix_start=CONFIGURE_INSTANCE,
        ),
        # cyrus_sasl_config_path is honoured; Dovecot 2.4.
        # openssh-server wants systemd-sysusers, of which the standalone one does.
        # Java, for its keytool, is in this one only: it is larger than half of the rest.
        Suite(
            "trixie",
            "3.10",
            "3.13",
            ("courier-authlib-userdb", "default-jre-headless"),
            without_systemd=("systemd-standalone-sysusers",),
            more_password_stores=("dovecot-imapd",),
        ),
        # Nothing is chrooted; the Courier modules are all in courier-authlib, and its maintainer
        # scripts want systemd-tmpfiles and systemd-sysusers, of which the standalone ones do.
        Suite(
            "sid",
            "3.11",
            "3.14",
            ("courier-authlib",),
            without_systemd=("systemd-standalone-sysusers", "systemd-standalone-tmpfiles"),
            check_valid_until=False,
        ),
    )
}
