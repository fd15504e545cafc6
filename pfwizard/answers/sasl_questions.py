"""The questions about logins: who checks passwords, and how."""

from pfwizard.answers import checks
from pfwizard.answers.question import Kind, Question
from pfwizard.answers.sasl_backend_questions import SASL_BACKEND_QUESTIONS

MECHANISMS = (
    "PLAIN",
    "LOGIN",
    "SCRAM-SHA-1",
    "SCRAM-SHA-256",
    "SCRAM-SHA-512",
    "CRAM-MD5",
    "DIGEST-MD5",
    "NTLM",
    "OTP",
    "OAUTHBEARER",
    "XOAUTH2",
)
"""Every mechanism that may be asked for; which of them are possible depends on who checks."""

SASL_QUESTIONS: tuple[Question, ...] = (
    Question(
        "sasl.enabled",
        "Users may log in",
        "Users who log in may send mail to everywhere.",
        Kind.BOOLEAN,
        default=True,
    ),
    Question(
        "sasl.scope",
        "Where they may log in",
        "submission: on ports 465 and 587 only. everywhere: on port 25 too.",
        Kind.CHOICE,
        default="submission",
        choices=("submission", "everywhere"),
    ),
    Question(
        "sasl.backend",
        "Password checker",
        "The daemon (authdaemond, saslauthd, dovecot) or the store that knows the passwords.",
        Kind.CHOICE,
        default="authdaemond",
        choices=("authdaemond", "saslauthd", "sasldb", "sql", "ldapdb", "dovecot"),
    ),
    Question(
        "sasl.socket",
        "Socket",
        "Through this file Postfix talks to it. Left empty, it is where its package puts it.",
        Kind.PATH,
        default="",
        check=checks.socket_path,
    ),
    Question(
        "sasl.database",
        "File of passwords",
        "The file that saslpasswd2 writes. Left empty, it is where this platform has it.",
        Kind.PATH,
        default="",
        check=checks.path,
    ),
    Question(
        "sasl.mechanisms",
        "Mechanisms",
        "How a mail program proves its password. None: those that the checker does safely.",
        Kind.TEXTS,
        default=(),
        choices=MECHANISMS,
    ),
    Question(
        "sasl.chroot",
        "Chroot jail",
        "auto: smtpd leaves it where it must. leave: it stays. move-socket: the socket moves in.",
        Kind.CHOICE,
        default="auto",
        choices=("auto", "leave", "move-socket"),
    ),
    Question(
        "sasl.local_domain",
        "Realm",
        "Appended to a login without a domain by some password checkers. May be left empty.",
        Kind.TEXT,
        default="",
        check=checks.parameter_value,
    ),
    Question(
        "sasl.broken_clients",
        "Very old mail programs",
        "Announces AUTH a second time, in the spelling that Outlook Express 4 looks for.",
        Kind.BOOLEAN,
        default=False,
    ),
    Question(
        "sasl.recipient_restrictions",
        "Who may send where",
        "Merged into smtpd_recipient_restrictions; checks that stand there already stay.",
        Kind.TEXTS,
        default=("permit_mynetworks", "permit_sasl_authenticated"),
        check=checks.restriction,
    ),
    *SASL_BACKEND_QUESTIONS,
)
