"""Logins: where, by which mechanisms, and whether the password can be checked."""

from dataclasses import replace
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from tests.check.builders import LOGINS, SUBMISSION, SUBMISSIONS, Case, master_cf
from tests.plan.builders import (
    BARE_MASTER,
    SMTPD_CONF,
    SOCKET,
    STOCK_MAIN,
    directory,
    file,
    machine,
    socket,
)

ON = "smtpd_sasl_auth_enable = yes\nsmtpd_tls_auth_only = yes\n"
ASKING = f"pwcheck_method: authdaemond\nauthdaemond_path: {SOCKET}\nmech_list: PLAIN LOGIN\n"
SASLAUTHD = PurePosixPath("/run/saslauthd/mux")
FREE = BARE_MASTER.replace(" y ", " n ")
SASLDB = PurePosixPath("/etc/sasldb2")
IN_THE_JAIL = PurePosixPath("/var/spool/postfix/etc/sasldb2")
POSTFIX, OF_POSTFIX = 101, 103


def logging_in(
    smtpd_conf: str = ASKING,
    *files: FileState,
    main: str = ON,
    master: str = FREE,
    plugins: frozenset[str] | None = frozenset({"plain", "login"}),
    mode: int = 0o644,
) -> Facts:
    """A machine whose users log in on port 25 through Cyrus SASL."""
    return machine(
        STOCK_MAIN + main,
        master,
        directory("/etc/postfix/sasl"),
        file(SMTPD_CONF, smtpd_conf.encode(), mode),
        *files,
        sasl_plugins=plugins,
    )


def sasldb(mode: int, gid: int) -> FileState:
    return replace(file(SASLDB, b"", mode), gid=gid)


REMOTE = (
    "pwcheck_method: auxprop\nauxprop_plugin: sql\nmech_list: PLAIN LOGIN\nsql_select: x\n"
    "sql_hostnames: db.example.org\n"
)
DOVECOT = "smtpd_sasl_type = dovecot\nsmtpd_sasl_path = private/auth\n"
OF_DOVECOT = PurePosixPath("/var/spool/postfix/private/auth")
QUEUE = tuple(
    map(
        directory,
        ("/var/spool", "/var/spool/postfix", "/var/spool/postfix/private"),
    )
)
STORED = "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\n"

WHERE = {
    "auth-in-clear": Case(
        master_cf(SUBMISSION.replace("encrypt", "may") + LOGINS),
        master_cf(SUBMISSION + LOGINS + SUBMISSIONS + LOGINS),
    ),
    "auth-on-port-25": Case(logging_in(), master_cf(SUBMISSION + LOGINS)),
    "no-mechanism-left": Case(
        logging_in(main=ON + "smtpd_sasl_security_options = noanonymous, noplaintext\n"),
        logging_in(
            main=ON + "smtpd_sasl_security_options = noanonymous, noplaintext\n"
            "smtpd_sasl_tls_security_options = noanonymous\n"
        ),
    ),
    "sasl-type-unavailable": Case(
        logging_in(main=ON + "smtpd_sasl_type = courier\n"), logging_in(main=ON + DOVECOT)
    ),
}

CHECKER = {
    "sasl-socket-missing": Case(
        logging_in(main=ON + DOVECOT),
        logging_in(ASKING, *QUEUE, socket(OF_DOVECOT), main=ON + DOVECOT),
    ),
    "sasl-socket-outside-chroot": Case(
        logging_in(master=BARE_MASTER),
        logging_in(ASKING, *QUEUE, socket(OF_DOVECOT), main=ON + DOVECOT, master=BARE_MASTER),
    ),
    "sasl-socket-closed": Case(
        logging_in(ASKING, socket(SOCKET, 0o660, gid=110)),
        logging_in(ASKING, socket(SOCKET, 0o660, gid=OF_POSTFIX)),
    ),
}

