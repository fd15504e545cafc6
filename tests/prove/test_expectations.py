"""What a configuration has a server do."""

from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from pfwizard.cf.service import Service
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.key_type import KeyType
from pfwizard.plan.plan import SmtpPort
from pfwizard.prove import expectations as module
from pfwizard.prove.expectations import Place, expectations, files_of_expectations, live
from pfwizard.prove.server import READABLE, BlankInRange, Expectation, Security
from tests.pki import builders as pki
from tests.plan.builders import SERVER, SERVER_KEY, SMTPD_CONF, file, machine

NAME = "compatibility_level = 3.6\nmyhostname = mail.kernel-panic.it\nmydomain = kernel-panic.it\n"
TLS = (
    f"{NAME}smtpd_tls_security_level = may\nsmtpd_tls_cert_file = {SERVER}\n"
    f"smtpd_tls_key_file = {SERVER_KEY}\n"
)
AUTH = f"{TLS}smtpd_sasl_auth_enable = yes\n"
NOPLAINTEXT = f"{AUTH}smtpd_sasl_security_options = noanonymous, noplaintext\n"

SMTP = "smtp inet n - n - - smtpd\n"
SMTPS = f"{SMTP}smtps inet n - n - - smtpd\n  -o smtpd_tls_wrappermode=yes\n"

NONE: frozenset[str] = frozenset()
BOTH = frozenset({"PLAIN", "LOGIN"})


def conf(mechanisms: str) -> FileState:
    return file(SMTPD_CONF, f"pwcheck_method: alwaystrue\nmech_list: {mechanisms}\n".encode())


def at_its_port(service: Service, smtp_port: SmtpPort) -> Iterator[Place]:
    yield Place("127.0.0.1", smtp_port.port)


def expected_of(main: str, master: str = SMTP, *files: FileState) -> Expectation:
    """Of the last server."""
    return list(expectations(machine(main, master, *files), at_its_port))[-1]


# --- TLS ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("main", "master", "security"),
    [
        (NAME, SMTP, Security.NONE),
        (TLS, SMTP, Security.STARTTLS),
        (f"{NAME}smtpd_tls_security_level = encrypt\n", SMTP, Security.STARTTLS),
        (TLS, SMTPS, Security.IMPLICIT),
        (f"{TLS}smtpd_tls_wrappermode = yes\n", SMTP, Security.IMPLICIT),
    ],
)
def test_when_tls_begins(main: str, master: str, security: Security) -> None:
    assert expected_of(main, master).server.security is security


@pytest.mark.parametrize(
    ("more", "master", "oldest"),
    [
        ("smtpd_tls_protocols = >=TLSv1.2\n", SMTP, "TLSv1.2"),
        ("smtpd_tls_protocols = !SSLv2, !SSLv3\n", SMTP, "TLSv1"),
        ("smtpd_tls_protocols = >=TLSv1.2\nsmtpd_tls_mandatory_protocols = >=TLSv1.3\n", SMTP,
         "TLSv1.2"),
        ("smtpd_tls_mandatory_protocols = >=TLSv1.3\n", SMTPS, "TLSv1.3"),
        ("smtpd_tls_security_level = encrypt\nsmtpd_tls_mandatory_protocols = >=TLSv1.3\n", SMTP,
         "TLSv1.3"),
        ("smtpd_tls_protocols = what\n", SMTP, None),
    ],
)  # fmt: skip
def test_the_oldest_version_is_that_of_optional_or_of_mandatory_tls(
    more: str, master: str, oldest: str | None
) -> None:
    assert expected_of(TLS + more, master).oldest == oldest


@pytest.mark.parametrize(
    "more",
    [
        "smtpd_tls_security_level = Encrypt\n",
        "smtpd_tls_security_level = verify\n",
        "smtpd_tls_security_level = Secure\n",
        "smtpd_tls_security_level = fingerprint\n",
        "smtpd_tls_security_level =\nsmtpd_enforce_tls = yes\n",
    ],
)
def test_tls_is_required_however_that_is_written(more: str) -> None:
    versions = "smtpd_tls_protocols = >=TLSv1.2\nsmtpd_tls_mandatory_protocols = >=TLSv1.3\n"
    found = expected_of(f"{AUTH}{versions}smtpd_tls_req_ccert = yes\n{more}", SMTP, conf("PLAIN"))
    assert (found.in_clear, found.oldest, found.requires_certificate) == (NONE, "TLSv1.3", True)


