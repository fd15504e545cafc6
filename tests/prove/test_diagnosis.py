"""What the log says of a failed probe, with what every line was when a real Postfix wrote it."""

from dataclasses import dataclass

import pytest

from pfwizard.prove import signs
from pfwizard.prove.diagnosis import SIGNS, diagnosed
from pfwizard.prove.verdict import Outcome, Statements, Verdict
from pfwizard.prove.verification import PROBES

DISABLED = "disabling TLS support"
LIBRARY = "warning: TLS library problem: error:0:"


@dataclass(frozen=True)
class Line:
    """What is in the log when a probe fails, and what is said of it."""

    probe: str
    log: str
    cause: str
    seen: str = "it does not work"


MILTER_DOWN = "warning: connect to Milter service inet:127.0.0.1:8891: Connection refused"

CAUSES = [
    Line(
        "answers",
        "fatal: in parameter smtpd_relay_restrictions or smtpd_recipient_restrictions, specify at "
        "least one working instance of: reject_unauth_destination, reject, defer",
        "neither smtpd_relay_restrictions nor smtpd_recipient_restrictions refuses anybody, and "
        "smtpd does not start as an open relay",
    ),
    Line(
        "answers",
        'fatal: invalid "-o smtpd_tls_security_level" option value "=": missing parameter value',
        "there are blanks around the = of the option -o smtpd_tls_security_level in master.cf",
    ),
    Line(
        "answers",
        "fatal: unexpected command-line argument: reject",
        "a -o option in master.cf has a blank in its value, and Postfix takes reject behind it for "
        "an argument of its own",
    ),
    Line(
        "answers",
        'fatal: Invalid TLS level ""encrypt""',
        "the quotes around encrypt are a part of the value of smtpd_tls_security_level",
    ),
    Line(
        "answers",
        'fatal: invalid TLS level "may # everybody"',
        'smtpd_tls_security_level is "may # everybody", which is no level',
    ),
    Line(
        "answers",
        "fatal: unsupported SASL server implementation: courier",
        "this Postfix does not know smtpd_sasl_type = courier",
    ),
    Line(
        "answers",
        "warning: SASL per-process initialization failed: error when parsing configuration file",
        "Cyrus SASL cannot read smtpd.conf, where a line is not of the form  key: value",
    ),
    Line(
        "answers",
        "warning: SASL: Connect to Dovecot auth socket 'private/auth' failed: No such file or "
        "directory\nfatal: no SASL authentication mechanisms",
        "Dovecot's socket private/auth cannot be connected to: No such file or directory",
    ),
    Line(
        "answers",
        "warning: SASL: Connect to private/auth failed: Permission denied",
        "Dovecot's socket private/auth cannot be connected to: Permission denied",
    ),
    Line(
        "answers",
        "warning: xsasl_cyrus_server_get_mechanism_list: no applicable SASL mechanisms",
        "smtpd_sasl_security_options forbids every mechanism that there is, and smtpd hangs up on "
        "all clients when none is left",
    ),
    Line(
        "answers",
        "warning: xsasl_cyrus_server_get_mechanism_list: no mechanism available",
        "no plug-in of Cyrus SASL is there for any mechanism of mech_list",
    ),
    Line(
        "answers",
        f'warning: Invalid TLS protocol list "TLSv1.2+": {DISABLED}',
        'this Postfix cannot read the protocol list "TLSv1.2+", and switches TLS off',
    ),
    Line(
        "tls",
        'warning: cannot load Certification Authority data, CAfile="/etc/ssl/nowhere.crt", '
        f'CApath="": {DISABLED}',
        "the CA file /etc/ssl/nowhere.crt cannot be read, and Postfix switches TLS off",
    ),
    Line(
        "answers",
        f'warning: cannot get RSA private key from file "/etc/server.key": {DISABLED}\n'
        f"{LIBRARY}x509 certificate routines::key values mismatch:../crypto/x509/x509_cmp.c:403:",
        "the key does not belong to the certificate that comes first in its file, and Postfix "
        "switches TLS off",
    ),
    Line(
        "answers",
        f'warning: cannot get RSA private key from file "/etc/server.key": {DISABLED}\n'
        f"{LIBRARY}PEM routines::problems getting password:../crypto/pem/pem_lib.c:427:",
        "the server's key is encrypted, and nobody types its passphrase when smtpd starts",
    ),
    Line(
        "answers",
        f"warning: error loading chain from /etc/chain.pem: key not first: {DISABLED}",
        "the chain in /etc/chain.pem does not begin with the key",
    ),
    Line(
        "answers",
        "warning: error opening chain file: /etc/nowhere.pem: No such file or directory",
        "the chain in /etc/nowhere.pem cannot be opened: No such file or directory",
    ),
    Line(
        "answers",
        "warning: No private key found in /etc/server.crt\nwarning: error loading private keys and "
        f"certificates from: /etc/server.crt: {DISABLED}",
        "there is no private key in /etc/server.crt, and Postfix switches TLS off",
    ),
    Line(
        "answers",
        f'warning: cannot get RSA certificate from file "./fullchain.pem": {DISABLED}\n'
        f"{LIBRARY}system library::No such file or directory:calling fopen(./fullchain.pem, r):",
        "./fullchain.pem is no absolute path, and Postfix looks for it below its queue directory",
    ),
    Line(
        "answers",
        f'warning: cannot get RSA certificate from file "/etc/nowhere.crt": {DISABLED}\n'
        f"{LIBRARY}system library::No such file or directory:calling fopen(/etc/nowhere.crt, r):",
        "the file /etc/nowhere.crt of the certificate does not exist, and Postfix switches TLS off",
    ),
    Line(
        "answers",
        f'warning: cannot get RSA private key from file "/etc/server.key": {DISABLED}\n'
        f"{LIBRARY}PEM routines::no start line:Expecting: ANY PRIVATE KEY:",
        "there is no private key in PEM form in /etc/server.key, and Postfix switches TLS off",
    ),
    Line(
        "answers",
        f"warning: cannot get RSA private key from file /etc/server.key: {DISABLED}\n"
        f"{LIBRARY}something else",
        "the private key in /etc/server.key cannot be used, and Postfix switches TLS off",
    ),
    Line(
        "tls",
        'warning: localhost[127.0.0.1]: invalid cipher grade: "hihg"',
        'there is no grade of ciphers "hihg", and every handshake ends',
    ),
    Line(
        "answers",
        f"postfix/smtpd[9]: warning: something new: {DISABLED}",
        "Postfix switches TLS off: something new",
    ),
    Line(
        "login",
        "warning: SASL authentication failure: cannot connect to Courier authdaemond: Connection "
        "refused",
        "smtpd cannot connect to authdaemond: Connection refused",
    ),
    Line(
        "login",
        "warning: SASL authentication failure: cannot connect to saslauthd server: Connection "
        "refused",
        "smtpd cannot connect to saslauthd: Connection refused",
    ),
    Line(
        "login",
        "warning: SASL authentication problem: unable to open Berkeley db /etc/sasldb2: Permission "
        "denied",
        "this login needs the password itself, which Cyrus SASL looks for in /etc/sasldb2, and "
        "Postfix's user may not read that file",
    ),
    Line(
        "login",
        "warning: SASL authentication problem: unknown password verifier(s) auxprop",
        "the plug-in that auxprop_plugin in smtpd.conf names is not installed",
    ),
    Line(
        "login-refused",
        "warning: SASL authentication problem: unknown password verifier(s) authdaemon",
        "pwcheck_method in smtpd.conf names a password checker that Cyrus SASL does not know",
    ),
    Line(
        "relay-stranger",
        "error: unsupported dictionary type: mysql",
        "this Postfix lacks the table type mysql",
    ),
    Line(
        "delivery-stranger",
        "error: open database /etc/postfix/nowhere.db: No such file or directory",
        "the table /etc/postfix/nowhere.db does not exist",
    ),
    Line(
        "relay-certificate",
        'warning: unknown smtpd restriction: "permit_everybody"',
        "permit_everybody is no restriction that Postfix knows",
    ),
    Line(
        "relay-login",
        "warning: problem talking to server 127.0.0.1:10023: Connection refused",
        "the policy server 127.0.0.1:10023 cannot be asked: Connection refused",
    ),
    Line(
        "postscreen-tls",
        "warning: connect to private/tlsproxy service: Connection refused",
        "postscreen has tlsproxy encrypt what it says, and cannot reach it: Connection refused",
    ),
    Line(
        "relay-login",
        "warning: connect to proxy filter 127.0.0.1:10024: Connection refused",
        "the filter 127.0.0.1:10024 cannot be asked: Connection refused",
    ),
    Line(
        "relay-login",
        "warning: lost connection with proxy 127.0.0.1:10024",
        "the filter 127.0.0.1:10024 hangs up",
    ),
    Line(
        "relay-login",
        'warning: proxy 127.0.0.1:10024 rejected "connection request": "554 no"',
        "the filter 127.0.0.1:10024 sends smtpd away: 554 no",
    ),
    Line(
        "answers",
        MILTER_DOWN,
        "the milter inet:127.0.0.1:8891 cannot be asked: Connection refused",
        seen="it answers STARTTLS with 454 4.3.0 Try again later",
    ),
    Line(
        "start",
        "fatal: bind 0.0.0.0 port 25: Address already in use",
        "another program listens on port 25 of 0.0.0.0",
    ),
    Line("auth", "panic: something unheard of", "the mail log says: something unheard of"),
]