MECHANISMS = {
    "mechanism-unknown": Case(logging_in(STORED.replace("LOGIN", "crammd5")), logging_in(STORED)),
    "sasl-plugin-missing": Case(
        logging_in(STORED.replace("LOGIN", "CRAM-MD5")),
        logging_in(STORED.replace("LOGIN", "EXTERNAL")),
    ),
    "mechanism-filtered": Case(
        logging_in(main=f"{ON}smtpd_sasl_mechanism_filter = plain\n"),
        logging_in(main=f"{ON}smtpd_sasl_mechanism_filter = !cram-md5, static:rest\n"),
    ),
    "mechanism-beyond-checker": Case(
        logging_in(ASKING.replace("LOGIN", "CRAM-MD5"), plugins=frozenset({"plain", "crammd5"})),
        logging_in(STORED.replace("LOGIN", "CRAM-MD5"), plugins=frozenset({"plain", "crammd5"})),
    ),
}

ELSEWHERE = file(PurePosixPath("/etc/sasl2/smtpd.conf"), ASKING.encode())
SECOND = file(PurePosixPath("/usr/lib/sasl/smtpd.conf"), ASKING.encode())
SQL = "pwcheck_method: auxprop\nauxprop_plugin: sql\nsql_select: x\nsql_passwd: hunter2\n"
SQLITE = SQL + "sql_engine: sqlite3\nsql_database: /srv/users.db\n"
DIRECTORY = "pwcheck_method: auxprop\nauxprop_plugin: ldapdb\nldapdb_uri: ldap://127.0.0.1\n"
USERS = file(PurePosixPath("/srv/users.db"), b"")
MYSQL = socket(PurePosixPath("/run/mysqld/mysqld.sock"))


def inside(state: FileState) -> FileState:
    """The same in the chroot jail, as a mount shows it."""
    path = PurePosixPath("/var/spool/postfix") / state.path.relative_to("/")
    return replace(state, path=path, real=path)


FILE = {
    "smtpd-conf-malformed": Case(
        logging_in("pwcheck_method = authdaemond\n"), logging_in("# pwcheck_method = none\n")
    ),
    "smtpd-conf-elsewhere": Case(
        machine(STOCK_MAIN + ON, FREE, ELSEWHERE), logging_in(ASKING, ELSEWHERE)
    ),
    "smtpd-conf-shadowed": Case(logging_in(ASKING, SECOND), logging_in()),
    "smtpd-conf-option": Case(
        logging_in(ASKING.replace("authdaemond_path", "authdaemon_path")), logging_in()
    ),
    "smtpd-conf-open": Case(logging_in(SQL), logging_in(SQL, mode=0o640)),
    "sql-in-clear": Case(
        logging_in(f"{REMOTE}sql_engine: pgsql\n"),
        logging_in(f"{REMOTE}sql_engine: pgsql\nsql_usessl: yes\n"),
    ),
    "sasldb-outside-chroot": Case(
        logging_in(STORED, sasldb(0o640, OF_POSTFIX), master=BARE_MASTER),
        logging_in(
            STORED,
            sasldb(0o640, OF_POSTFIX),
            file(IN_THE_JAIL, b"", 0o640),
            master=BARE_MASTER,
        ),
    ),
    "sqlite-outside-chroot": Case(
        logging_in(SQLITE, USERS, master=BARE_MASTER),
        logging_in(SQLITE, USERS, inside(USERS), master=BARE_MASTER),
    ),
    "sqlite-open": Case(
        logging_in(SQLITE, USERS), logging_in(SQLITE, replace(USERS, mode=0o640, gid=OF_POSTFIX))
    ),
    "sql-socket-outside-chroot": Case(
        logging_in(SQL, MYSQL, master=BARE_MASTER),
        logging_in(SQL, MYSQL, inside(MYSQL), master=BARE_MASTER),
    ),
    "ldapdb-outside-chroot": Case(
        logging_in(DIRECTORY, master=BARE_MASTER),
        replace(
            logging_in(DIRECTORY, master=BARE_MASTER), sasl_plugins_in_jail=frozenset({"scram"})
        ),
    ),
    "sasldb-unreadable": Case(
        logging_in(STORED, sasldb(0o640, gid=0)), logging_in(STORED, sasldb(0o640, OF_POSTFIX))
    ),
    "sasldb-open": Case(
        logging_in(STORED, sasldb(0o644, OF_POSTFIX)), logging_in(STORED, sasldb(0o640, OF_POSTFIX))
    ),
}

CASES = {**WHERE, **CHECKER, **MECHANISMS, **FILE}