@pytest.mark.parametrize("level", ["may", "MAY"])
def test_an_older_parameter_does_not_require_tls_where_there_is_a_level(level: str) -> None:
    main = f"{AUTH}smtpd_tls_security_level = {level}\nsmtpd_enforce_tls = yes\n"
    assert expected_of(main, SMTP, conf("PLAIN")).in_clear == frozenset({"PLAIN"})


@pytest.mark.parametrize(
    ("more", "master", "blank"),
    [
        ("smtpd_tls_protocols = >= TLSv1.2\n", SMTP,
         BlankInRange("smtpd_tls_protocols = >= TLSv1.2", ("TLSv1.3",))),
        ("smtpd_tls_mandatory_protocols = >= TLSv1.2\n", SMTPS,
         BlankInRange("smtpd_tls_mandatory_protocols = >= TLSv1.2", ("TLSv1.3",))),
        ("smtpd_tls_mandatory_protocols = >= TLSv1.2\n", SMTP, None),
        ("smtpd_tls_protocols = >= TLSv1.3\n", SMTP, None),
        ("smtpd_tls_protocols = >= TLSv1.2, <= TLSv1.3\n", SMTP, None),
        ("smtpd_tls_protocols = >= 0x0303\n", SMTP, None),
        ("smtpd_tls_protocols = >=TLSv1.2\n", SMTP, None),
    ],
)  # fmt: skip
def test_a_blank_in_a_range_of_versions_counts_where_it_costs_one(
    more: str, master: str, blank: BlankInRange | None
) -> None:
    assert expected_of(TLS + more, master).blank_in_range == blank


@pytest.mark.parametrize(
    ("master", "rivals"),
    [
        (f"{SMTPS}465 inet n - n - - smtpd\n", ("smtps in line 2", "465 in line 4")),
        (f"465 inet n - n - - smtpd\n{SMTPS}", ("465 in line 1", "smtps in line 3")),
        (f"{SMTPS}{SMTPS}", ()),
        (SMTPS, ()),
    ],
)
def test_entries_for_one_port_are_rivals_where_tls_begins_at_once_in_some_of_them_only(
    master: str, rivals: tuple[str, ...]
) -> None:
    assert expected_of(TLS, master).rivals == rivals


def fingerprints(*certificates: Certificate) -> frozenset[str]:
    return frozenset(each.facts.fingerprint_sha256 for each in certificates)


def test_the_certificate_is_the_first_of_its_file() -> None:
    leaf = pki.server()
    chain = file(SERVER, leaf.pem() + pki.ca().pem())
    assert expected_of(TLS, SMTP, chain).certificates == fingerprints(leaf)


def test_each_type_of_key_has_its_certificate() -> None:
    other = PurePosixPath("/etc/postfix/ssl/other.crt")
    first, second = pki.server(), pki.client()
    files = (file(SERVER, first.pem()), file(other, second.pem()))
    found = expected_of(f"{TLS}smtpd_tls_eccert_file = {other}\n", SMTP, *files).certificates
    assert found == fingerprints(first, second)


CHAINS = PurePosixPath("/etc/postfix/ssl")
OF_EC, OF_RSA = KeyType.EC_P256, KeyType.RSA_2048
WITH_EC, WITH_RSA = pki.server(key_type=OF_EC), pki.server(key_type=OF_RSA)


def pem_key(key_type: KeyType) -> bytes:
    return pki.key("server", key_type).pem().reveal()


def chained(*contents: bytes) -> Expectation:
    """Of a server whose chain is in these files."""
    files = [file(CHAINS / f"{n}.pem", each) for n, each in enumerate(contents)]
    named = ", ".join(str(each.path) for each in files)
    return expected_of(f"{TLS}smtpd_tls_chain_files = {named}\n", SMTP, *files)


def test_each_key_of_a_chain_file_has_the_certificate_behind_it() -> None:
    rsa = pem_key(OF_RSA) + WITH_RSA.pem() + pki.ca().pem()
    ec = pem_key(OF_EC) + WITH_EC.pem() + pki.ca().pem()
    assert chained(rsa + ec).certificates == fingerprints(WITH_RSA, WITH_EC)


def test_a_chain_goes_on_in_the_next_file() -> None:
    contents = (pem_key(OF_EC), WITH_EC.pem(), pki.ca().pem())
    assert chained(*contents).certificates == fingerprints(WITH_EC)


