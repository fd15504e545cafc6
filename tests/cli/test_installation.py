"""``pfwizard install-certificate``: what somebody else's CA has sent goes where it belongs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from pfwizard.pki.certificates import Certificate, load_certificates
from tests.cli.program import Machine, contents, pfwizard_process, the_object_in
from tests.pki import builders as pki
from tests.pki.issuers import issuing

KEY, CERTIFICATE = "etc/postfix/ssl/private/server.key", "etc/postfix/ssl/server.crt"


@pytest.fixture
def sent(machine: Machine) -> "Sent":
    return Sent(machine)


class Sent:
    """A machine with a key of its own, and beside it what came for it."""

    def __init__(self, machine: Machine) -> None:
        self.root = machine.root
        self.directory = machine.answers.parent
        key = machine.root / KEY
        key.parent.mkdir(parents=True)
        key.write_bytes(pki.key("server").pem().reveal())
        start = datetime.now(UTC) - timedelta(days=1)
        self.authority = pki.ca(now=start)
        self.certificate = pki.server(self.authority, now=start)
        self.put("ca.pem", self.authority.pem())
        self.put("mail.pem", self.certificate.pem())

    def put(self, name: str, content: bytes) -> Path:
        file = self.directory / name
        file.write_bytes(content)
        return file

    def install(self, *arguments: str) -> CompletedProcess[str]:
        """Names of files are those of what came."""
        words = [
            self.directory / each if "." in each and not each.startswith("-") else each
            for each in arguments
        ]
        return pfwizard_process("install-certificate", "--root", self.root, *words)

    def installed(self) -> tuple[Certificate, ...]:
        return load_certificates((self.root / CERTIFICATE).read_bytes())

    def main_cf(self) -> str:
        return (self.root / "etc/postfix/main.cf").read_text()


def test_it_finds_the_key_by_itself_and_tells_postfix_of_both(sent: Sent) -> None:
    done = sent.install("ca.pem", "mail.pem")

    assert done.returncode == 0, done.stderr
    assert sent.installed() == (sent.certificate,)
    assert f"smtpd_tls_cert_file = /{CERTIFICATE}\n" in sent.main_cf()
    assert f"smtpd_tls_key_file = /{KEY}\n" in sent.main_cf()


def test_the_same_again_has_nothing_to_do(sent: Sent) -> None:
    sent.install("ca.pem", "mail.pem")

    done = sent.install("ca.pem", "mail.pem")

    assert done.returncode == 0
    assert "Nothing to do: this certificate is in place already." in done.stderr


def test_a_dry_run_shows_the_diff_and_changes_nothing(sent: Sent) -> None:
    before = contents(sent.root)

    done = sent.install("ca.pem", "mail.pem", "--dry-run")

    assert done.returncode == 3
    assert f"+smtpd_tls_cert_file = /{CERTIFICATE}" in done.stdout
    assert contents(sent.root) == before


def test_a_rollback_takes_it_back(sent: Sent) -> None:
    before = contents(sent.root)
    sent.install("ca.pem", "mail.pem")

    assert pfwizard_process("rollback", "--root", sent.root).returncode == 0

    assert contents(sent.root) == before


def test_der_is_as_good_as_pem(sent: Sent) -> None:
    sent.put("mail.der", sent.certificate.parsed.public_bytes(Encoding.DER))

    assert sent.install("ca.pem", "mail.der").returncode == 0
    assert sent.installed() == (sent.certificate,)


def test_issuers_that_did_not_come_are_looked_for_beside_the_certificate(sent: Sent) -> None:
    start = datetime.now(UTC).replace(microsecond=0)
    issuer = issuing("lower", (issuing("root", now=start), "root"), now=start)
    leaf = pki.server(issuer, ca_key=pki.key("lower"), now=start)
    sent.put("leaf.pem", leaf.pem())
    chain = (sent.root / CERTIFICATE).parent / "chain.pem"
    chain.write_bytes(issuer.pem())

    done = sent.install("leaf.pem")

    assert done.returncode == 0, done.stderr
    assert sent.installed() == (leaf, issuer)
    assert "did not come along, and is taken from /etc/postfix/ssl/chain.pem" in done.stderr


def test_what_some_clients_would_refuse_is_refused_unless_it_is_insisted_on(sent: Sent) -> None:
    other = pki.server(sent.authority, names=["mx.example.org"], now=datetime.now(UTC))
    sent.put("other.pem", other.pem())

    done = sent.install("ca.pem", "other.pem")

    assert done.returncode == 1
    assert "is not for mail.kernel-panic.it" in done.stderr
    assert "To install it all the same: --force." in done.stderr
    assert sent.install("ca.pem", "other.pem", "--force").returncode == 0


def test_programs_are_told_why_it_was_refused(sent: Sent) -> None:
    (sent.root / KEY).unlink()

    report = the_object_in(sent.install("mail.pem", "--json"))

    assert report["result"] == "refused"
    assert [finding["id"] for finding in report["findings"]][:1] == ["key-mismatch"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is empty"), (b"Dear customer", "holds no certificate in PEM, DER or PKCS #7")],
)
def test_a_file_without_a_certificate_is_named(sent: Sent, content: bytes, words: str) -> None:
    file = sent.put("letter.txt", content)

    done = sent.install("letter.txt")

    assert done.returncode == 1
    assert str(file) in done.stderr
    assert words in done.stderr


def test_a_file_that_is_not_there_is_named(sent: Sent) -> None:
    done = sent.install("nothing.pem")

    assert done.returncode == 1
    assert "nothing.pem: cannot be read: No such file or directory" in done.stderr


def test_without_a_file_it_says_what_it_needs(sent: Sent) -> None:
    done = sent.install()

    assert done.returncode == 2
    assert "needs the file that the CA has sent" in done.stderr


def test_an_empty_name_is_no_file(sent: Sent) -> None:
    assert sent.install("").returncode == 2
