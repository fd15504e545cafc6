"""A certificate that another CA signs: asked for, awaited, installed, and then in use."""

from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from pfwizard.pki.authority import sign_server
from pfwizard.pki.certificates import Certificate, load_certificates
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import generate, load_private_key
from pfwizard.secret import Secret
from tests.cli.program import Machine, contents, pfwizard_process
from tests.pki import builders as pki
from tests.pki.issuers import issuing

CERTIFICATE, KEY = "etc/mail/server.pem", "etc/mail/private/server.pem"
NO_PASSWORD = 'challenge_password = ""'
REQUEST = "etc/postfix/ssl/private/server.csr"


class Requesting:
    """A machine with answers that ask another CA, and this CA."""

    def __init__(self, machine: Machine) -> None:
        self.root = machine.root
        self.answers = machine.answers
        text = machine.answers.read_text()
        for old, new in (
            ('source = "create"', 'source = "none"'),
            ('source = "ca"', 'source = "request"'),
            ('layout = "pair"', 'layout = "auto"'),
            ('"/etc/postfix/ssl/server.crt"', f'"/{CERTIFICATE}"'),
            ('"/etc/postfix/ssl/private/server.key"', f'"/{KEY}"'),
            ('ca_file = "/etc/ssl/ca.crt"', 'ca_file = ""'),
        ):
            assert old in text, old
            text = text.replace(old, new)
        machine.answers.write_text(text)

    def run(self, *arguments: str | Path) -> CompletedProcess[str]:
        return pfwizard_process("--root", self.root, "--answers", self.answers, *arguments)

    def sent_for(self, key: bytes) -> Path:
        """What the CA sends for this key."""
        return sent_for(key, self.answers.parent)

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def certificates(self, path: str) -> tuple[Certificate, ...]:
        return load_certificates(self.read(path))


def sent_for(key: bytes, directory: Path) -> Path:
    """What another CA sends for this key, the certificate of the CA before it."""
    now = datetime.now(UTC)
    authority = issuing("root", now=now)
    leaf = sign_server(
        load_private_key(Secret(key)).public_key,
        pki.SERVER_SUBJECT,
        [pki.HOST],
        ca_certificate=authority,
        ca_key=pki.key("root"),
        days=90,
        now=now,
        serial=1,
    )
    file = directory / "sent.pem"
    file.write_bytes(authority.pem() + leaf.pem())
    return file


@pytest.fixture
def requesting(machine: Machine) -> Requesting:
    return Requesting(machine)


def test_first_there_is_a_request_and_postfix_is_as_it_was(requesting: Requesting) -> None:
    before = requesting.read("etc/postfix/main.cf")

    done = requesting.run()

    assert done.returncode == 0, done.stderr
    assert f"Send /{REQUEST} to the CA." in done.stderr
    assert b"CERTIFICATE REQUEST" in requesting.read(REQUEST)
    assert requesting.read("etc/postfix/main.cf") == before


def test_until_it_has_come_there_is_nothing_more_to_do(requesting: Requesting) -> None:
    requesting.run()
    before = contents(requesting.root)

    done = requesting.run()

    assert done.returncode == 0
    assert "Nothing to do" in done.stderr
    assert f"Send /{REQUEST} to the CA." in done.stderr
    assert contents(requesting.root) == before


def test_what_has_come_goes_where_the_answers_want_it(requesting: Requesting) -> None:
    requesting.run()
    before = requesting.read("etc/postfix/main.cf")

    done = requesting.run("install-certificate", requesting.sent_for(requesting.read(KEY)))

    assert done.returncode == 0, done.stderr
    (leaf,) = requesting.certificates(CERTIFICATE)
    assert requesting.certificates(KEY) == (leaf,)
    assert requesting.read("etc/postfix/main.cf") == before
    assert "with the same answers again" in done.stderr