def test_of_a_chain_with_a_certificate_that_cannot_be_read_nothing_is_known() -> None:
    broken = b"-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n"
    rsa = pem_key(OF_RSA) + WITH_RSA.pem()
    assert chained(rsa + pem_key(OF_EC) + broken).certificates is None


SNI_TEXT = PurePosixPath("/etc/postfix/sni")
LEAF = pki.server()


def with_sni_maps(maps: str, text: bytes | None, version: str = "3.7.11") -> Expectation:
    """Of mail.kernel-panic.it; without a text where that is None."""
    files = [file(SERVER, LEAF.pem()), *([] if text is None else [file(SNI_TEXT, text)])]
    main = f"{TLS}tls_server_sni_maps = {maps}\n"
    (found,) = expectations(machine(main, SMTP, *files, version=version), at_its_port)
    return found


@pytest.mark.parametrize(
    "text",
    [b"", b"mx.example.org /etc/a.pem\nkernel-panic.it /etc/b.pem\n# mail.kernel-panic.it /c\n"],
)
@pytest.mark.parametrize("kind", ["hash", "texthash"])
def test_certificates_for_other_names_change_nothing(kind: str, text: bytes) -> None:
    assert with_sni_maps(f"{kind}:{SNI_TEXT}", text).certificates == fingerprints(LEAF)


@pytest.mark.parametrize("name", ["mail.kernel-panic.it", "Mail.Kernel-Panic.IT", ".it"])
def test_what_is_shown_to_whoever_asks_for_the_name_of_the_server_is_not_known(name: str) -> None:
    text = f"mx.example.org /etc/a.pem\n{name}\n    /etc/b.key, /etc/b.pem\n".encode()
    assert with_sni_maps(f"hash:{SNI_TEXT}", text).certificates is None


@pytest.mark.parametrize(
    ("maps", "text"),
    [
        (f"hash:{SNI_TEXT}", None),
        (f"hash:{SNI_TEXT}, ldap:/etc/postfix/sni.cf", b""),
        ("inline:{{mail.kernel-panic.it=/etc/b.pem}}", None),
    ],
    ids=["no text", "another kind of table", "inline"],
)
def test_where_the_names_cannot_be_read_nothing_is_known(maps: str, text: bytes | None) -> None:
    assert with_sni_maps(maps, text).certificates is None


def test_before_postfix_3_4_there_are_no_certificates_by_name() -> None:
    text = b"mail.kernel-panic.it /etc/b.pem\n"
    assert with_sni_maps(f"hash:{SNI_TEXT}", text, "3.3.1").certificates == fingerprints(LEAF)


def test_the_texts_with_names_are_looked_at() -> None:
    main = f"{TLS}tls_server_sni_maps = proxy:hash:{SNI_TEXT}\n"
    assert SNI_TEXT in files_of_expectations(machine(main, SMTP))


@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----\nno\n", None])
def test_of_a_file_that_holds_no_certificate_nothing_is_known(content: bytes | None) -> None:
    files = () if content is None else (file(SERVER, content),)
    assert expected_of(TLS, SMTP, *files).certificates is None


def test_the_files_of_certificates_are_looked_at() -> None:
    assert SERVER in files_of_expectations(machine(TLS, SMTP))


@pytest.mark.parametrize(
    ("more", "master", "asks", "requires"),
    [
        ("", SMTP, False, False),
        ("smtpd_tls_ask_ccert = yes\n", SMTP, True, False),
        ("smtpd_tls_req_ccert = yes\n", SMTP, True, False),
        ("smtpd_tls_req_ccert = yes\n", SMTPS, True, True),
        ("smtpd_tls_req_ccert = yes\nsmtpd_tls_security_level = encrypt\n", SMTP, True, True),
    ],
)
def test_client_certificates_are_required_where_tls_is(
    more: str, master: str, asks: bool, requires: bool
) -> None:
    found = expected_of(TLS + more, master)
    assert (found.asks_certificate, found.requires_certificate) == (asks, requires)


BY_CERTIFICATE = "permit_tls_clientcerts, reject"


