"""What each question means, at length: for whoever asks for more than the sentence beside it."""

from collections.abc import Mapping

from pfwizard.answers.outgoing_explanations import OUTGOING_EXPLANATIONS
from pfwizard.answers.question import Question
from pfwizard.answers.sasl_explanations import SASL_EXPLANATIONS

_SUBJECT = {
    "country": "The attribute C of the certificate's name: two capital letters from ISO 3166, "
    "such as DE, IT or GB (the United Kingdom is not UK). Programs show it to people and "
    "decide nothing by it, so that it may be left empty.",
    "state": "The attribute ST of the certificate's name. Write the state, region or province "
    "in full; abbreviations are allowed and help nobody. It may be left empty.",
    "locality": "The attribute L of the certificate's name: the town in which the organization "
    "sits. It may be left empty.",
    "organization": "The attribute O of the certificate's name: who runs this server. People "
    "see it when they look at the certificate; a private CA vouches for it by your word "
    "alone. At most 64 characters. It may be left empty.",
    "organizational_unit": "The attribute OU of the certificate's name: a department, or what "
    "the certificate is for. The CA and the server must differ in at least one attribute, and "
    "this is a good place for it. It may be left empty.",
    "common_name": "The attribute CN of the certificate's name. For the CA it is what clients "
    "list it under, so say whose it is. For the server it is the host name by custom; mail "
    "programs compare the host names of the certificate, and no longer this one. At most 64 "
    "characters.",
    "email": "An address inside the certificate's name, for questions about it. Everybody who "
    "connects can read it, so that a role such as postmaster is better than a person. It may "
    "be left empty.",
}

