"""What is found on a machine of which only the files are there."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest

from pfwizard.expiry.files import read
from pfwizard.expiry.judgement import Judge, Judgement, Level
from pfwizard.expiry.status import NOT_IN_A_TREE, NOT_ROOT, NOTHING_TO_WATCH, SNI, Status, look
from pfwizard.machine.tree import Tree
from tests.pki import builders as pki

MAIN = """\
smtpd_tls_security_level = may
smtpd_tls_cert_file = /etc/server.crt
smtpd_tls_CAfile = /etc/ca.crt
"""
AUTHORITY = pki.ca()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree with a server's certificate and its CA's."""
    (tmp_path / "etc/postfix").mkdir(parents=True)
    (tmp_path / "etc/postfix/main.cf").write_text(MAIN)
    (tmp_path / "etc/postfix/master.cf").write_text("smtp inet n - y - - smtpd\n")
    (tmp_path / "etc/server.crt").write_bytes(pki.server(AUTHORITY).pem())
    (tmp_path / "etc/ca.crt").write_bytes(AUTHORITY.pem())
    return tmp_path


def status_of(root: Path, *, days_later: int = 0) -> Status:
    judge = Judge(pki.NOW + timedelta(days=days_later))
    return look(Tree(root), None, judge, is_root=True)


def test_the_files_of_a_tree_are_looked_at_and_its_ports_are_not(root: Path) -> None:
    status = status_of(root)

    assert [str(each.place) for each in status.certificates] == ["/etc/server.crt", "/etc/ca.crt"]
    assert status.findings == (NOT_IN_A_TREE,)
    assert status.level is Level.OK


def test_the_worst_certificate_decides(root: Path) -> None:
    status = status_of(root, days_later=380)

    assert status.level is Level.WARNING
    assert [finding.identifier for finding in status.findings] == [
        "ports-not-asked",
        "expires-soon",
    ]


def remove(file: Path) -> None:
    file.unlink()


def damage(file: Path) -> None:
    file.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")


def make_a_directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    ("happen", "words"),
    [
        (remove, "/etc/server.crt: is missing"),
        (damage, "the certificate /etc/server.crt is damaged"),
        (make_a_directory, "/etc/server.crt: is not a file"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_file_that_postfix_cannot_use_is_critical(
    root: Path, happen: Callable[[Path], None], words: str
) -> None:
    happen(root / "etc/server.crt")

    status = status_of(root)

    assert status.level is Level.CRITICAL
    assert status.findings[-1].message == words


def test_a_file_that_only_others_may_read_is_unknown(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read every file, so the system's word is put in its place."""

    really_read = Path.read_bytes

    def denied(path: Path) -> bytes:
        if path.name == "server.crt":
            raise PermissionError(13, "Permission denied")
        return really_read(path)

    monkeypatch.setattr(Path, "read_bytes", denied)
    status = status_of(root)

    assert status.level is Level.UNKNOWN
    assert status.findings[-1].identifier == Judgement.UNREADABLE.value
    assert "Permission denied" in status.findings[-1].message


def test_a_link_is_followed_inside_the_tree(root: Path) -> None:
    (root / "etc/server.crt").rename(root / "etc/archive.crt")
    (root / "etc/server.crt").symlink_to("/etc/archive.crt")

    assert status_of(root).level is Level.OK


def test_a_postfix_without_certificates_has_nothing_to_watch(root: Path) -> None:
    (root / "etc/postfix/main.cf").write_text("")

    status = status_of(root)

    assert status.level is Level.UNKNOWN
    assert NOTHING_TO_WATCH in status.findings


def test_what_only_root_can_see_is_unknown_though_the_files_are_in_order(root: Path) -> None:
    in_order = status_of(root).certificates

    assert Status(in_order).level is Level.OK
    assert Status(in_order, (NOT_ROOT,)).level is Level.UNKNOWN


def test_certificates_for_single_names_are_not_passed_over_in_silence(root: Path) -> None:
    main_cf = root / "etc/postfix/main.cf"
    main_cf.write_text(f"{MAIN}tls_server_sni_maps = hash:/etc/postfix/sni\n")

    assert SNI in status_of(root).findings


def test_the_key_in_a_chain_file_is_passed_over(root: Path) -> None:
    content = pki.key("server").pem().reveal() + pki.server(AUTHORITY).pem()
    (root / "etc/server.crt").write_bytes(content)

    file = read(Tree(root), PurePosixPath("/etc/server.crt"))

    assert len(file.certificates) == 1