@pytest.mark.parametrize(
    ("main", "master", "lets"),
    [
        (TLS, SMTP, False),
        (f"{TLS}smtpd_recipient_restrictions = {BY_CERTIFICATE}\n", SMTP, True),
        (f"{TLS}smtpd_relay_restrictions = permit_tls_all_clientcerts, reject\n", SMTP, True),
        (TLS, f"{SMTP}  -o {{smtpd_relay_restrictions={BY_CERTIFICATE}}}\n", True),
        (
            f"{TLS}smtpd_restriction_classes = a\na = permit_tls_clientcerts\n",
            SMTP,
            True,
        ),
    ],
    ids=["nowhere", "listed", "all", "of the service", "in a class"],
)
def test_whether_a_certificate_lets_anybody_relay_stands_in_the_restrictions(
    main: str, master: str, lets: bool
) -> None:
    assert expected_of(main, master).relays_by_certificate is lets


# --- AUTH -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("main", "mechanisms", "in_clear", "over_tls"),
    [
        (TLS, "PLAIN LOGIN", NONE, NONE),
        (AUTH, "plain Login", BOTH, BOTH),
        (f"{AUTH}smtpd_tls_auth_only = yes\n", "PLAIN LOGIN", NONE, BOTH),
        (f"{AUTH}smtpd_tls_security_level = encrypt\n", "PLAIN LOGIN", NONE, BOTH),
        (f"{NOPLAINTEXT}smtpd_sasl_tls_security_options = noanonymous\n", "PLAIN CRAM-MD5",
         frozenset({"CRAM-MD5"}), frozenset({"PLAIN", "CRAM-MD5"})),
        (NOPLAINTEXT, "PLAIN CRAM-MD5", frozenset({"CRAM-MD5"}), frozenset({"CRAM-MD5"})),
        (f"{AUTH}smtpd_discard_ehlo_keywords = etrn, AUTH\n", "PLAIN", NONE, NONE),
        (f"{AUTH}smtpd_sasl_exceptions_networks = 192.0.2.0/24\n", "PLAIN", None, None),
        (f"{AUTH}smtpd_discard_ehlo_keyword_address_maps = cidr:/x\n", "PLAIN", None, None),
        (f"{AUTH}smtpd_sasl_type = dovecot\n", "PLAIN", None, None),
        (f"{NAME}smtpd_sasl_auth_enable = yes\nsmtpd_tls_auth_only = yes\n", "PLAIN", NONE, NONE),
        (f"{NAME}smtpd_sasl_auth_enable = yes\n", "PLAIN",
         frozenset({"PLAIN"}), frozenset({"PLAIN"})),
    ],
)  # fmt: skip
def test_which_mechanisms_are_offered_when(
    main: str,
    mechanisms: str,
    in_clear: frozenset[str] | None,
    over_tls: frozenset[str] | None,
) -> None:
    found = expected_of(main, SMTP, conf(mechanisms))
    assert (found.in_clear, found.over_tls) == (in_clear, over_tls)


@pytest.mark.parametrize(
    ("main", "forbidden"),
    [
        (f"{AUTH}smtpd_sasl_type = dovecot\n", NONE),
        (f"{NOPLAINTEXT}smtpd_sasl_type = dovecot\n", READABLE),
    ],
)
def test_passwords_in_clear_are_forbidden_by_noplaintext(
    main: str, forbidden: frozenset[str]
) -> None:
    assert expected_of(main, SMTP).never_in_clear == forbidden


FILTER = "smtpd_sasl_mechanism_filter"


@pytest.mark.parametrize(
    ("value", "mechanisms", "offered"),
    [
        ("plain", "PLAIN LOGIN", frozenset({"PLAIN"})),
        ("PLAIN, login", "plain login CRAM-MD5", BOTH),
        ("!login, static:rest", "PLAIN LOGIN", frozenset({"PLAIN"})),
        ("!!plain", "PLAIN LOGIN", frozenset({"PLAIN"})),
        ("cram-md5", "PLAIN LOGIN", NONE),
        ("", "PLAIN LOGIN", NONE),
        ("hash:/etc/postfix/mechanisms", "PLAIN LOGIN", None),
        ("/etc/postfix/mechanisms", "PLAIN LOGIN", None),
        ("!login, hash:/etc/postfix/mechanisms", "PLAIN LOGIN", None),
        ("!login, plain, hash:/etc/postfix/mechanisms", "PLAIN LOGIN", frozenset({"PLAIN"})),
    ],
)
def test_a_filter_hides_mechanisms_as_far_as_it_is_known(
    value: str, mechanisms: str, offered: frozenset[str] | None
) -> None:
    found = expected_of(f"{AUTH}{FILTER} = {value}\n", SMTP, conf(mechanisms))
    assert (found.in_clear, found.over_tls) == (offered, offered)