_OTHERS = {
    "ca.source": "create: a private CA is made on this machine, and found again by later runs; "
    "clients have to install its certificate once. existing: its certificate is here already, and "
    "is never made anew, whatever becomes of it; its key may be kept elsewhere as long as nothing "
    "is to be signed. none: you have no CA of your own, and another one signs for the server.",
    "ca.certificate": "Where the CA's certificate is written, readable by all: clients install "
    "this file, and it holds no secret. If it is there already together with its key, both "
    "are used as they are and never replaced.",
    "ca.key": "Where the CA's private key is written, readable by root only. Whoever copies it "
    "can make certificates that your clients trust. Keep a copy off this machine: without it "
    "nothing can be issued or renewed. If it is there already together with the certificate, "
    "it is used as it is.",
    "ca.key_type": "RSA is understood by every client there is. 3072 bits are the usual choice "
    "for a key that has to last ten years; 4096 cost time in each handshake and gain little. "
    "ec:p256 and ec:p384 are smaller and faster, and unknown to some clients from before "
    "2014.",
    "ca.days": "When the CA's certificate runs out, every certificate that it has signed runs "
    "out with it, and every client must install a new one. Ten years (3650) are usual. A "
    "server certificate cannot outlive it.",
    "ca.name_constraints": "The CA's certificate then says for which domains it may sign "
    "(nameConstraints, RFC 5280). Whoever installs a CA trusts it for the whole Internet; with "
    "these limits a stolen key is good for the names of your own domains and for no bank. The "
    "price: a domain that you add later needs a new CA, which every client must install. A few "
    "programs from before 2018 do not know such limits and refuse the certificate.",
    "ca.domains": "The domains for which the CA may sign, separated by commas; each stands for "
    "itself, for every host below it, and for the e-mail addresses of both. Name all the domains "
    "that the server will ever serve: the list cannot be changed later. Left empty, it is taken "
    "from the host names of the server's certificate and the names of the clients.",
    "ca.encrypted": "The key of the CA is then of no use to whoever copies the file (PKCS #8, "
    "PBKDF2 with 600000 rounds, AES-256). The passphrase is asked for when something is to be "
    "signed. Without a terminal it comes from a file (--ca-passphrase-file), from a descriptor "
    "(--ca-passphrase-fd), or from a credential of systemd called pfwizard-ca-passphrase. It is "
    "written down nowhere: without it nothing can be issued or renewed.",
    "server.source": "ca: the CA of the step before signs the server's certificate. request: a key "
    "and a signing request are made, and nothing else is changed until the certificate has come; "
    "then pfwizard install-certificate FILE --answers ANSWERS puts it in place, and the same "
    "answers do the rest. files: certificate and key are there and somebody else renews them, "
    "such as certbot below /etc/letsencrypt/live; they are named in main.cf where they are, and "
    "never copied or written.",
    "server.names": "Every host name that a mail program or a mail server may use to reach this "
    "one, separated by commas. They become the subjectAltName of the certificate, which is "
    "what clients compare; a name that is missing here is refused by them. Wildcards such as "
    "*.example.org cover one label, and IP addresses are possible. The name in Postfix's "
    "myhostname should be among them.",
    "server.layout": "auto: what main.cf has today stays; where it has nothing, it is chain from "
    "Postfix 3.4 on and pair before. pair: the certificate in one file and the key in another "
    "(smtpd_tls_cert_file and smtpd_tls_key_file), as in most guides. chain: both also in the "
    "file of the key (smtpd_tls_chain_files), so that a renewal never shows a new certificate "
    "with an old key for a moment; that needs Postfix 3.4 or later.",
    "server.certificate": "The file of the server's certificate. One that is made here is written "
    "there; one that is there already is checked and left alone, and if it does not fit the "
    "answers, you are told what to move away. Somebody else's has the certificates of its issuers "
    "behind it, such as fullchain.pem of certbot. With the layout pair, smtpd_tls_cert_file in "
    "main.cf points to it.",
    "server.key": "The file of the server's private key, readable by root only: Postfix reads it "
    "before it gives up its privileges, and cannot ask for a passphrase. A key that is there "
    "already is used again, so that pinned fingerprints stay valid. With the layout chain, the "
    "certificate is written into this file too, and smtpd_tls_chain_files in main.cf points to it.",
    "server.request": "The certificate signing request is kept, so that a public CA can sign "
    "the same key later without anything having to be made anew on this machine.",
    "server.key_type": "rsa:2048 is understood by every mail server, and strong enough for a "
    "certificate that lasts a year. ec:p256 makes handshakes cheaper and loses some old "
    "senders, which then deliver without TLS or not at all.",
    "server.days": "How long the certificate is valid. 397 days are accepted by every client; "
    "Apple's refuse more than 825, whoever has signed it. Note the date: when it is over, "
    "mail programs refuse to send.",
    "server.ecdsa": "A second key and certificate of the same names, on the curve P-256: clients "
    "that know ECDSA, which is nearly all, are shown this one, and their handshakes cost a "
    'fraction; the others are shown the first one. With server.source = "files" they have to be '
    "there, as certbot makes them.",
    "server.ecdsa_certificate": "Where the second certificate is written; smtpd_tls_eccert_file "
    "in main.cf points to it, or smtpd_tls_chain_files to the file of its key.",
    "server.ecdsa_key": "Where the second private key is written, readable by root only. A key "
    "that is there already is used again.",
    "server.request_attributes.challenge_password": "An attribute of the signing request with "
    "which some CAs let you revoke a certificate later. It stands in clear in the request and "
    "does not protect the key; the request is then readable by root only. Leave it empty "
    "unless your CA asks for it.",
    "server.request_attributes.company_name": "An attribute of the signing request that openssl "
    "asks for (unstructuredName). No CA that we know of uses it. Leave it empty.",
    "clients.names": "E-mail addresses of people, or host names of mail servers, separated by "
    "commas. For each of them a key, a certificate and a PKCS #12 file are made, in a directory "
    "below that of the CA's key, readable by root only. The fingerprint goes into the table of "
    "relay_clientcerts in main.cf, and permit_tls_clientcerts into the restrictions. Clients that "
    "have a certificate keep it; nobody loses one who is no longer named here. Later: pfwizard "
    "client add, list and revoke.",
    "tls.security_level": "smtpd_tls_security_level in main.cf. may offers STARTTLS to everyone "
    "and takes mail without it too, which is what a server with an MX record must do (RFC "
    "3207). encrypt refuses mail without TLS: right for a server that only known hosts talk "
    "to. Ports 465 and 587 require TLS in any case.",
    "tls.log_level": "smtpd_tls_loglevel in main.cf. 0 logs nothing of TLS, 1 a line for each "
    "handshake, which is what you want when somebody cannot connect. 2 to 4 dump protocol "
    "details and fill a busy server's disk.",
    "tls.ca_file": "smtpd_tls_CAfile in main.cf: the CA certificates that sign your clients' own "
    "certificates. It is not needed for the server's certificate, and it makes no client "
    "trust you. Leave it empty if no client shows a certificate.",
    "tls.random_source": "tls_random_source in main.cf: from where Postfix seeds its random "
    "numbers, such as dev:/dev/urandom. Its own default is right on every system of today; "
    "guides from before 2010 set it because OpenSSL could not.",
    "tls.minimum_version": "smtpd_tls_protocols and smtpd_tls_mandatory_protocols in main.cf, "
    "in the syntax of this Postfix. TLSv1.2 shuts out senders from before 2010, which on port "
    "25 then deliver in clear if they may. Left at its default, Postfix decides, and follows "
    "its releases.",
    "tls.profile": "smtpd_tls_protocols, smtpd_tls_mandatory_protocols, the cipher lists and the "
    "curves in main.cf, in the syntax of this Postfix. postfix: its own defaults, and no list made "
    "by hand; the widest reach. intermediate: Mozilla's guideline 6.0, TLS 1.2 and 1.3 with six "
    "suites. modern: the same on port 25, and TLS 1.3 alone where TLS is required. ncsc: what "
    "internet.nl measures a mail server by. The review says what each costs. Whatever is stricter "
    "today stays. The cipher lists and the curves count for mail that goes out too.",
    "tls.migrate_obsolete": "smtpd_use_tls, smtpd_enforce_tls, smtp_use_tls and the like become "
    "the level that they stand for (smtpd_tls_security_level, smtp_tls_security_level), and what "
    "this Postfix ignores, such as smtpd_tls_eecdh_grade, is taken out of main.cf. Nothing that "
    "clients meet gets weaker. Otherwise you are warned of them.",
    "tls.auth_only": "smtpd_tls_auth_only in main.cf. yes: AUTH is announced after TLS has "
    "begun and not before, so that no password crosses the net in clear. no: a client without "
    "TLS may log in on ports where TLS is only offered; say so only for clients that cannot "
    "be mended.",
    "services.smtps": "The service on port 465 in master.cf, with smtpd_tls_wrappermode=yes: "
    "TLS begins with the first byte, so that nobody in between can suppress it. RFC 8314 "
    "recommends it for mail programs. The commented template in master.cf is used where there "
    "is one.",
    "services.submission": "The service on port 587 in master.cf, with "
    "smtpd_tls_security_level=encrypt: a mail program must start TLS before it can log in. "
    "Switch it on for programs that do not know port 465, or that are configured already.",
    "services.smtps_client_certificates": "smtpd_tls_ask_ccert or smtpd_tls_req_ccert, as options "
    "of the service on port 465. ask: a client that has a certificate may show it, and relay by it "
    "if it is listed; the others log in as before. require: without a certificate of a CA in "
    "smtpd_tls_CAfile nobody can even log in, so that stolen passwords are of no use. Some mail "
    "programs have their users choose a certificate as soon as they are asked for one.",
    "services.submission_client_certificates": "The same for port 587: smtpd_tls_ask_ccert or "
    "smtpd_tls_req_ccert, as options of its service. ask lets a client show the certificate that "
    "it may have; require sends everybody away who has none of a CA in smtpd_tls_CAfile.",
    "services.tlsproxy": "postscreen, which keeps zombies away from port 25, leaves TLS to a "
    "service tlsproxy that the stock master.cf has commented out. Without it, no mail server can "
    "start TLS on port 25. yes: it is switched on where postscreen is in use; where it is not, "
    "nothing is changed.",
}

SUBJECTS = ("ca.subject", "server.subject")

EXPLANATIONS: Mapping[str, str] = {
    **{f"{section}.{name}": text for section in SUBJECTS for name, text in _SUBJECT.items()},
    **_OTHERS,
    **SASL_EXPLANATIONS,
    **OUTGOING_EXPLANATIONS,
}
"""By the key of the question."""


def explanation_of(question: Question) -> str:
    """The explanation of one question, in paragraphs."""
    return EXPLANATIONS[question.key]
