"""The questions about certificates: the CA, the server, the clients."""

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


CERTIFICATE_QUESTIONS: tuple[Question, ...] = (
    Question(
        "ca.source",
        "Where it comes from",
        "create: made here once, and found by later runs. existing: it is here. none: you have "
        "none.",
        Kind.CHOICE,
        default="create",
        choices=("create", "existing", "none"),
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
    Question(
        "ca.name_constraints",
        "Limited to your domains",
        "Whoever steals the CA's key can then deceive your clients about your own names only.",
        Kind.BOOLEAN,
        default=True,
    ),
    Question(
        "ca.domains",
        "Your domains",
        "Each with all names below it. An empty list means those of the host names and clients.",
        Kind.TEXTS,
        default=(),
        check=names.check_domain,
    ),
    Question(
        "ca.encrypted",
        "Passphrase on the key",
        "It is asked for whenever something is signed, and kept nowhere.",
        Kind.BOOLEAN,
        default=False,
    ),
    *_subject("ca.subject", "The name under which clients list the CA."),
    Question(
        "server.source",
        "Where it comes from",
        "ca: signed by your CA. request: another CA is to sign it. files: it is there, as from "
        "certbot.",
        Kind.CHOICE,
        default="ca",
        choices=("ca", "request", "files"),
    ),
    Question(
        "server.layout",
        "Layout of the files",
        "pair: two files. chain: both in one, from Postfix 3.4 on. auto: as it is, else chain if "
        "possible.",
        Kind.CHOICE,
        default="auto",
        choices=("auto", "pair", "chain"),
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
        "What another CA needs to sign for this key, now or later.",
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
    Question(
        "server.ecdsa",
        "A second key, ECDSA",
        "New clients are shown a smaller certificate on P-256, and old ones the first.",
        Kind.BOOLEAN,
        default=False,
    ),
    Question(
        "server.ecdsa_certificate",
        "ECDSA certificate file",
        "The second certificate, for the same names.",
        Kind.PATH,
        default="/etc/postfix/ssl/server-ecdsa.crt",
        check=checks.path,
    ),
    Question(
        "server.ecdsa_key",
        "ECDSA key file",
        "The second key, readable by root only.",
        Kind.PATH,
        default="/etc/postfix/ssl/private/server-ecdsa.key",
        check=checks.path,
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
)