def failure(probe: str, remedy: str = "", seen: str = Line.seen) -> Outcome:
    return Statements(probe, "mail:25").failed(seen, remedy)


def diagnosis(probe: str, log: str, seen: str = Line.seen) -> Outcome:
    (told,) = diagnosed([failure(probe, seen=seen)], log.splitlines())
    return told


@pytest.mark.parametrize("line", CAUSES, ids=lambda line: line.cause[:40])
def test_the_log_tells_the_cause(line: Line) -> None:
    log = f"connect from localhost\n{line.log}\ndisconnect from localhost"
    told = diagnosis(line.probe, log, line.seen)
    assert told.detail == f"{line.seen}: {line.cause}"
    assert told.verdict is Verdict.FAIL


@pytest.mark.parametrize("line", CAUSES[:-1], ids=lambda line: line.cause[:40])
def test_each_cause_comes_with_what_to_do(line: Line) -> None:
    assert diagnosis(line.probe, line.log, line.seen).remedy


def test_every_sign_has_its_line() -> None:
    groups = (signs.OF_THE_START, signs.OF_TLS, signs.OF_LOGINS, signs.OF_MAIL, signs.OF_ALL)
    missing = [
        sign.pattern.pattern
        for group in groups
        for sign in group
        if not any(sign.pattern.search(line.log) for line in CAUSES)
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("probe", "log"),
    [
        ("auth", "cannot connect to saslauthd server: Connection refused"),
        ("relay-stranger", f"something: {DISABLED}"),
        ("login", "error: unsupported dictionary type: mysql"),
        ("name", "unknown password verifier(s) auxprop"),
    ],
)
def test_what_is_wrong_elsewhere_explains_nothing_here(probe: str, log: str) -> None:
    assert diagnosis(probe, log) == failure(probe)


