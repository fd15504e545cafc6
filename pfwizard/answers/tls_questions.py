"""The questions about TLS on port 25 and everywhere."""

from pfwizard.answers import checks
from pfwizard.answers.question import Kind, Question

TLS_QUESTIONS: tuple[Question, ...] = (
    Question(
        "tls.security_level",
        "TLS on port 25",
        "may: offered to everyone. encrypt: required, which a public mail server must not do.",
        Kind.CHOICE,
        default="may",
        choices=("may", "encrypt"),
    ),
    Question(
        "tls.log_level",
        "TLS log level",
        "1 logs one line for each handshake; 2 and more are for debugging. Left empty, it stays "
        "as it is.",
        Kind.INTEGER,
        default="",
        minimum=0,
        maximum=4,
    ),
    Question(
        "tls.ca_file",
        "CA file for clients",
        "Client certificates are checked against this CA. May be left empty.",
        Kind.PATH,
        default="",
        check=checks.path,
    ),
    Question(
        "tls.random_source",
        "Source of randomness",
        "Left empty, Postfix uses its own default, which is right on today's systems.",
        Kind.TEXT,
        default="",
        check=checks.random_source,
    ),
    Question(
        "tls.minimum_version",
        "Oldest TLS version",
        "Without a choice, Postfix decides. TLSv1.2 is today's usual floor.",
        Kind.CHOICE,
        default="",
        choices=("", *checks.TLS_VERSIONS),
    ),
    Question(
        "tls.auth_only",
        "Log in over TLS only",
        "AUTH is not offered before TLS, so that no password crosses the net in clear.",
        Kind.BOOLEAN,
        default=False,
    ),
    Question(
        "tls.profile",
        "TLS profile",
        "As Postfix, Mozilla or internet.nl (ncsc) advise. Without a choice, all stays.",
        Kind.CHOICE,
        default="",
        choices=("", "postfix", "intermediate", "modern", "ncsc"),
    ),
    Question(
        "tls.migrate_obsolete",
        "Replace old spellings",
        "Settings that Postfix knows no longer give way to what stands for them today.",
        Kind.BOOLEAN,
        default=False,
    ),
)
