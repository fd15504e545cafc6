"""The questions about the services for mail programs, and about postscreen's helper."""

from pfwizard.answers.question import Kind, Question

SERVICES_QUESTIONS: tuple[Question, ...] = (
    Question(
        "services.smtps",
        "Port 465 (TLS at once)",
        "What RFC 8314 recommends for mail programs.",
        Kind.BOOLEAN,
        default=True,
    ),
    Question(
        "services.smtps_client_certificates",
        "Certificates on 465",
        "require: nobody gets in without one. Without a choice, it stays as it is.",
        Kind.CHOICE,
        default="",
        choices=("", "ask", "require"),
    ),
    Question(
        "services.submission",
        "Port 587 (STARTTLS)",
        "For mail programs that do not know port 465.",
        Kind.BOOLEAN,
        default=False,
    ),
    Question(
        "services.submission_client_certificates",
        "Certificates on 587",
        "require: nobody gets in without one. Without a choice, it stays as it is.",
        Kind.CHOICE,
        default="",
        choices=("", "ask", "require"),
    ),
    Question(
        "services.tlsproxy",
        "TLS behind postscreen",
        "Where postscreen answers on port 25, tlsproxy does its TLS and is switched on.",
        Kind.BOOLEAN,
        default=False,
    ),
)