@pytest.mark.parametrize(
    ("version", "main", "offered"),
    [
        ("3.7.11", AUTH, frozenset({"PLAIN"})),
        ("3.5.25", AUTH, frozenset({"PLAIN", "EXTERNAL"})),
        ("3.5.25", f"{AUTH}{FILTER} = login\n", frozenset({"PLAIN", "EXTERNAL"})),
    ],
)
def test_from_postfix_3_6_on_there_is_a_filter_which_hides_external_unless_it_is_set(
    version: str, main: str, offered: frozenset[str]
) -> None:
    facts = machine(main, SMTP, conf("PLAIN EXTERNAL"), version=version)
    (found,) = expectations(facts, at_its_port)
    assert found.over_tls == offered


def test_without_a_list_of_mechanisms_nobody_knows_which() -> None:
    found = expected_of(AUTH, SMTP, file(SMTPD_CONF, b"pwcheck_method: alwaystrue\n"))
    assert (found.in_clear, found.over_tls) == (None, None)


def test_a_service_may_have_a_list_of_mechanisms_of_its_own() -> None:
    own = file(SMTPD_CONF.with_name("own.conf"), b"pwcheck_method: alwaystrue\nmech_list: LOGIN\n")
    master = f"{SMTP}submission inet n - n - - smtpd\n  -o smtpd_sasl_path=own\n"
    first, second = expectations(machine(AUTH, master, conf("PLAIN"), own), at_its_port)
    assert (first.over_tls, second.over_tls) == (frozenset({"PLAIN"}), frozenset({"LOGIN"}))


def test_an_option_in_master_cf_counts_for_its_service_alone() -> None:
    master = f"{SMTP}  -o smtpd_sasl_auth_enable=no\nsubmission inet n - n - - smtpd\n"
    first, second = expectations(machine(AUTH, master, conf("PLAIN")), at_its_port)
    assert (first.over_tls, second.over_tls) == (NONE, frozenset({"PLAIN"}))


def test_users_may_be_known_under_each_domain_of_the_server() -> None:
    assert expected_of(f"{AUTH}smtpd_sasl_local_domain = example.org\n").domains == (
        "example.org",
        "kernel-panic.it",
        "mail.kernel-panic.it",
    )


# --- where they are met ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "listening", "met"),
    [
        ("smtp", ("127.0.0.1", "::1"), ["127.0.0.1", "::1"]),
        ("smtp", ("192.0.2.1", "192.0.2.2", "2001:db8::1"), ["192.0.2.1", "2001:db8::1"]),
        ("smtp", ("::1",), ["::1"]),
        ("[::1]:smtp", ("127.0.0.1", "::1"), ["::1"]),
        ("192.0.2.2:smtp", ("192.0.2.1", "192.0.2.2"), ["192.0.2.2"]),
        ("smtp", (), ["127.0.0.1"]),
    ],
)
def test_a_server_is_met_at_its_address_or_at_one_of_each_family(
    service: str, listening: tuple[str, ...], met: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "addresses_of", lambda port, master: port.hosts or listening)
    facts: Facts = machine(TLS, f"{service} inet n - n - - smtpd\n")
    assert [each.server.address for each in expectations(facts, live(1))] == met


def test_two_servers_on_one_port_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "addresses_of", lambda port, master: port.hosts)
    master = "127.0.0.1:25 inet n - n - - smtpd\n[::1]:25 inet n - n - - smtpd\n"
    found = expectations(machine(TLS, master), live(1))
    assert [str(each.server) for each in found] == ["127.0.0.1:25", "[::1]:25"]


def test_a_rehearsal_has_other_ports_and_the_same_expectations() -> None:
    def elsewhere(service: Service, smtp_port: SmtpPort) -> Iterator[Place]:
        yield Place("127.0.0.1", 50000, f"rehearsal:{smtp_port.port}", comes_from="127.0.0.9")

    (found,) = expectations(machine(TLS, SMTP), elsewhere)
    assert (found.server.port, found.public_port) == (50000, 25)
    assert (str(found.server), found.server.comes_from) == ("rehearsal:25", "127.0.0.9")


def test_what_is_no_smtp_server_is_not_met() -> None:
    master = f"{SMTP}pickup unix n - n 60 1 pickup\n628 inet n - n - - qmqpd\n"
    assert len(list(expectations(machine(TLS, master), at_its_port))) == 1


def test_its_name_is_that_of_the_host() -> None:
    assert expected_of(TLS).server.name == "mail.kernel-panic.it"
