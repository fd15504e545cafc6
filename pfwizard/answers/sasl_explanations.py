"""What each question about logins means, at length."""

from collections.abc import Mapping

_FIRST_LINE = (
    "The password is the first line of this file, which nobody but root may be able to read; it "
    "stands in no answers file, in no diff and in no log. Left empty, a password that is there "
    "already stays, and where there is none, none is sent."
)

SASL_EXPLANATIONS: Mapping[str, str] = {
    "sasl.enabled": "smtpd_sasl_auth_enable in main.cf or master.cf. Without logins only hosts "
    "in mynetworks can send mail to everywhere through this server. With them, so can "
    "everybody who knows a user's password: weak passwords are found and used for spam within "
    "days.",
    "sasl.scope": "submission: smtpd_sasl_auth_enable is on for the services on ports 465 and "
    "587 only, and port 25 offers no AUTH to those who guess passwords there. everywhere: it "
    "is on in main.cf, for port 25 too, which is for clients that cannot use another port.",
    "sasl.backend": "smtpd_sasl_type and pwcheck_method. authdaemond: Courier's daemon, which "
    "knows users from PAM, LDAP, SQL or its own database. saslauthd: the daemon of Cyrus SASL, "
    "which asks PAM, the shadow file, LDAP or an IMAP server. sasldb: a file of Cyrus SASL's own, "
    "filled with saslpasswd2. sql: a table of MySQL, PostgreSQL or SQLite with passwords in clear. "
    "ldapdb: an LDAP directory with passwords in clear. dovecot: the IMAP server on this machine "
    "checks the passwords for Postfix too.",
    "sasl.socket": "The file through which Postfix asks the daemon: authdaemond_path or "
    "saslauthd_path in smtpd.conf (with /mux at its end), or smtpd_sasl_path for Dovecot. "
    "Postfix's user must be allowed to reach it: pfwizard adds it to the socket's group where that "
    "is needed. Left empty, it is where this platform's package puts it; Dovecot's is private/auth "
    "in Postfix's queue directory.",
    "sasl.database": "sasldb_path in smtpd.conf. The file holds passwords in clear, so that "
    "Postfix's user must be able to read it and others must not: it belongs to a group that "
    "Postfix's user is in, with mode 0640. Left empty, it is the file that saslpasswd2 writes on "
    "this platform.",
    "sasl.mechanisms": "mech_list in smtpd.conf, or smtpd_sasl_mechanism_filter for Dovecot. PLAIN "
    "and LOGIN both send the password as it is and rely on TLS to hide it. SCRAM never sends it, "
    "but the server must know the password itself: no daemon that only says yes or no can do it. "
    "CRAM-MD5, DIGEST-MD5, NTLM and SCRAM-SHA-1 are for old programs. With none named, it is PLAIN "
    "and LOGIN, and SCRAM-SHA-256 where the passwords are at hand. Dovecot must offer by itself "
    "what is named (auth_mechanisms): the filter, which Postfix has from 3.6 on, only leaves out "
    "others; with none named, whatever Dovecot offers stays.",
    "sasl.chroot": "An smtpd in the chroot jail sees nothing but Postfix's queue directory, and so "
    "no socket outside of it. auto: such an smtpd is taken out of the jail, on every port where "
    "users log in; Dovecot's socket lies in the queue directory, and nothing is done, as with what "
    "you have mounted there (mount --bind) under the name that it has outside. leave: it "
    "stays in the jail, whatever becomes of the logins. move-socket: saslauthd is told to put its "
    "socket into the queue directory, and the jail stays closed; other programs that ask saslauthd "
    "then need to be told too.",
    "sasl.local_domain": "smtpd_sasl_local_domain in main.cf: appended as a realm to a login "
    "without one. authdaemond, saslauthd and Dovecot take logins as they are typed; leave it empty "
    "unless your users are stored as name@domain and log in by their name alone. In sasldb every "
    "user has a realm (saslpasswd2 -u), and an empty answer means the server's own name. $mydomain "
    "stands for the server's domain.",
    "sasl.broken_clients": "broken_sasl_auth_clients in main.cf. Outlook Express 4 and Exchange "
    '5.0 look for "AUTH=LOGIN" with an equals sign. Nobody else is disturbed by the second '
    "line, and hardly anybody needs it today.",
    "sasl.recipient_restrictions": "Merged into smtpd_recipient_restrictions in main.cf, in "
    "this order; what stands there already stays where it is. permit_sasl_authenticated lets "
    "users who have logged in send to everywhere. Whatever refuses strangers must come after "
    "it, and pfwizard adds that if it is missing, so that the server is no open relay.",
    "sasl.saslauthd.mechanism": "The option -a of saslauthd, in the file where this platform keeps "
    "its options. pam: the service smtp of PAM (/etc/pam.d/smtp). shadow: the users of this "
    "machine. ldap: a directory, described in saslauthd.conf. rimap: whoever can log in to an IMAP "
    "server. Without a choice, nothing of saslauthd's is touched.",
    "sasl.saslauthd.login_names": "saslauthd splits a login like user@domain at the last @, and "
    "most of what it can ask gets the first half alone. user@domain: with its option -r it puts "
    "the two together again, for users that are stored so. user: the option is taken away. Without "
    "a choice, it stays as it is.",
    "sasl.saslauthd.ldap_servers": "ldap_servers in saslauthd.conf: the URLs of the LDAP servers, "
    "separated by commas. The first one that answers is asked. Prefer ldaps:// where the server is "
    "another machine, because passwords are sent to it.",
    "sasl.saslauthd.ldap_search_base": "ldap_search_base in saslauthd.conf: the entry of the "
    "directory below which saslauthd looks for a user, in LDAP's own notation.",
    "sasl.saslauthd.ldap_filter": "ldap_filter in saslauthd.conf. %u stands for the login, %r for "
    "the realm; (mail=%u@%r) finds users by their address. It must match one entry, as whom "
    "saslauthd then tries to log in with the password.",
    "sasl.saslauthd.ldap_bind_dn": "ldap_bind_dn in saslauthd.conf: the entry as which saslauthd "
    "searches the directory, before it tries the user's own password. Left empty, it searches "
    "without logging in, which many directories do not allow.",
    "sasl.saslauthd.ldap_bind_password_file": "Becomes ldap_password in saslauthd.conf, which only "
    f"root can read. {_FIRST_LINE}",
    "sasl.saslauthd.rimap_host": "The option -O of saslauthd: the IMAP server on which it tries "
    "name and password. It speaks IMAP without TLS, so that it should be on this machine.",
    "sasl.sql.engine": "sql_engine in smtpd.conf: which database Cyrus SASL talks to. Its plug-in "
    "for SQL is a package of its own on most platforms.",
    "sasl.sql.hosts": "sql_hostnames in smtpd.conf, separated by commas; they are tried in turn. "
    "For MySQL localhost means a socket, which an smtpd in the chroot jail cannot reach: write "
    "127.0.0.1, and it is asked over TCP.",
    "sasl.sql.database": "sql_database in smtpd.conf: the name of the database, or, for SQLite, "
    "the path of its file, which Postfix's user must be able to read.",
    "sasl.sql.user": "sql_user in smtpd.conf: the user of the database as whom Postfix reads the "
    "passwords. It needs no right but SELECT on that one table. It may be left empty where the "
    "database does not ask.",
    "sasl.sql.password_file": "Becomes sql_passwd in smtpd.conf, which is then closed to other "
    f"users. {_FIRST_LINE}",
    "sasl.sql.select": "sql_select in smtpd.conf: the statement that gives the password of one "
    "user, in clear: a hash is of no use to Cyrus SASL 2.1. '%u' is the login without its domain, "
    "'%r' the domain or else the realm, and %p the name of the property (userPassword). Each has "
    "to stand in quotes of its own, and the statement as a whole in none. For users that are "
    "stored with their domain: SELECT password FROM users WHERE login = '%u@%r'.",
    "sasl.ldapdb.uri": "ldapdb_uri in smtpd.conf: the URL of the LDAP server that has the users' "
    "passwords.",
    "sasl.ldapdb.id": "ldapdb_id in smtpd.conf: the SASL name as which Postfix logs in to the LDAP "
    "server. It must be allowed to act for every user (authzTo of OpenLDAP), which makes its "
    "password as precious as all of theirs.",
    "sasl.ldapdb.password_file": "Becomes ldapdb_pw in smtpd.conf, which is then closed to other "
    f"users. {_FIRST_LINE}",
    "sasl.ldapdb.mechanism": "ldapdb_mech in smtpd.conf: the SASL mechanism by which the proxy "
    "user logs in to the LDAP server, such as SCRAM-SHA-256 or DIGEST-MD5; EXTERNAL for a client "
    "certificate or ldapi.",
    "sasl.ldapdb.starttls": "ldapdb_starttls in smtpd.conf. demand: the LDAP server must do TLS, "
    "or no password is asked for. try: TLS if the server can. It means nothing for ldaps:// and "
    "ldapi://. Without a choice, the connection is in clear.",
    "sasl.dovecot.listener": "A file among Dovecot's own makes its service auth listen on the "
    "socket, with mode 0660 for Postfix's user and group. Who the users are remains the business "
    "of Dovecot's configuration. no: nothing of Dovecot's is touched, because it listens there "
    "already.",
    "sasl.dovecot.drop_in": "The file that opens the socket, in the syntax of the Dovecot that is "
    "installed. It must be one that dovecot.conf includes. Left empty, it is 99-pfwizard-auth.conf "
    "in the directory conf.d beside dovecot.conf.",
}
"""By the key of the question."""
