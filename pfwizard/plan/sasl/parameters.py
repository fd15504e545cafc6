"""Names that stand in main.cf and smtpd.conf."""

import re

CYRUS = "cyrus"
DOVECOT = "dovecot"
"""Values of smtpd_sasl_type."""

OBSOLETE_DIALECT = "broken_sasl_auth_clients"

CLEAR_OPTIONS = "smtpd_sasl_security_options"
TLS_OPTIONS = "smtpd_sasl_tls_security_options"

DEFAULT_CHECKER = "auxprop"
"""What Cyrus SASL asks where smtpd.conf does not say (pwcheck_method)."""

PASSWORDS = re.compile(r"passw|_pw$|secret", re.IGNORECASE)
"""The options of smtpd.conf whose values nobody else may see: sql_passwd, ldapdb_pw."""
