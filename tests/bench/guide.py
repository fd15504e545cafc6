"""The guide's commands, as an operator who has typed them into a script would run them.

The questions of openssl are answered with -subj. Debian reads smtpd.conf from /etc/postfix/sasl,
and the user postfix reaches authdaemond's socket only as a member of its group.
"""

PARAMETERS = (
    "smtpd_tls_security_level=may",
    "smtpd_tls_loglevel=1",
    "smtpd_tls_cert_file=/etc/postfix/ssl/server.crt",
    "smtpd_tls_key_file=/etc/postfix/ssl/private/server.key",
    "smtpd_tls_CAfile=/etc/ssl/ca.crt",
    "tls_random_source=dev:/dev/urandom",
    "smtpd_sasl_auth_enable=yes",
    "smtpd_recipient_restrictions=permit_mynetworks permit_sasl_authenticated",
    "broken_sasl_auth_clients=yes",
    "smtpd_sasl_local_domain=$mydomain",
)

SMTPS_OPTIONS = (
    "syslog_name=postfix/smtps",
    "smtpd_tls_wrappermode=yes",
    "smtpd_sasl_auth_enable=yes",
    "smtpd_client_restrictions=permit_sasl_authenticated,reject",
    "milter_macro_daemon_name=ORIGINATING",
)

CERTIFICATES = """\
install -m 700 -d /etc/postfix/ssl/private
chmod 755 /etc/postfix/ssl
company='/C=IT/ST=Italy/L=Milan/O=Kernel Panic Inc.'
openssl req -days 3650 -nodes -new -x509 -newkey rsa:2048 -keyout /etc/ssl/private/ca.key \
    -out /etc/ssl/ca.crt -subj "$company/OU=Postfix CA/CN=ca.lan.kernel-panic.it"
openssl req -nodes -new -newkey rsa:2048 -keyout /etc/postfix/ssl/private/server.key \
    -out /etc/postfix/ssl/private/server.csr \
    -subj "$company/OU=Postfix Server/CN=mail.kernel-panic.it"
openssl x509 -req -days 3650 -in /etc/postfix/ssl/private/server.csr \
    -out /etc/postfix/ssl/server.crt -CA /etc/ssl/ca.crt -CAkey /etc/ssl/private/ca.key \
    -CAcreateserial
"""

SASL = """\
mkdir -p /etc/postfix/sasl
cat >/etc/postfix/sasl/smtpd.conf <<END
pwcheck_method: authdaemond
authdaemond_path: /run/courier/authdaemon/socket
mech_list: PLAIN LOGIN
END
usermod -a -G courier postfix
"""

DATE_BACK = "touch -d '1 minute ago' /etc/postfix/main.cf\n"


def _quoted(words: tuple[str, ...], prefix: str = "") -> list[str]:
    return [f"'{prefix}{word}'" for word in words]


SERVICES = f"""\
postconf -M smtps/inet='smtps inet n - n - - smtpd'
postconf -P {" ".join(_quoted(SMTPS_OPTIONS, "smtps/inet/"))}
postconf -F smtp/inet/chroot=n
"""

ONE_BY_ONE = "".join(f"postconf -e {parameter}\n" for parameter in _quoted(PARAMETERS))
AT_ONCE = f"postconf -e {' '.join(_quoted(PARAMETERS))}\n"


def commands(main_cf: str, before_reload: str = "") -> str:
    """All of it as one shell script, with the given way to change main.cf."""
    return f"{CERTIFICATES}{main_cf}{SERVICES}{SASL}{before_reload}postfix reload\n"
