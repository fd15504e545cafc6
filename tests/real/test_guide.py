"""The main job on real servers: the guide's answers, and then real clients."""

import difflib
import re
from collections.abc import Iterator

import pytest

from tests.guide import MAIN_CF
from tests.machines.machine import Machine
from tests.machines.suites import Suite
from tests.real.conftest import OpenMachine
from tests.real.guide_machine import (
    CA,
    FOREIGN,
    NAME,
    PASSWORD,
    STRANGER,
    USER,
    WRONG_PASSWORD,
    GuideMachine,
)

AUTHENTICATED, WRONG_CREDENTIALS = 235, 535  # RFC 4954 section 6
ACCEPTED = 250
REFUSED = (454, 554)  # Debian's own smtpd_relay_restrictions defer, the guide's refuse

IN_THE_STOCK_FILE = {"smtpd_tls_security_level"}
"""What of the guide Debian's main.cf says already."""

OF_THE_GUIDE = {"smtpd_client_restrictions": "permit_sasl_authenticated,reject"}
"""The options of the template of port 465 that get the guide's value; the others keep theirs."""

KEYS = ("/etc/ssl/private/ca.key", "/etc/postfix/ssl/private/server.key")


@pytest.fixture
def prepared(machine: Machine) -> GuideMachine:
    return GuideMachine.prepare(machine)


@pytest.fixture
def configured(prepared: GuideMachine) -> GuideMachine:
    prepared.apply()
    return prepared


def test_postfix_check_has_no_complaint_that_it_did_not_have(prepared: GuideMachine) -> None:
    before = set(prepared.machine.run(["postfix", "check"], check=False).stderr.splitlines())

    prepared.apply()

    after = prepared.machine.run(["postfix", "check"])
    assert set(after.stderr.splitlines()) - before == set()


def test_the_master_stays_alive_through_the_reload(prepared: GuideMachine) -> None:
    before = prepared.machine.master_pid()

    prepared.apply()

    assert prepared.machine.master_pid() == before
    assert prepared.machine.run(["postfix", "status"], check=False).returncode == 0
    assert not re.search(r": (fatal|panic|error):", prepared.machine.mail_log())


def test_main_cf_holds_every_setting_of_the_guide(configured: GuideMachine) -> None:
    settings = configured.main_cf()

    assert {name: settings.get(name) for name in MAIN_CF} == MAIN_CF


def test_main_cf_differs_by_the_guides_settings_alone(prepared: GuideMachine) -> None:
    before = prepared.machine.read("/etc/postfix/main.cf").decode()

    prepared.apply()

    after = prepared.machine.read("/etc/postfix/main.cf").decode()
    changed = [
        line
        for line in difflib.ndiff(before.splitlines(), after.splitlines())
        if line[:1] in ("+", "-")
    ]
    names = {line[2:].partition("=")[0].strip() for line in changed}
    assert names == MAIN_CF.keys() - IN_THE_STOCK_FILE
    assert _comments(after) == _comments(before)


def test_master_cf_differs_by_the_chroot_column_and_one_template_alone(
    prepared: GuideMachine,
) -> None:
    before = prepared.machine.read("/etc/postfix/master.cf").decode().splitlines()

    prepared.apply()

    after = prepared.machine.read("/etc/postfix/master.cf").decode().splitlines()
    assert after == list(_after_the_guide(before))
    assert len([line for line in after if " inet " in line and line[0] != "#"]) == 2


def test_starttls_on_port_25_is_verified_by_name(configured: GuideMachine) -> None:
    script = f"""
import smtplib, ssl
with smtplib.SMTP({NAME!r}, 25, timeout=20) as client:
    client.starttls(context=ssl.create_default_context(cafile={CA!r}))
    client.ehlo()
    print(client.sock.version(), client.sock.getpeercert()["subjectAltName"])
"""
    done = configured.machine.run(["python3", "-c", script])

    assert done.stdout.split(maxsplit=1) == ["TLSv1.3", f"(('DNS', '{NAME}'),)\n"]


