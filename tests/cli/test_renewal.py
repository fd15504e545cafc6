"""``pfwizard renew``: a change like any other, that a timer may ask for every day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from pfwizard.pki.certificates import Certificate, load_certificate
from tests.cli.program import Machine, contents, pfwizard_process, the_object_in
from tests.pki import builders as pki

DAY = timedelta(days=1)

MAIN = """
smtpd_tls_security_level = may
smtpd_tls_cert_file = /etc/ssl/server.crt
smtpd_tls_key_file = /etc/ssl/private/server.key
smtpd_tls_CAfile = /etc/ssl/ca.crt
"""


def put(machine: Machine, path: str, content: bytes) -> None:
    file = machine.root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def give_certificate(machine: Machine, left: int) -> Certificate:
    """One of 397 days, with so many left, and its CA."""
    start = datetime.now(UTC) - (397 - left) * DAY
    authority = pki.ca(now=start)
    leaf = pki.server(authority, now=start)
    main_cf = machine.root / "etc/postfix/main.cf"
    main_cf.write_text(main_cf.read_text() + MAIN)
    put(machine, "/etc/ssl/ca.crt", authority.pem())
    put(machine, "/etc/ssl/private/ca.key", pki.key("ca").pem().reveal())
    put(machine, "/etc/ssl/server.crt", leaf.pem())
    put(machine, "/etc/ssl/private/server.key", pki.key("server").pem().reveal())
    return leaf


def renew(machine: Machine, *arguments: str | Path) -> CompletedProcess[str]:
    return pfwizard_process("renew", "--root", machine.root, *arguments)


def certificate(machine: Machine) -> Certificate:
    return load_certificate((machine.root / "etc/ssl/server.crt").read_bytes())


def test_a_certificate_that_is_due_is_renewed_and_how_to_go_back_is_said(machine: Machine) -> None:
    old = give_certificate(machine, 20)

    done = renew(machine)

    assert done.returncode == 0
    assert "Done: 1 file changed, as transaction 0001-" in done.stderr
    assert certificate(machine).facts.not_after > old.facts.not_after
    assert certificate(machine).public_key == old.public_key


def test_the_next_run_has_nothing_to_do_and_writes_nothing(machine: Machine) -> None:
    give_certificate(machine, 20)
    renew(machine)
    before = contents(machine.root)

    done = renew(machine)

    assert done.returncode == 0
    assert "Nothing to do: no certificate is due." in done.stderr
    assert contents(machine.root) == before


def test_a_dry_run_changes_nothing_and_shows_the_certificate_to_come(machine: Machine) -> None:
    give_certificate(machine, 20)
    before = contents(machine.root)

    done = renew(machine, "--dry-run")

    assert done.returncode == 3
    assert "# replace /etc/ssl/server.crt" in done.stdout
    assert contents(machine.root) == before


def test_programs_are_told_what_was_renewed(machine: Machine) -> None:
    give_certificate(machine, 20)

    report = the_object_in(renew(machine, "--json"))

    assert report["result"] == "applied"
    assert [change["path"] for change in report["changes"]] == ["/etc/ssl/server.crt"]
    assert [action["action"] for action in report["actions"]] == ["enter-in-ledger"]


def test_a_rollback_brings_the_old_certificate_back(machine: Machine) -> None:
    old = give_certificate(machine, 20)
    renew(machine)

    assert pfwizard_process("rollback", "--root", machine.root).returncode == 0

    assert certificate(machine) == old


def test_what_somebody_else_has_issued_is_refused(machine: Machine) -> None:
    give_certificate(machine, 20)
    put(machine, "/etc/ssl/ca.crt", pki.ca(whose="another ca", subject=pki.CLIENT_SUBJECT).pem())

    done = renew(machine)

    assert done.returncode == 1
    assert "this certificate was issued by" in done.stderr


def test_the_ca_is_found_where_the_run_that_made_it_has_put_it(machine: Machine) -> None:
    machine.answer("/etc/ssl/ca.crt", "/srv/ca/our.crt")
    machine.answer("/etc/ssl/private/ca.key", "/srv/elsewhere/secret.pem")
    machine.answer('ca_file = "/srv/ca/our.crt"', 'ca_file = ""')
    assert machine.pfwizard().returncode == 0

    assert renew(machine, "--force").returncode == 0


def test_the_answers_tell_where_the_ca_is(machine: Machine) -> None:
    give_certificate(machine, 20)
    (machine.root / "etc/ssl/private/ca.key").rename(machine.root / "etc/ssl/private/odd")
    machine.answer("/etc/ssl/private/ca.key", "/etc/ssl/private/odd")

    assert renew(machine).returncode == 1
    assert renew(machine, "--answers", machine.answers).returncode == 0


def test_a_new_key_is_not_to_be_seen_in_any_output(machine: Machine) -> None:
    give_certificate(machine, 20)

    shown = [
        renew(machine, "--new-key", "--dry-run"),
        renew(machine, "--new-key", "--json"),
        pfwizard_process("show", "1", "--root", machine.root),
    ]

    key = (machine.root / "etc/ssl/private/server.key").read_text()
    assert key != pki.key("server").pem().reveal().decode()
    for done in shown:
        assert "PRIVATE KEY" not in done.stdout + done.stderr
        assert key.splitlines()[1] not in done.stdout + done.stderr


def test_a_next_key_is_made_once_and_used_by_the_renewal_with_a_new_key(machine: Machine) -> None:
    old = give_certificate(machine, 20)
    place = machine.root / "etc/ssl/private/server.key"
    waiting = place.with_name("server.key.next")

    assert renew(machine, "--next-key").returncode == 0
    following = waiting.read_bytes()
    again = renew(machine, "--next-key")
    assert "Nothing to do: the next key is waiting already." in again.stderr
    assert certificate(machine) == old

    assert renew(machine, "--new-key").returncode == 0
    assert place.read_bytes() == following
    assert not waiting.exists()

    assert pfwizard_process("rollback", "--root", machine.root).returncode == 0
    assert waiting.read_bytes() == following
    assert certificate(machine) == old


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["renew", "--new-key", "--ca"], "--new-key and --ca cannot be done at once"),
        (["status", "--force"], "pfwizard status takes no --force"),
        (["--new-key"], "--new-key goes with a command"),
        (["renew", "--demo"], "pfwizard renew takes no --demo"),
    ],
)
def test_options_that_make_no_sense_are_refused(arguments: list[str], words: str) -> None:
    done = pfwizard_process(*arguments)

    assert done.returncode == 2
    assert words in done.stderr


def test_in_a_chain_the_file_that_the_answers_name_has_the_new_one_too(machine: Machine) -> None:
    """Where it was set up by somebody else, and no history tells of the file."""
    machine.answer('layout = "pair"', 'layout = "chain"')
    machine.pfwizard()
    files = [
        machine.root / "etc/postfix/ssl" / name for name in ("server.crt", "private/server.key")
    ]
    old = load_certificate(files[0].read_bytes())

    done = renew(
        machine, "--answers", machine.answers, "--state-dir", machine.root / "other", "--force"
    )

    assert done.returncode == 0, done.stderr
    new, behind_the_key = (load_certificate(file.read_bytes()) for file in files)
    assert new == behind_the_key != old
