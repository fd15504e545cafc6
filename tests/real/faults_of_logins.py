"""Faults of SASL: smtpd.conf, its plug-ins, password checkers and their sockets."""

from tests.real.fault import ALL, MASTER_CF, SMTPD_CONF, Fault
from tests.real.guide_machine import PASSWORD, USER, WRONG_PASSWORD

PLUGINS = "/usr/lib/x86_64-linux-gnu/sasl2"
DOVECOT = {"smtpd_sasl_type": "dovecot", "smtpd_sasl_path": "private/auth"}
IN_THE_QUEUE = "/var/spool/postfix/private/auth"
AT_THE_SOCKET = (
    f"python3 -c 'import socket, time; s = socket.socket(socket.AF_UNIX); "
    f's.bind("{IN_THE_QUEUE}"); s.listen(); time.sleep(60)\' >/dev/null 2>&1 '
    f"& echo $! >/root/listener; sleep 1; chmod 666 {IN_THE_QUEUE}"
)
FROM_THE_SOCKET = f"kill $(cat /root/listener); rm {IN_THE_QUEUE}"
IN_CLEAR = "mech_list: PLAIN LOGIN\n"
SASLDB = "/srv/sasldb"
IN_SASLDB = f"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {SASLDB}\n" + IN_CLEAR

