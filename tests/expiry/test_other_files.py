"""Certificates besides those that the ports show: for names, and for other servers."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.expiry.judgement import Judge, Level
from pfwizard.expiry.smtp_clients import shown_to_other_servers
from pfwizard.expiry.sni import SniFiles, sni_files
from pfwizard.expiry.status import SNI, SNI_FILES_ALONE, Status, look
from pfwizard.expiry.watched import Role
from pfwizard.machine.effective import Effective
from pfwizard.machine.postfix import BUILT_IN_DEFAULTS
from pfwizard.machine.tree import Tree
from tests.pki import builders as pki

DAY = timedelta(days=1)
SMTP = "smtp unix - - y - - smtp\n"
RELAY = "relay unix - - y - - smtp\n -o smtp_tls_cert_file=/etc/relay.pem\n"
LMTP = "lmtp unix - - y - - lmtp\n"


def effective(main: str) -> Effective:
    return Effective(MainCf.parse(main.encode()), BUILT_IN_DEFAULTS)


def outgoing(main: str, master: str = SMTP) -> list[str]:
    found = shown_to_other_servers(MasterCf.parse(master.encode()), effective(main))
    return [str(path) for path in found]


# --- to other servers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("main", "files"),
    [
        ("", []),
        ("smtp_tls_cert_file = /etc/out.pem\n", ["/etc/out.pem"]),
        (
            "smtp_tls_cert_file = /etc/a.pem\nsmtp_tls_eccert_file = /etc/b.pem\n",
            ["/etc/a.pem", "/etc/b.pem"],
        ),
        (
            "smtp_tls_cert_file = /etc/a.pem\nsmtp_tls_chain_files = /etc/b.pem /etc/c.pem\n",
            ["/etc/b.pem", "/etc/c.pem"],
        ),
        (
            "smtp_tls_cert_file = $smtpd_tls_cert_file\nsmtpd_tls_cert_file = /etc/in.pem\n",
            ["/etc/in.pem"],
        ),
    ],
)
def test_the_files_of_the_smtp_client_are_found(main: str, files: list[str]) -> None:
    assert outgoing(main) == files


def test_a_service_may_have_files_of_its_own() -> None:
    main = "smtp_tls_cert_file = /etc/out.pem\n"

    assert outgoing(main, SMTP + RELAY) == ["/etc/out.pem", "/etc/relay.pem"]


def test_lmtp_has_parameters_of_its_own() -> None:
    main = "smtp_tls_cert_file = /etc/out.pem\nlmtp_tls_cert_file = /etc/lmtp.pem\n"

    assert outgoing(main, LMTP) == ["/etc/lmtp.pem"]


def test_what_no_service_delivers_with_does_not_count() -> None:
    assert outgoing("lmtp_tls_cert_file = /etc/lmtp.pem\n", SMTP) == []


# --- for names ------------------------------------------------------------------------------------


def of_table(tmp_path: Path, text: str, maps: str = "hash:/etc/sni") -> SniFiles:
    (tmp_path / "etc").mkdir(exist_ok=True)
    (tmp_path / "etc/sni").write_text(text)
    return sni_files(Tree(tmp_path), effective(f"tls_server_sni_maps = {maps}\n"))


def test_the_text_of_a_table_names_keys_and_certificates(tmp_path: Path) -> None:
    found = of_table(
        tmp_path,
        "# for the others\n\nmail.example.org /etc/a.key, /etc/a.crt\n"
        "mx.example.org\n    /etc/b.pem\n",
    )

    assert [str(path) for path in found.paths] == ["/etc/a.key", "/etc/a.crt", "/etc/b.pem"]
    assert found.is_complete


@pytest.mark.parametrize(
    ("text", "maps"),
    [
        ("a /etc/a.pem\n", "hash:/etc/missing"),
        ("a /etc/a.pem\n", "hash:/etc/sni, ldap:/etc/elsewhere"),
        ("a a.pem\n", "hash:/etc/sni"),
    ],
    ids=["the text is missing", "another kind of table", "a relative path"],
)
def test_what_cannot_be_looked_at_is_known(tmp_path: Path, text: str, maps: str) -> None:
    assert not of_table(tmp_path, text, maps).is_complete


def test_without_the_parameter_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert sni_files(Tree(tmp_path), effective("")) == SniFiles()


# --- in the status --------------------------------------------------------------------------------

MAIN = """\
smtpd_tls_security_level = may
smtpd_tls_chain_files = /etc/server.key, /etc/server.crt
smtp_tls_cert_file = /etc/out.pem
tls_server_sni_maps = hash:/etc/sni
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A server whose other certificates end before its own, the one for a name first."""
    (tmp_path / "etc/postfix").mkdir(parents=True)
    (tmp_path / "etc/postfix/main.cf").write_text(MAIN)
    (tmp_path / "etc/postfix/master.cf").write_text(f"smtp inet n - y - - smtpd\n{SMTP}")
    key = pki.key("server").pem().reveal()
    for name, content in (
        ("server.key", key),
        ("server.crt", pki.server().pem()),
        ("out.pem", key + pki.server(days=200).pem()),
        ("name.key", key),
        ("name.crt", pki.server(days=100).pem()),
        ("sni", b"mx.example.org /etc/name.key /etc/name.crt\n"),
    ):
        (tmp_path / "etc" / name).write_bytes(content)
    (tmp_path / "etc/sni.db").write_bytes(b"what postmap makes of it")
    return tmp_path


def status_of(root: Path, days: int = 0) -> Status:
    return look(Tree(root), None, Judge(pki.NOW + days * DAY), is_root=True)


def test_each_is_listed_with_what_it_is_for(root: Path) -> None:
    assert [(each.role, str(each.place)) for each in status_of(root).certificates] == [
        (Role.FOR_A_NAME, "/etc/name.crt"),
        (Role.OUTGOING, "/etc/out.pem"),
        (Role.LEAF, "/etc/server.crt"),
    ]


@pytest.mark.parametrize(
    ("days", "words", "remedy"),
    [
        (90, "the certificate for clients that ask for a name, in /etc/name.crt", "postmap -F"),
        (190, "the certificate that other servers are shown, in /etc/out.pem", "whoever issued it"),
    ],
    ids=["for a name", "for other servers"],
)
def test_each_runs_out_with_a_word_of_its_own(
    root: Path, days: int, words: str, remedy: str
) -> None:
    status = status_of(root, days)
    finding = next(each for each in status.findings if each.message.startswith(words))

    assert "expires on" in finding.message
    assert remedy in finding.remedy


def test_one_certificate_for_both_directions_is_listed_once_as_the_servers(root: Path) -> None:
    main = MAIN.replace("/etc/out.pem", "/etc/server.crt")
    (root / "etc/postfix/main.cf").write_text(main)

    roles = [each.role for each in status_of(root).certificates]

    assert roles == [Role.FOR_A_NAME, Role.LEAF]


def test_a_file_of_keys_alone_is_in_order_before_another_and_not_as_the_last(root: Path) -> None:
    assert status_of(root).level is Level.OK
    main = MAIN.replace("/etc/server.key, /etc/server.crt", "/etc/server.key")
    (root / "etc/postfix/main.cf").write_text(main)

    assert status_of(root).level is Level.CRITICAL


def test_it_is_said_that_the_copies_in_the_table_were_not_seen(root: Path) -> None:
    assert SNI_FILES_ALONE in status_of(root).findings
    (root / "etc/sni").unlink()

    assert SNI in status_of(root).findings


@pytest.mark.parametrize("younger", ["sni", "name.crt", "name.key"])
def test_a_table_that_is_older_than_what_it_is_made_from_is_a_warning(
    root: Path, younger: str
) -> None:
    built = (root / "etc/sni.db").stat().st_mtime
    os.utime(root / "etc" / younger, (built + 1, built + 1))

    status = status_of(root)

    assert status.level is Level.WARNING
    (found,) = (each for each in status.findings if each.identifier == "sni-table-outdated")
    assert found.message.startswith("/etc/sni.db is older than what it was made from")
    assert found.remedy == "postmap -F hash:/etc/sni makes it anew."


def test_a_table_that_was_never_made_is_outdated_too(root: Path) -> None:
    (root / "etc/sni.db").unlink()

    assert status_of(root).level is Level.WARNING


def test_a_file_that_a_table_names_and_that_is_missing_is_told(root: Path) -> None:
    (root / "etc/name.crt").unlink()

    assert "/etc/name.crt: is missing" in [each.message for each in status_of(root).findings]


def test_a_ca_whose_key_is_kept_elsewhere_is_no_reason_for_a_word(root: Path) -> None:
    main = "smtpd_tls_security_level = may\nsmtpd_tls_CAfile = /etc/ca.crt\n"
    (root / "etc/postfix/main.cf").write_text(f"{main}smtpd_tls_cert_file = /etc/server.crt\n")
    (root / "etc/ca.crt").write_bytes(pki.ca().pem())

    status = status_of(root)

    assert status.level is Level.OK
    assert [each.identifier for each in status.findings] == ["ports-not-asked"]
