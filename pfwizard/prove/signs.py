"""What Postfix and its libraries say in the log when something is wrong, and what it means.

Each sign was seen on a real Postfix with the fault that it names.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pfwizard.prove.authentication import OF_CYRUS_UNASKED, OF_DOVECOT_UNASKED


@dataclass(frozen=True)
class Sign:
    """Lines of the log, what they mean, and what to do; both may use the pattern's groups.

    ``reply``: what the server then says, where what is in the log may as well be of no consequence.
    """

    pattern: re.Pattern[str]
    cause: str
    remedy: str
    reply: re.Pattern[str] | None = None

    def fits(self, seen: str) -> bool:
        return self.reply is None or self.reply.search(seen) is not None


def _sign(pattern: str, cause: str, remedy: str, reply: str = "") -> Sign:
    return Sign(re.compile(pattern), cause, remedy, re.compile(reply) if reply else None)


OF_THE_START: Sequence[Sign] = (
    _sign(
        r"fatal: in parameter smtpd_relay_restrictions or smtpd_recipient_restrictions, specify",
        "neither smtpd_relay_restrictions nor smtpd_recipient_restrictions refuses anybody, and "
        "smtpd does not start as an open relay",
        "Set smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated "
        "reject_unauth_destination, and look for -o options in master.cf that replace it.",
    ),
    _sign(
        r'fatal: invalid "-o (?P<option>[^"\n]+)" option value',
        "there are blanks around the = of the option -o {option} in master.cf",
        "Write -o {option}=value, or -o {{ {option} = value }}.",
    ),
    _sign(
        r"fatal: unexpected command-line argument: (?P<word>\S+)",
        "a -o option in master.cf has a blank in its value, and Postfix takes {word} behind it for "
        "an argument of its own",
        "Put the option in braces, as in -o {{ name = one, two }}.",
    ),
    _sign(
        r'fatal: [iI]nvalid TLS level ""(?P<level>[^"\n]*)""',
        "the quotes around {level} are a part of the value of smtpd_tls_security_level",
        "Write it without quotes, which mean nothing in main.cf and master.cf.",
    ),
    _sign(
        r'fatal: [iI]nvalid TLS level "?(?P<level>[^"\n]*)"?',
        'smtpd_tls_security_level is "{level}", which is no level',
        "Use may or encrypt; a comment needs a line of its own.",
    ),
    _sign(
        r"(?:Invalid TLS level|invalid TLS level|unknown.*security level)",
        "smtpd_tls_security_level has a value that is no level",
        "Use may or encrypt; a comment needs a line of its own.",
    ),
    _sign(
        r'unsupported SASL server implementation: "?(?P<type>[^"\n]+)"?',
        "this Postfix does not know smtpd_sasl_type = {type}",
        "postconf -a lists the types that it knows.",
    ),
    _sign(
        r"SASL per-process initialization failed: error when parsing configuration file",
        "Cyrus SASL cannot read smtpd.conf, where a line is not of the form  key: value",
        "Correct the line, which pfwizard check names: often there is a = in place of the colon.",
    ),
    _sign(
        r"SASL: Connect to (?:Dovecot auth socket )?'?(?P<socket>[^'\s]+)'? failed: (?P<why>.+)",
        "Dovecot's socket {socket} cannot be connected to: {why}",
        "Start Dovecot, and look whether its service auth has this unix_listener in the queue "
        "directory, for Postfix's user.",
    ),
    _sign(
        r"no applicable SASL mechanisms",
        "smtpd_sasl_security_options forbids every mechanism that there is, and smtpd hangs up on "
        "all clients when none is left",
        "Take noplaintext out of smtpd_sasl_security_options, and set smtpd_tls_auth_only = yes.",
    ),
    _sign(
        r"xsasl_cyrus_server_get_mechanism_list: no mechanism available",
        "no plug-in of Cyrus SASL is there for any mechanism of mech_list",
        "Install the plug-ins, or correct mech_list in smtpd.conf.",
    ),
)
"""smtpd ends on these before it greets anybody (src/smtpd/smtpd.c, src/util/msg_output.c)."""

OF_TLS: Sequence[Sign] = (
    _sign(
        r"connect to private/tlsproxy service: (?P<why>.+)",
        "postscreen has tlsproxy encrypt what it says, and cannot reach it: {why}",
        "Uncomment the tlsproxy service in master.cf.",
    ),
    _sign(
        r'Invalid TLS protocol list "(?P<list>[^"\n]*)": disabling TLS',
        'this Postfix cannot read the protocol list "{list}", and switches TLS off',
        "Write >=TLSv1.2, without a blank, from Postfix 3.6 on, and !SSLv2, !SSLv3, !TLSv1, "
        "!TLSv1.1 before; postconf mail_version tells which one this is.",
    ),
    _sign(
        r'CAfile="(?P<file>[^"\n]*)".*: disabling TLS',
        "the CA file {file} cannot be read, and Postfix switches TLS off",
        "Correct smtpd_tls_CAfile, or leave it empty: only client certificates need it.",
    ),
    _sign(
        r"TLS library problem: .*key values mismatch",
        "the key does not belong to the certificate that comes first in its file, and Postfix "
        "switches TLS off",
        "These must print the same: openssl x509 -in CERTIFICATE -noout -pubkey, and openssl pkey "
        "-in KEY -pubout. The server's own certificate comes first, those of its issuers behind.",
    ),
    _sign(
        r"TLS library problem: .*(?:problems getting password|bad password read)",
        "the server's key is encrypted, and nobody types its passphrase when smtpd starts",
        "Give Postfix a key without a passphrase: openssl pkey -in KEY -out KEY.open.",
    ),
    _sign(
        r"error loading chain from (?P<file>\S+): key not first",
        "the chain in {file} does not begin with the key",
        "The key comes first in smtpd_tls_chain_files, then its certificate and the issuers.",
    ),
    _sign(
        r"No private key found in (?P<file>\S+)",
        "there is no private key in {file}, and Postfix switches TLS off",
        "Name the file of the key too: where no parameter names one, it is looked for beside the "
        "certificate.",
    ),
    _sign(
        r"error opening chain file: (?P<file>[^:\s]+): (?P<why>.+)",
        "the chain in {file} cannot be opened: {why}",
        "Correct smtpd_tls_chain_files.",
    ),
    _sign(
        r'cannot get \w+ (?P<what>certificate|private key) from file "?(?P<file>[^/"][^":\n]*)"?',
        "{file} is no absolute path, and Postfix looks for it below its queue directory",
        "Name the file of the {what} from the root on, with a / in front.",
    ),
    _sign(
        r'cannot get \w+ (?P<what>certificate|private key) from file "?(?P<file>[^":\n]+)"?.*\n'
        r".*TLS library problem: .*No such file or directory",
        "the file {file} of the {what} does not exist, and Postfix switches TLS off",
        "Correct its name, or put the file there.",
    ),
    _sign(
        r'cannot get \w+ (?P<what>certificate|private key) from file "?(?P<file>[^":\n]+)"?.*\n'
        r".*TLS library problem: .*no start line",
        "there is no {what} in PEM form in {file}, and Postfix switches TLS off",
        "Convert what is in another form: openssl x509, or openssl pkey, with -inform DER.",
    ),
    _sign(
        r'invalid cipher grade: "(?P<grade>[^"\n]*)"',
        'there is no grade of ciphers "{grade}", and every handshake ends',
        "smtpd_tls_ciphers and smtpd_tls_mandatory_ciphers are high or medium.",
    ),
    _sign(
        r'cannot get \w+ (?P<what>certificate|private key) from file "?(?P<file>[^":\n]+)"?'
        r"(?:, key \S+)?: disabling TLS",
        "the {what} in {file} cannot be used, and Postfix switches TLS off",
        "Look whether the file is there and holds what it should, in PEM form.",
    ),
    _sign(
        r"(?P<words>[^:\s][^:\n]*): disabling TLS support",
        "Postfix switches TLS off: {words}",
        "Correct the parameter that is named.",
    ),
)
"""TLS is switched off on these, and STARTTLS is offered all the same (src/tls/tls_server.c)."""

OF_LOGINS: Sequence[Sign] = (
    _sign(
        r"cannot connect to Courier authdaemond: (?P<why>.+)",
        "smtpd cannot connect to authdaemond: {why}",
        "Start authdaemond, or correct authdaemond_path in smtpd.conf, without which nothing is "
        "asked.",
    ),
    _sign(
        r"cannot connect to saslauthd server: (?P<why>.+)",
        "smtpd cannot connect to saslauthd: {why}",
        "Start saslauthd, or correct saslauthd_path in smtpd.conf: it ends in /mux.",
    ),
    _sign(
        r"unable to open Berkeley db (?P<file>\S+): Permission denied",
        "this login needs the password itself, which Cyrus SASL looks for in {file}, and "
        "Postfix's user may not read that file",
        "Where a daemon checks passwords, write mech_list: PLAIN LOGIN in smtpd.conf; where they "
        "are in {file}, let Postfix's group read it.",
    ),
    _sign(
        r"unable to open Berkeley db (?P<file>\S+): (?P<why>.+)",
        "{file} cannot be opened: {why}",
        "Make it with saslpasswd2 -c, or correct sasldb_path in smtpd.conf.",
    ),
    _sign(
        r"unknown password verifier\(s\) auxprop\b",
        "the plug-in that auxprop_plugin in smtpd.conf names is not installed",
        "Install its package, or correct its name: sasldb, ldapdb, or sql for every SQL database.",
    ),
    _sign(
        r"unknown password verifier",
        "pwcheck_method in smtpd.conf names a password checker that Cyrus SASL does not know",
        "Write pwcheck_method: authdaemond, saslauthd or auxprop, whichever holds the passwords.",
    ),
)
"""These appear when somebody logs in (checkpw.c of libsasl2, and its plug-ins)."""

OF_AN_UNASKED_CHECKER: Sequence[Sign] = (
    _sign(
        "",
        "Cyrus SASL has got no answer from its password checker, and whether the password is right "
        "is not known",
        "Look whether the checker that pwcheck_method in smtpd.conf names runs, or the database of "
        "auxprop_plugin, and whether smtpd reaches it: one that is chrooted sees its queue "
        "directory alone. The mail log tells more.",
        reply=OF_CYRUS_UNASKED,
    ),
    _sign(
        "",
        "Dovecot has hung up before it answered, and whether the password is right is not known",
        "Look into Dovecot's own log, and whether its service auth runs.",
        reply=OF_DOVECOT_UNASKED,
    ),
)
"""What the reply alone tells, where nothing in the log tells more."""

_OF_A_MECHANISM = "^(?!.*no mechanism available)"
"""Not what Cyrus SASL makes of a checker that it does not have (SASL_NOMECH of sasl.h)."""

OF_A_WRONG_PASSWORD: Sequence[Sign] = (
    *OF_AN_UNASKED_CHECKER,
    _sign(
        "",
        "the server works and has a password checker asked, which refuses this user with this "
        "password, whatever the domain behind the name",
        "Begin again with the right password, or with another user. Where they are right, ask the "
        "password checker itself: authtest NAME for authdaemond, testsaslauthd -u NAME for "
        "saslauthd, doveadm auth test NAME for Dovecot; sasldblistusers2 lists whom sasldb knows.",
        reply=_OF_A_MECHANISM,
    ),
)
"""What is left where nothing in the log tells why nobody is let in."""

OF_A_RIGHT_PASSWORD: Sequence[Sign] = (
    _sign(
        "",
        "the same user and password are right with another mechanism, or on another port",
        "A daemon that checks passwords can do PLAIN and LOGIN alone: take other mechanisms out of "
        "mech_list in smtpd.conf. Of one port alone, look for smtpd_sasl_ among its -o options.",
        reply=_OF_A_MECHANISM,
    ),
)
"""The same where the user has logged in elsewhere."""

FILTER = (
    "Start it, or look into its own log; smtpd_proxy_filter, in main.cf or master.cf, names it."
)
"""Of one that mail passes before smtpd takes it (SMTPD_PROXY_README, src/smtpd/smtpd_proxy.c)."""

OF_MAIL: Sequence[Sign] = (
    _sign(
        r"unsupported dictionary type: (?P<type>\w+)",
        "this Postfix lacks the table type {type}",
        "Install Postfix's package for {type} tables, or use a type that postconf -m lists.",
    ),
    _sign(
        r"error: open (?:database )?(?P<file>\S+): No such file or directory",
        "the table {file} does not exist",
        "Make it with postmap.",
    ),
    _sign(
        r'unknown smtpd restriction: "(?P<word>[^"\n]*)"',
        "{word} is no restriction that Postfix knows",
        "Correct its spelling.",
    ),
    _sign(
        r"problem talking to server (?P<server>\S+): (?P<why>.+)",
        "the policy server {server} cannot be asked: {why}",
        "Start it, or take its check_policy_service out of the restrictions.",
    ),
    _sign(
        r"connect to proxy filter (?P<filter>\S+): (?P<why>.+)",
        "the filter {filter} cannot be asked: {why}",
        FILTER,
    ),
    _sign(
        r"lost connection with proxy (?P<filter>\S+)",
        "the filter {filter} hangs up",
        FILTER,
    ),
    _sign(
        r'proxy (?P<filter>\S+) rejected "connection request": "(?P<words>[^\n]*)"',
        "the filter {filter} sends smtpd away: {words}",
        FILTER,
    ),
)
"""Restrictions and tables that cannot do their work when mail comes (src/smtpd/smtpd_check.c)."""

OF_ALL: Sequence[Sign] = (
    _sign(
        r"connect to Milter service (?P<milter>\S+): (?P<why>.+)",
        "the milter {milter} cannot be asked: {why}",
        "Start it, or take it out of smtpd_milters.",
        # milter_default_action may be accept, which makes nothing of it (src/milter/milter8.c)
        reply="Service unavailable|not accepting connections|454 4.3.0 Try again later",
    ),
    _sign(
        r"fatal: bind (?P<address>\S+) port (?P<port>\S+): Address already in use",
        "another program listens on port {port} of {address}",
        "Stop it, or leave the port to it.",
    ),
    _sign(
        r"(?:fatal|panic): (?P<words>.+)",
        "the mail log says: {words}",
        "",
    ),
)
"""What may end any conversation; the last of them is better than nothing."""