LOGIN_FAULTS = (
    Fault(
        "a dead authdaemond",
        "login",
        "authdaemond does not run: nobody listens on its socket /run/courier/authdaemon/socket",
        before="kill $(cat /run/courier/authdaemon/pid)",
        after="/etc/init.d/courier-authdaemon start",
    ),
    Fault(
        "a group that Postfix's user is not in",
        "login",
        "/run/courier/authdaemon is 0750 courier:courier, and postfix is not in the group courier",
        joins=False,
    ),
    Fault(
        "a socket outside of the jail",
        "login",
        "smtpd is in the chroot jail, where the socket /run/courier/authdaemon/socket of "
        "authdaemond would be /var/spool/postfix/run/courier/authdaemon/socket",
        edits={
            MASTER_CF: [
                ("       n       -       -       smtpd", "       y       -       -       smtpd")
            ]
        },
    ),
    Fault(
        "a dead saslauthd",
        "login",
        "the socket of saslauthd, /var/run/saslauthd/mux, is not there",
        edits={SMTPD_CONF: [("pwcheck_method: authdaemond", "pwcheck_method: saslauthd")]},
    ),
    Fault(
        "a malformed smtpd.conf",
        "answers",
        "Cyrus SASL cannot read smtpd.conf, where a line is not of the form",
        edits={SMTPD_CONF: [(ALL, "pwcheck_method = authdaemond\n")]},
    ),
    Fault(
        "a password checker that there is not",
        "login",
        "a password checker that Cyrus SASL does not know",
        edits={SMTPD_CONF: [("pwcheck_method: authdaemond", "pwcheck_method: authdaemon")]},
    ),
    Fault(
        "plug-ins that are missing",
        "answers",
        "no plug-in of Cyrus SASL is there",
        before=f"mkdir /root/away && mv {PLUGINS}/libplain* {PLUGINS}/liblogin* /root/away",
        after=f"mv /root/away/* {PLUGINS}",
    ),
    Fault(
        "a mechanism that the password checker cannot do",
        "login",
        "this login needs the password itself",
        edits={SMTPD_CONF: [("PLAIN LOGIN", "PLAIN LOGIN CRAM-MD5")]},
        differs=True,
    ),
    Fault(
        "noplaintext where there is nothing else",
        "answers",
        "smtpd_sasl_security_options forbids every mechanism",
        settings={"smtpd_sasl_security_options": "noanonymous, noplaintext"},
    ),
    Fault(
        "Dovecot's socket that is missing",
        "answers",
        "Dovecot's socket private/auth cannot be connected to: No such file or directory",
        settings={"smtpd_sasl_type": "dovecot", "smtpd_sasl_path": "private/auth"},
        differs=True,
    ),
    Fault(
        "a type of SASL that this Postfix lacks",
        "answers",
        "does not know smtpd_sasl_type = courier",
        settings={"smtpd_sasl_type": "courier"},
    ),
    Fault(
        "a wrong password",
        "login",
        "the server works and has a password checker asked, which refuses this user with this "
        "password",
        password=WRONG_PASSWORD,
        differs=True,
    ),
    Fault(
        "a user who is known with a domain",
        "login",
        f"the password checker knows this user as {USER}",
        settings={"smtpd_sasl_local_domain": ""},
        user=USER.partition("@")[0],
    ),
    Fault(
        "a realm that is not that of the passwords",
        "login",
        "the password checker knows this user as danix@kernel-panic.it",
        settings={"smtpd_sasl_local_domain": "$myhostname"},
        edits={SMTPD_CONF: [(ALL, IN_SASLDB)]},
        before=f"echo {PASSWORD} | saslpasswd2 -p -c -f {SASLDB} -u kernel-panic.it danix; "
        f"chgrp postfix {SASLDB}",
        after=f"rm {SASLDB}",
        user="danix",
    ),
    Fault(
        "Dovecot's socket that is closed to Postfix",
        "password-checker",
        f"{IN_THE_QUEUE} is 0600 root:root",
        settings=DOVECOT,
        before=f"{AT_THE_SOCKET}; chmod 600 {IN_THE_QUEUE}",
        after=FROM_THE_SOCKET,
    ),
    Fault(
        "a dead Dovecot",
        "password-checker",
        "Dovecot does not run: nobody listens on its socket",
        settings=DOVECOT,
        before=f"{AT_THE_SOCKET}; kill $(cat /root/listener)",
        after=FROM_THE_SOCKET,
    ),
    Fault(
        "a directory for a socket",
        "login",
        "/srv is a directory, and no socket of saslauthd",
        edits={SMTPD_CONF: [(ALL, "pwcheck_method: saslauthd\nsaslauthd_path: /srv\n" + IN_CLEAR)]},
    ),
    Fault(
        "a misspelled option of smtpd.conf",
        "login",
        "smtpd cannot connect to authdaemond: Connection refused",
        edits={SMTPD_CONF: [("authdaemond_path", "authdaemon_path")]},
    ),
    Fault(
        "no password checker at all",
        "login",
        "smtpd.conf names no password checker, so that passwords are looked for in /etc/sasldb2",
        edits={SMTPD_CONF: [(ALL, "# a comment\n")]},
    ),
    Fault(
        "plug-ins by their own names",
        "answers",
        "no plug-in of Cyrus SASL is there for any mechanism of mech_list",
        edits={SMTPD_CONF: [("PLAIN LOGIN", "libplain liblogin")]},
    ),
    Fault(
        "one plug-in that is missing",
        "auth",
        "over TLS it lacks LOGIN",
        before=f"mkdir /root/one && mv {PLUGINS}/liblogin* /root/one",
        after=f"mv /root/one/* {PLUGINS}",
    ),
    Fault(
        "an auxprop plug-in that is missing",
        "login",
        "the plug-in that auxprop_plugin in smtpd.conf names is not installed",
        edits={SMTPD_CONF: [(ALL, "pwcheck_method: auxprop\nauxprop_plugin: mysql\n" + IN_CLEAR)]},
    ),
    Fault(
        "passwords that are not there",
        "login",
        f"{SASLDB}, where passwords are looked for, is not there",
        edits={SMTPD_CONF: [(ALL, IN_SASLDB)]},
    ),
    Fault(
        "passwords that Postfix may not read",
        "login",
        f"{SASLDB} is 0600 root:root",
        edits={SMTPD_CONF: [(ALL, IN_SASLDB)]},
        before=f"touch {SASLDB}; chmod 600 {SASLDB}",
        after=f"rm {SASLDB}",
    ),
)
