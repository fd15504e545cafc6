"""The table of questions.

Every face asks from this table: the answers file, the screens, the line dialogue and the manual.
"""

from pfwizard.answers import checks
from pfwizard.answers.question import Kind, Question
from pfwizard.pki import key_type, names

KEY_TYPES = tuple(kind.value for kind in key_type.KeyType)

LONGEST_VALIDITY = 36500
"""Days; a hundred years, beyond which a mistyped number is likelier than a plan."""


def _subject(section: str, common_name: str) -> tuple[Question, ...]:
    """The seven fields that openssl(1) asks for, in its order."""
    return (
        Question(
            f"{section}.country",
            "Country",
            "The two letters of ISO 3166, such as IT. May be left empty.",
            Kind.TEXT,
            default="",
            check=names.check_country,
        ),
        Question(
            f"{section}.state",
            "State or province",
            "Its full name. May be left empty.",
            Kind.TEXT,
            default="",
            check=names.check_state,
        ),
        Question(
            f"{section}.locality",
            "City",
            "The city or town. May be left empty.",
            Kind.TEXT,
            default="",
            check=names.check_locality,
        ),
        Question(
            f"{section}.organization",
            "Organization",
            "The company or association. May be left empty.",
            Kind.TEXT,
            default="",
            check=names.check_organization,
        ),
        Question(
            f"{section}.organizational_unit",
            "Organizational unit",
            "The department or purpose. May be left empty.",
            Kind.TEXT,
            default="",
            check=names.check_organizational_unit,
        ),
        Question(
            f"{section}.common_name",
            "Common name",
            common_name,
            Kind.TEXT,
            check=names.check_common_name,
        ),
        Question(
            f"{section}.email",
            "E-mail address",
            "An address for questions about the certificate. May be left empty.",
            Kind.TEXT,
            default="",
            check=names.check_email,
        ),
    )


QUESTIONS: tuple[Question, ...] = (
    Question(
        "ca.source",
        "Where it comes from",
        "create: made on this machine once; later runs find it and leave it alone.",
        Kind.CHOICE,
        default="create",
        choices=("create",),
    ),
    Question(
        "ca.certificate",
        "Certificate file",
        "Clients install this file to trust the server.",
        Kind.PATH,
        default="/etc/ssl/ca.crt",
        check=checks.path,
    ),
    Question(
        "ca.key",
        "Key file",
        "Whoever reads this file can issue certificates in your name.",
        Kind.PATH,
        default="/etc/ssl/private/ca.key",
        check=checks.path,
    ),
    Question(
        "ca.key_type",
        "Key type",
        "RSA is understood by every client; ec:p256 makes smaller and faster handshakes.",
        Kind.CHOICE,
        default="rsa:3072",
        choices=KEY_TYPES,
    ),
    Question(
        "ca.days",
        "Validity in days",
        "After this time every certificate of the CA has to be issued anew.",
        Kind.INTEGER,
        default=3650,
        minimum=1,
        maximum=LONGEST_VALIDITY,
    ),
    *_subject("ca.subject", "The name under which clients list the CA."),
    Question(
        "server.source",
        "Where it comes from",
        "ca: signed by the certificate authority above.",
        Kind.CHOICE,
        default="ca",
        choices=("ca",),
    ),
    Question(
        "server.layout",
        "Layout of the files",
        "pair: certificate and key in two files. chain: both in one, which needs Postfix 3.4.",
        Kind.CHOICE,
        default="pair",
        choices=("pair", "chain"),
    ),
    Question(
        "server.certificate",
        "Certificate file",
        "Shown to every client that starts TLS.",
        Kind.PATH,
        default="/etc/postfix/ssl/server.crt",
        check=checks.path,
    ),
    Question(
        "server.key",
        "Key file",
        "Readable by root only; Postfix needs it without a passphrase.",
        Kind.PATH,
        default="/etc/postfix/ssl/private/server.key",
        check=checks.path,
    ),
    Question(
        "server.request",
        "Signing request file",
        "Kept so that another CA can sign the same key later.",
        Kind.PATH,
        default="/etc/postfix/ssl/private/server.csr",
        check=checks.path,
    ),
    Question(
        "server.key_type",
        "Key type",
        "RSA is understood by every mail server; ec:p256 loses some old ones.",
        Kind.CHOICE,
        default="rsa:2048",
        choices=KEY_TYPES,
    ),
    Question(
        "server.days",
        "Validity in days",
        "Apple's clients refuse more than 825 days, whoever issued the certificate.",
        Kind.INTEGER,
        default=397,
        minimum=1,
        maximum=LONGEST_VALIDITY,
    ),
    Question(
        "server.names",
        "Host names",
        "Every name that a client may type; whoever uses another one refuses the certificate.",
        Kind.TEXTS,
        check=names.check_server_name,
    ),
    *_subject("server.subject", "The host name of the server."),
    Question(
        "server.request_attributes.challenge_password",
        "Challenge password",
        "Stands in clear in the request and is hardly used today. May be left empty.",
        Kind.SECRET,
        default="",
        check=names.check_challenge_password,
    ),
    Question(
        "server.request_attributes.company_name",
        "Company name",
        "Another name for the organization. May be left empty.",
        Kind.TEXT,
        default="",
        check=names.check_company_name,
    ),
    Question(
        "clients.names",
        "Clients to certify",
        "Whoever shows a certificate made for one of these may send mail to everywhere. May be "
        "an empty list.",
        Kind.TEXTS,
        default=(),
        check=checks.client_name,
    ),
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
        "services.smtps",
        "Port 465 (TLS at once)",
        "What RFC 8314 recommends for mail programs.",
        Kind.BOOLEAN,
        default=True,
    ),
    Question(
        "services.submission",
        "Port 587 (STARTTLS)",
        "For mail programs that do not know port 465.",
        Kind.BOOLEAN,
        default=False,
    ),
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
        "authdaemond: the daemon of the Courier authentication library.",
        Kind.CHOICE,
        default="authdaemond",
        choices=("authdaemond",),
    ),
    Question(
        "sasl.socket",
        "Socket",
        "The file through which Postfix talks to it.",
        Kind.PATH,
        default="/run/courier/authdaemon/socket",
        check=checks.socket_path,
    ),
    Question(
        "sasl.mechanisms",
        "Mechanisms",
        "How a mail program sends the password; authdaemond can check PLAIN and LOGIN.",
        Kind.TEXTS,
        default=("PLAIN", "LOGIN"),
        choices=("PLAIN", "LOGIN"),
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
)

SECTIONS = frozenset(question.section for question in QUESTIONS)
"""The tables of an answers file, such as ``ca`` and ``ca.subject``."""