def test_a_name_that_is_not_in_the_certificate_is_refused_by_clients(
    configured: GuideMachine,
) -> None:
    script = f"""
import smtplib, ssl
with smtplib.SMTP("localhost", 25, timeout=20) as client:
    client.starttls(context=ssl.create_default_context(cafile={CA!r}))
"""
    done = configured.machine.run(["python3", "-c", script], check=False)

    assert "CERTIFICATE_VERIFY_FAILED" in done.stderr


def test_port_465_speaks_tls_from_the_first_byte(configured: GuideMachine) -> None:
    done = configured.machine.run(
        [
            *("openssl", "s_client", "-connect", f"{NAME}:465", "-CAfile", CA),
            *(
                "-verify_return_error",
                "-verify_hostname",
                NAME,
                "-x509_strict",
                "-crlf",
                "-ign_eof",
            ),
        ],
        input="QUIT\r\n",
        check=False,
    )

    assert "Verify return code: 0 (ok)" in done.stdout
    assert f"220 {NAME} ESMTP" in done.stdout


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("port", [25, 465])
def test_a_login_succeeds_with_the_right_password_alone(
    configured: GuideMachine, port: int, mechanism: str
) -> None:
    right = configured.login(port, mechanism, PASSWORD)
    wrong = configured.login(port, mechanism, WRONG_PASSWORD)

    assert (right, wrong) == (AUTHENTICATED, WRONG_CREDENTIALS)


def test_pythons_smtp_ssl_verifies_the_server_and_logs_in(configured: GuideMachine) -> None:
    script = f"""
import smtplib, ssl
trust = ssl.create_default_context(cafile={CA!r})
with smtplib.SMTP_SSL({NAME!r}, 465, context=trust, timeout=20) as client:
    print(client.sock.version(), client.login({USER!r}, {PASSWORD!r})[0])
"""
    done = configured.machine.run(["python3", "-c", script])

    assert done.stdout.split() == ["TLSv1.3", str(AUTHENTICATED)]


def test_pythons_smtp_ssl_refuses_the_server_without_the_ca(configured: GuideMachine) -> None:
    script = f"""
import smtplib, ssl
smtplib.SMTP_SSL({NAME!r}, 465, context=ssl.create_default_context(), timeout=20)
"""
    done = configured.machine.run(["python3", "-c", script], check=False)

    assert "CERTIFICATE_VERIFY_FAILED" in done.stderr


@pytest.mark.parametrize("port", [25, 465])
def test_a_users_mail_to_a_foreign_domain_is_taken_into_the_queue(
    configured: GuideMachine, port: int
) -> None:
    replies = configured.deliver(port, PASSWORD)

    assert [code for code, _ in replies] == [AUTHENTICATED, ACCEPTED, ACCEPTED, ACCEPTED]
    queued = re.fullmatch(r"2\.0\.0 Ok: queued as (\w+)", replies[-1][1])
    assert queued is not None, replies
    taken = configured.wait_for_log(f"smtpd.*: {queued[1]}: client=")
    assert f"[{STRANGER}], sasl_method=PLAIN, sasl_username={USER}" in taken
    assert configured.wait_for_log(rf"qmgr.*: {queued[1]}: from=<{USER}>.*nrcpt=1 \(queue active")
    assert configured.wait_for_log(f": {queued[1]}: to=<{FOREIGN}>, .*status=deferred ")


def test_a_strangers_mail_to_a_foreign_domain_is_refused_at_rcpt(configured: GuideMachine) -> None:
    mail, recipient = configured.deliver(25)

    assert mail[0] == ACCEPTED
    assert recipient[0] in REFUSED
    assert "Relay access denied" in recipient[1]
    rejected = configured.wait_for_log("NOQUEUE: reject: RCPT from ")
    assert f"[{STRANGER}]" in rejected
    assert f"to=<{FOREIGN}>" in rejected
    assert "queue active" not in configured.machine.mail_log()


def test_a_stranger_cannot_relay(configured: GuideMachine) -> None:
    assert configured.send(to="somebody@example.com") in REFUSED


def test_a_strangers_mail_for_a_local_user_is_accepted(configured: GuideMachine) -> None:
    assert configured.send(to=f"root@{NAME}") == ACCEPTED