def test_then_the_same_answers_do_the_rest(requesting: Requesting) -> None:
    requesting.run()
    requesting.run("install-certificate", requesting.sent_for(requesting.read(KEY)))

    done = requesting.run()

    assert done.returncode == 0, done.stderr
    main_cf = requesting.read("etc/postfix/main.cf").decode()
    assert f"smtpd_tls_chain_files = /{KEY}\n" in main_cf
    assert "smtpd_sasl_auth_enable = yes\n" in main_cf
    assert "Nothing to do" in requesting.run().stderr


def test_the_next_one_replaces_the_first_in_both_files(requesting: Requesting) -> None:
    requesting.run()
    requesting.run("install-certificate", requesting.sent_for(requesting.read(KEY)))
    requesting.run()
    (old,) = requesting.certificates(CERTIFICATE)

    requesting.run("install-certificate", requesting.sent_for(requesting.read(KEY)))

    (new,) = requesting.certificates(CERTIFICATE)
    assert new != old
    assert requesting.certificates(KEY) == (new,)
    assert "Nothing to do" in requesting.run().stderr


def test_a_certificate_for_another_key_is_refused(requesting: Requesting) -> None:
    requesting.run()
    before = contents(requesting.root)
    sent = requesting.sent_for(generate(KeyType.EC_P256).pem().reveal())

    done = requesting.run("install-certificate", sent)

    assert done.returncode == 1
    assert f"is not for the key in /{KEY}" in done.stderr
    assert contents(requesting.root) == before


def test_answers_that_have_it_otherwise_are_refused(requesting: Requesting) -> None:
    requesting.run()
    text = requesting.answers.read_text()
    requesting.answers.write_text(text.replace('"request"', '"files"'))

    done = requesting.run("install-certificate", requesting.sent_for(requesting.read(KEY)))

    assert done.returncode == 1
    assert 'Set server.source = "request"' in done.stderr


def test_a_password_that_is_added_closes_the_request_and_a_rollback_opens_it(
    requesting: Requesting,
) -> None:
    requesting.run()
    file = requesting.root / REQUEST
    text = requesting.answers.read_text()
    assert NO_PASSWORD in text
    requesting.answers.write_text(text.replace(NO_PASSWORD, 'challenge_password = "sesame"'))

    done = requesting.run()

    assert done.returncode == 0, done.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    assert pfwizard_process("rollback", "--root", requesting.root).returncode == 0
    assert file.stat().st_mode & 0o777 == 0o644


def test_the_certificate_of_our_own_ca_stays_until_that_of_another_has_come(
    machine: Machine,
) -> None:
    machine.answer('layout = "pair"', 'layout = "chain"')
    machine.pfwizard()
    before = contents(machine.root)
    machine.answer('source = "ca"', 'source = "request"')

    asked = machine.pfwizard()

    assert asked.returncode == 0, asked.stderr
    assert "was issued by your own CA" in asked.stderr
    assert contents(machine.root) == before
    key = machine.root / "etc/postfix/ssl/private/server.key"
    sent = sent_for(key.read_bytes(), machine.root.parent)
    came = machine.pfwizard("install-certificate", sent)
    assert came.returncode == 0, came.stderr
    (leaf,) = load_certificates(key.read_bytes())
    assert leaf in load_certificates(sent.read_bytes())
    assert "Nothing to do" in machine.pfwizard().stderr


def test_without_the_answers_it_goes_into_both_files_too_where_they_were_made_here(
    requesting: Requesting,
) -> None:
    requesting.run()
    requesting.run("install-certificate", requesting.sent_for(requesting.read(KEY)))
    requesting.run()
    sent = requesting.sent_for(requesting.read(KEY))

    done = pfwizard_process("install-certificate", "--root", requesting.root, sent, "--force")

    assert done.returncode == 0, done.stderr
    assert requesting.certificates(CERTIFICATE) == requesting.certificates(KEY)
    assert set(requesting.certificates(KEY)) < set(load_certificates(sent.read_bytes()))
    assert "Nothing to do" in requesting.run().stderr
