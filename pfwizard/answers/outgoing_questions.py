"""The questions about outgoing mail: TLS towards other servers, and a relay host."""

from pfwizard.answers import checks, outgoing_checks
from pfwizard.answers.question import Kind, Question

OUTGOING_QUESTIONS: tuple[Question, ...] = (
    Question(
        "outgoing.tls_security_level",
        "TLS to other servers",
        "dane: by DNSSEC. secure: for a relay host. Without a choice, it stays as it is.",
        Kind.CHOICE,
        default="",
        choices=("", "may", "dane", "encrypt", "secure"),
    ),
    Question(
        "outgoing.ca_file",
        "CA file for servers",
        "Certificates of other servers are checked against these CAs. May be left empty.",
        Kind.PATH,
        default="",
        check=checks.path,
    ),
    Question(
        "outgoing.relay_host",
        "Relay host",
        "Takes all mail that is not for this server, such as [mail.example.org]:587. Left empty, "
        "it stays as it is.",
        Kind.TEXT,
        default="",
        check=outgoing_checks.relay_host,
    ),
    Question(
        "outgoing.relay_user",
        "Login there",
        "The name by which this server logs in to the relay host. Left empty, it does not.",
        Kind.TEXT,
        default="",
        check=outgoing_checks.relay_user,
    ),
    Question(
        "outgoing.relay_password_file",
        "File of its password",
        "Its first line becomes part of the table of passwords. Left empty, what is there counts.",
        Kind.PATH,
        default="",
        check=checks.path,
    ),
)