def test_an_authenticated_user_can_relay(configured: GuideMachine) -> None:
    login = ("--tls", "--auth", "PLAIN", "--auth-user", USER, "--auth-password", PASSWORD)

    assert configured.send(*login, to="somebody@example.com") == ACCEPTED


def test_port_465_takes_nothing_from_strangers(configured: GuideMachine) -> None:
    reply = configured.send("--tls-on-connect", to=f"root@{NAME}", server=f"{STRANGER}:465")

    assert reply == 554


def test_openssl_and_gnutls_accept_the_chain(configured: GuideMachine) -> None:
    server = "/etc/postfix/ssl/server.crt"
    strict = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver"]

    openssl = configured.machine.run([*strict, "-verify_hostname", NAME, "-CAfile", CA, server])
    gnutls = configured.machine.run(
        ["certtool", "--verify", "--load-ca-certificate", CA, "--verify-hostname", NAME],
        input=configured.machine.read(server).decode(),
    )

    assert openssl.stdout == f"{server}: OK\n"
    assert "Chain verification output: Verified. The certificate is trusted." in gnutls.stdout


def test_a_second_run_changes_and_writes_nothing(configured: GuideMachine) -> None:
    places = ["/etc", "/var/lib/pfwizard"]
    before = configured.machine.snapshot(places)
    configured.machine.run(["touch", "/tmp/marker"])

    done = configured.pfwizard()

    assert done.returncode == 0
    assert "Nothing to do" in done.stderr
    assert configured.machine.snapshot(places) == before
    newer = configured.machine.run(["find", *places, "-newercm", "/tmp/marker"])
    assert newer.stdout == ""


def test_a_dry_run_says_what_is_pending_and_changes_nothing(prepared: GuideMachine) -> None:
    before = prepared.machine.snapshot(["/etc", "/var/lib"])

    done = prepared.pfwizard("--dry-run")

    assert done.returncode == 3
    assert "+smtpd_sasl_auth_enable = yes" in done.stdout
    assert "PRIVATE KEY" not in done.stdout
    assert prepared.machine.snapshot(["/etc", "/var/lib"]) == before


def test_keys_are_private_whatever_the_umask(prepared: GuideMachine) -> None:
    prepared.apply(umask=0)

    snapshot = prepared.machine.snapshot(["/etc/ssl/private", "/etc/postfix/ssl"])
    assert {key: snapshot[key].mode for key in KEYS} == dict.fromkeys(KEYS, 0o600)
    assert snapshot["/etc/postfix/ssl/private"].mode == 0o700


def test_without_a_relay_policy_of_its_own_it_still_relays_for_nobody(
    suite: Suite, open_machine: OpenMachine
) -> None:
    """At compatibility level 0 the guide's line alone makes smtpd stop on every connection."""
    machine = open_machine(Machine(suite))
    machine.run(["postconf", "-e", "compatibility_level=0"])
    machine.run(["postconf", "-X", "smtpd_relay_restrictions"])
    server = GuideMachine.install(machine)

    done = server.pfwizard()

    assert done.returncode == 0, done.stderr
    machine.start_postfix()
    assert server.send(to="somebody@example.com") == 554
    assert server.send(to=f"root@{NAME}") == ACCEPTED
    assert server.login(25, "PLAIN", PASSWORD) == AUTHENTICATED


def _comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line or line.startswith("#")]


def _after_the_guide(stock: list[str]) -> Iterator[str]:
    """The lines of master.cf: smtpd out of the chroot, the template of port 465 switched on."""
    in_template = False
    for line in stock:
        if re.match(r"#?\S+ +(inet|unix|pass) ", line):
            in_template = line.startswith(("#smtps ", "#submissions "))
        option = re.fullmatch(r"#(  -o (\w+)=)(.*)", line)
        if in_template and option is not None:
            head, name, value = option.groups()
            # Parameters that nobody has defined; only the templates up to 3.6 refer to any.
            kept = "" if value.startswith("$mua_") else value
            yield head + OF_THE_GUIDE.get(name, kept)
        elif line.startswith(("smtp      inet ", "#smtps ", "#submissions ")):
            yield re.sub(r"^#?(\S+ +inet +n +- +)y( .*smtpd)$", r"\1n\2", line).removeprefix("#")
        else:
            yield line