@pytest.mark.parametrize(
    ("seen", "is_blamed"),
    [
        ("it answers STARTTLS with 454 4.3.0 Try again later", True),
        ("it answers RCPT with 451 4.7.1 Service unavailable - try again later", True),
        ("it greets with 554 mail ESMTP not accepting connections", True),
        ("it lacks LOGIN", False),
    ],
    ids=["tempfail", "tempfail for mail", "reject", "accept"],
)
def test_a_milter_that_is_down_is_blamed_only_for_what_its_default_action_says(
    seen: str, is_blamed: bool
) -> None:
    assert ("milter" in diagnosis("auth", MILTER_DOWN, seen).detail) is is_blamed


REFUSED = "anna cannot log in: 535 5.7.8 Error: authentication failed: authentication failure"


def test_a_refused_password_is_told_as_such_where_the_log_knows_no_more() -> None:
    told = diagnosis("login", "fatal: unexpected command-line argument: reject", REFUSED)
    assert told.detail.startswith(f"{REFUSED}: the server works and has a password checker asked")
    assert "Begin again with the right password" in told.remedy


def test_a_refused_password_is_none_where_the_log_knows_why() -> None:
    told = diagnosis("login", "unknown password verifier(s) authdaemon", REFUSED)
    assert "pwcheck_method in smtpd.conf names a password checker" in told.detail


UNASKED = [
    f"anna cannot log in: {reply}"
    for reply in (
        "535 5.7.8 Error: authentication failed: generic failure",
        "454 4.7.0 Temporary authentication failure: generic failure",
        "535 5.7.8 Error: authentication failed: remote authentication server unavailable",
        "535 5.7.0 Error: authentication failed: Connection lost to authentication server",
        "454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
    )
]


@pytest.mark.parametrize("seen", UNASKED)
def test_a_password_that_no_checker_has_seen_is_not_called_wrong(seen: str) -> None:
    told = diagnosis("login", "connect from localhost", seen)
    assert "whether the password is right is not known" in told.detail
    assert "right password" not in told.remedy
    named = "Dovecot" if "Connection lost" in seen else "pwcheck_method"
    assert named in told.remedy


@pytest.mark.parametrize("seen", UNASKED)
def test_why_no_checker_has_seen_it_is_told_where_the_log_knows(seen: str) -> None:
    told = diagnosis("login", "cannot connect to saslauthd server: Connection refused", seen)
    assert told.detail == f"{seen}: smtpd cannot connect to saslauthd: Connection refused"


def test_a_password_that_is_right_elsewhere_is_not_called_wrong() -> None:
    fine = Statements("login", "mail:465 PLAIN").passed("anna can log in")
    told, _ = diagnosed([failure("login", seen=REFUSED), fine], [])
    assert "are right with another mechanism, or on another port" in told.detail
    assert "mech_list" in told.remedy


def test_what_the_probe_knows_is_not_overruled() -> None:
    knowing = failure("answers", "Do this.")
    assert diagnosed([knowing], ["fatal: something"]) == (knowing,)


def test_what_has_not_failed_needs_no_cause() -> None:
    statements = Statements("answers", "mail:25")
    fine = (statements.passed("it greets"), statements.skipped("it was not asked"))
    assert diagnosed(fine, ["fatal: something"]) == fine


def test_without_a_sign_the_failure_stays_as_it_is() -> None:
    assert diagnosis("answers", "connect from localhost") == failure("answers")


def test_what_is_more_telling_comes_before_what_is_not() -> None:
    log = "fatal: no SASL authentication mechanisms\nfatal: unexpected command-line argument: x"
    assert "takes x behind it" in diagnosis("answers", log).detail


def test_signs_are_looked_for_only_for_probes_that_there_are() -> None:
    known = {probe.identifier for probe in PROBES} | {"answers", "login-refused"}
    assert known >= SIGNS.keys()
