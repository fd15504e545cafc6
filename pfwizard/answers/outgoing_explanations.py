"""What each question about outgoing mail means, at length."""

OUTGOING_EXPLANATIONS = {
    "outgoing.tls_security_level": "smtp_tls_security_level in main.cf. may encrypts where the "
    "other server offers it and delivers in clear where not. dane does the same, but a server "
    "whose domain publishes TLSA records gets mail by a certificate that they name or not at all; "
    "that needs a resolver on this machine which validates DNSSEC. encrypt and secure deliver to "
    "nobody without TLS, which is right for a relay host alone; secure checks its certificate "
    "against the CA file and its name too. What is stricter today stays.",
    "outgoing.ca_file": "smtp_tls_CAfile in main.cf: the CAs by which the certificates of other "
    "servers are judged, such as /etc/ssl/certs/ca-certificates.crt. Only the level secure depends "
    "on it; with the others it makes the log say Trusted in place of Untrusted. Where secure has "
    "none, the bundle of this system is used.",
    "outgoing.relay_host": "relayhost in main.cf: the server of a provider that takes all mail "
    "that is not for this one. In brackets it is this very host; without, the MX hosts of a "
    "domain. Port 587 is usual and begins in clear; with 465 TLS begins at once "
    "(smtp_tls_wrappermode). To deliver directly again, take relayhost out of main.cf by hand.",
    "outgoing.relay_user": "smtp_sasl_auth_enable in main.cf, and an entry for the relay host in "
    "the table of smtp_sasl_password_maps. TLS is then required (smtp_tls_security_level), so that "
    "the password never crosses the net in clear.",
    "outgoing.relay_password_file": "A file that only root can read, with the password in its "
    "first line. It is copied into the table sasl_passwd beside main.cf, which only root can read "
    "either, and is shown nowhere. Once it has been applied, the file may be deleted and the line "
    "left out.",
}
"""By the key of the question."""
