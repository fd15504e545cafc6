"""The table of questions.

Every face asks from this table: the answers file, the screens, the line dialogue and the manual.
"""

from pfwizard.answers import checks
from pfwizard.answers.question import Kind, Question
from pfwizard.pki import key_type, names

KEY_TYPES = tuple(kind.value for kind in key_type.KeyType)

LONGEST_VALIDITY = 36500
"""Days; a hundred years, beyond which a mistyped number is likelier than a plan."""


def _subject(section: str, whose: str, common_name: str) -> tuple[Question, ...]:
    """The seven fields that openssl(1) asks for, in its order."""
    return (
        Question(
            f"{section}.country",
            f"Country of {whose}",
            "The two letters of ISO 3166, such as IT. May be left empty.",
            Kind.TEXT,
            default="",
            check=names.check_country,
        ),
        Question(
            f"{section}.state",
            f"State or province of {whose}",
            "Its full name. May be left empty.",
            Kind.TEXT,
            default="",
            check=names.check_state,
        ),
        Question(
            f"{section}.locality",
            f"City of {whose}",
            "The city or town. May be left empty.",
            Kind.TEXT,
            default="",
            check=names.check_locality,
        ),
        Question(
            f"{section}.organization",
            f"Organization of {whose}",
            "The company or association. May be left empty.",
            Kind.TEXT,
            default="",
            check=names.check_organization,
        ),
        Question(
            f"{section}.organizational_unit",
            f"Organizational unit of {whose}",
            "The department or purpose. May be left empty.",
            Kind.TEXT,
            default="",
            check=names.check_organizational_unit,
        ),
        Question(
            f"{section}.common_name",
            f"Common name of {whose}",
            common_name,
            Kind.TEXT,
            check=names.check_common_name,
        ),
        Question(
            f"{section}.email",
            f"E-mail address of {whose}",
            "An address for questions about the certificate. May be left empty.",
            Kind.TEXT,
            default="",
            check=names.check_email,
        ),
    )


QUESTIONS: tuple[Question, ...] = (
    Question(
        "ca.source",
        "Where the certificate authority comes from",
        "create: made on this machine once; later runs find it and leave it alone.",
        Kind.CHOICE,
        default="create",
        choices=("create",),
    ),
    Question(
        "ca.certificate",
        "File of the CA certificate",
        "Clients install this file to trust the server.",
        Kind.PATH,
        default="/etc/ssl/ca.crt",
        check=checks.path,
    ),
    Question(
        "ca.key",
        "File of the CA key",
        "Whoever reads this file can issue certificates in your name.",
        Kind.PATH,
        default="/etc/ssl/private/ca.key",
        check=checks.path,
    ),
    Question(
        "ca.key_type",
        "Type of the CA key",
        "RSA is understood by every client; ec:p256 makes smaller and faster handshakes.",
        Kind.CHOICE,
        default="rsa:3072",
        choices=KEY_TYPES,
    ),
    Question(
        "ca.days",
        "Validity of the CA certificate in days",
        "After this time every certificate of the CA has to be issued anew.",
        Kind.INTEGER,
        default=3650,
        minimum=1,
        maximum=LONGEST_VALIDITY,
    ),
    *_subject("ca.subject", "the CA", "The name under which clients list the CA."),
    Question(
        "server.source",
        "Where the server certificate comes from",
        "ca: signed by the certificate authority above.",
        Kind.CHOICE,
        default="ca",
        choices=("ca",),
    ),
    Question(
        "server.layout",
        "Files of the server certificate",
        "pair: certificate and key in two files. chain: both in the file of the key, which "
        "cannot be read half renewed; needs Postfix 3.4.",
        Kind.CHOICE,
        default="pair",
        choices=("pair", "chain"),
    ),
    Question(
        "server.certificate",
        "File of the server certificate",
        "Shown to every client that starts TLS.",
        Kind.PATH,
        default="/etc/postfix/ssl/server.crt",
        check=checks.path,
    ),
    Question(
        "server.key",
        "File of the server key",
        "Readable by root only; Postfix needs it without a passphrase.",
        Kind.PATH,
        default="/etc/postfix/ssl/private/server.key",
        check=checks.path,
    ),
    Question(
        "server.request",
        "File of the certificate signing request",
        "Kept so that another CA can sign the same key later.",
        Kind.PATH,
        default="/etc/postfix/ssl/private/server.csr",
        check=checks.path,
    ),
    Question(
        "server.key_type",
        "Type of the server key",
        "RSA is understood by every mail server; ec:p256 loses some old ones.",
        Kind.CHOICE,
        default="rsa:2048",
        choices=KEY_TYPES,
    ),
    Question(
        "server.days",
        "Validity of the server certificate in days",
        "Apple's clients refuse more than 825 days, whoever issued the certificate.",
        Kind.INTEGER,
        default=397,
        minimum=1,
        maximum=LONGEST_VALIDITY,
    ),
    Question(
        "server.names",
        "Host names that clients connect to",
        "Every name that a client may type: they go into the certificate, and a client that "
        "uses another name refuses it.",
        Kind.TEXTS,
        check=names.check_server_name,
    ),
    *_subject("server.subject", "the server", "The host name of the server."),
    Question(
        "server.request_attributes.challenge_password",
        "Challenge password of the request",
        "Stands in clear in the request and is hardly used today. May be left empty.",
        Kind.SECRET,
        default="",
        check=names.check_challenge_password,
    ),
    Question(
        "server.request_attributes.company_name",
        "Company name of the request",
        "Another name for the organization. May be left empty.",
        Kind.TEXT,
        default="",
        check=names.check_company_name,
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
        "CA file for client certificates",
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
        "Oldest TLS version that is accepted",
        "Left empty, Postfix decides. TLSv1.2 is today's usual floor.",
        Kind.CHOICE,
        default="",
        choices=("", *checks.TLS_VERSIONS),
    ),
    Question(
        "tls.auth_only",
        "Log in over TLS only",
        "true: AUTH is not offered before TLS, so that no password crosses the net in clear.",
        Kind.BOOLEAN,
        default=False,
    ),
    Question(
        "services.smtps",
        "Submission with TLS from the first byte (port 465)",
        "What RFC 8314 recommends for mail programs.",
        Kind.BOOLEAN,
        default=True,
    ),
    Question(
        "services.submission",
        "Submission with STARTTLS (port 587)",
        "For mail programs that do not know port 465.",
        Kind.BOOLEAN,
        default=False,
    ),
    Question(
        "sasl.enabled",
        "Let users log in (SMTP AUTH)",
        "Users who log in may send mail to everywhere.",
        Kind.BOOLEAN,
        default=True,
    ),
    Question(
        "sasl.scope",
        "Where users may log in",
        "submission: on ports 465 and 587 only. everywhere: on port 25 too.",
        Kind.CHOICE,
        default="submission",
        choices=("submission", "everywhere"),
    ),
    Question(
        "sasl.backend",
        "Who checks the passwords",
        "authdaemond: the daemon of the Courier authentication library.",
        Kind.CHOICE,
        default="authdaemond",
        choices=("authdaemond",),
    ),
    Question(
        "sasl.socket",
        "Socket of the password checker",
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
        "Support Outlook Express 4 and its age",
        "Announces AUTH a second time in the spelling that such clients look for.",
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
