"""Profiles, required certificates and the login of a relay host, as real servers take them."""

import re

import pytest

from tests.guide import answers_with_socket
from tests.machines.authdaemond import SOCKET
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.guide_machine import CA, NAME, GuideMachine
from tests.waiting import wait_until

BOOKWORM = pytest.param(SUITES["bookworm"], marks=pytest.mark.machine, id="bookworm")
COMPLAINT = re.compile(r"warning: .*(cipher|curve|group|protocol|tls_|TLS support)")


def prepared(machine: Machine, *changes: tuple[str, str]) -> GuideMachine:
    """The guide's answers, with lines added below the headers of some of their tables."""
    text = answers_with_socket(SOCKET)
    for table, lines in changes:
        header = f"[{table}]\n"
        text = text.replace(header, header + lines) if header in text else text + header + lines
    machine.start_postfix()
    return GuideMachine.install(machine, text)


def handshake(server: GuideMachine, port: int, *options: str) -> str:
    """What openssl says of a session, empty where there was none."""
    start = () if port == 465 else ("-starttls", "smtp")
    done = server.machine.run(
        ["openssl", "s_client", "-connect", f"{NAME}:{port}", *start, *options, "-CAfile", CA],
        check=False,
    )
    return done.stdout if done.returncode == 0 and "Cipher is (NONE)" not in done.stdout else ""


@pytest.mark.parametrize("profile", ["ncsc", "intermediate"])
def test_every_postfix_reads_the_profile_without_a_complaint(
    machine: Machine, profile: str
) -> None:
    server = prepared(machine, ("tls", f'profile = "{profile}"\n'))

    server.apply()

    assert "Cipher is ECDHE-RSA-" in handshake(server, 25, "-tls1_2")
    assert "TLSv1.3" in handshake(server, 465)
    assert COMPLAINT.findall(machine.mail_log()) == []
    weak = ("-tls1_2", "-cipher", "AES256-SHA256:DHE-RSA-AES256-GCM-SHA384")
    assert handshake(server, 25, *weak) == ""


@pytest.mark.parametrize("suite", [BOOKWORM], indirect=True)
def test_the_modern_profile_wants_tls_1_3_of_mail_programs_alone(machine: Machine) -> None:
    server = prepared(machine, ("tls", 'profile = "modern"\n'), ("services", "submission = true\n"))
    server.machine.write("/root/guide.toml", _without_submission_off(server), 0o600)

    server.apply()

    assert handshake(server, 25, "-tls1_2") != ""
    assert handshake(server, 587, "-tls1_2") == ""
    assert handshake(server, 587, "-tls1_3") != ""


def _without_submission_off(server: GuideMachine) -> str:
    text = server.machine.read("/root/guide.toml").decode()
    return re.sub(r"(?m)^submission = false.*\n", "", text)


@pytest.mark.parametrize("suite", [BOOKWORM], indirect=True)
def test_a_client_without_a_certificate_is_sent_away_where_one_is_required(
    machine: Machine,
) -> None:
    server = prepared(
        machine,
        ("services", 'smtps_client_certificates = "require"\n'),
        ("clients", f'names = ["client.{NAME}"]\n'),
    )

    server.apply()

    key = machine.run(["find", "/etc/ssl", "-name", f"client.{NAME}*.key"]).stdout.strip()
    assert greeting(machine).startswith("421 ")
    assert greeting(machine, key.removesuffix(".key") + ".crt", key).startswith("220 ")


GREETED = """\
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
if sys.argv[3:]:
    context.load_cert_chain(*sys.argv[3:])
name = sys.argv[2]
with socket.create_connection((name, 465), 20) as plain:
    with context.wrap_socket(plain, server_hostname=name) as encrypted:
        print(encrypted.makefile().readline())
"""


def greeting(machine: Machine, *pair: str) -> str:
    """The first line on port 465, for a client with this certificate and key."""
    return machine.run(["python3", "-c", GREETED, CA, NAME, *pair]).stdout


RELAY, LOGIN, PASSWORD = "[smtp.example.org]:587", "anna", "s3cret word"
FILE = "/root/relay.password"
LOGIN_LINES = f'relay_host = "{RELAY}"\nrelay_user = "{LOGIN}"\nrelay_password_file = "{FILE}"\n'


@pytest.mark.parametrize("suite", [BOOKWORM], indirect=True)
def test_the_login_of_a_relay_host_is_found_by_postfix_and_shown_to_nobody(
    machine: Machine,
) -> None:
    machine.write(FILE, f"{PASSWORD}\n", 0o600)
    server = prepared(machine, ("outgoing", LOGIN_LINES))

    previewed = server.pfwizard("--dry-run")
    done = server.apply()

    table = server.main_cf()["smtp_sasl_password_maps"]
    assert machine.run(["postmap", "-q", RELAY, table]).stdout == f"{LOGIN}:{PASSWORD}\n"
    assert modes_of_tables(machine) == {"600 root"}
    shown = previewed.stdout + previewed.stderr + done.stdout + done.stderr
    assert PASSWORD not in shown


@pytest.mark.parametrize("suite", [BOOKWORM], indirect=True)
def test_a_table_that_everybody_can_read_is_closed_and_a_rollback_restores_it(
    machine: Machine,
) -> None:
    table = "/etc/postfix/sasl_passwd"
    entry = f"{RELAY}\n# of old\n  otto:x\nother y:z\n"
    machine.write(FILE, f"{PASSWORD}\n", 0o600)
    machine.write(table, entry, 0o644)
    machine.run(["postmap", f"hash:{table}"])
    machine.run(["postconf", "-e", f"smtp_sasl_password_maps=hash:{table}"])
    server = prepared(machine, ("outgoing", LOGIN_LINES))
    before = machine.snapshot(["/etc/postfix"])

    server.apply()

    assert modes_of_tables(machine) == {"600 root"}
    asked = [
        machine.run(["postmap", "-q", key, f"hash:{table}"]).stdout for key in (RELAY, "other")
    ]
    assert asked == [f"{LOGIN}:{PASSWORD}\n", "y:z\n"]
    assert "Nothing to do" in server.apply().stderr
    machine.pfwizard("rollback", check=True)
    assert machine.snapshot(["/etc/postfix"]) == before


def modes_of_tables(machine: Machine) -> set[str]:
    modes = machine.run(["sh", "-c", "stat -c '%a %U' /etc/postfix/sasl_passwd*"]).stdout
    return set(modes.splitlines())


MAIL = """\
import smtplib, sys
with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20) as client:
    client.ehlo()
    print(client.has_extn("starttls"), client.mail("somebody@example.net")[0])
"""


@pytest.mark.parametrize("suite", [BOOKWORM], indirect=True)
def test_the_older_booleans_of_a_service_mean_the_same_beside_a_level_in_main_cf(
    machine: Machine,
) -> None:
    options = {"10025": "smtpd_enforce_tls=yes", "10026": "smtpd_use_tls=no", "10027": ""}
    for port, option in options.items():
        entry = f"{port} inet n - n - - smtpd {option and f'-o {option}'}"
        machine.run(["postconf", "-M", f"{port}/inet={entry}"])
    machine.run(["postconf", "-X", "smtpd_tls_security_level"])
    machine.run(["postconf", "-e", "smtpd_use_tls=yes"])
    server = prepared(machine, ("tls", "migrate_obsolete = true\n"))
    before = {port: offer_and_reply(machine, port) for port in options}

    server.apply()

    assert server.main_cf()["smtpd_tls_security_level"] == "may"
    assert before == {"10025": "True 530", "10026": "False 250", "10027": "True 250"}
    assert {port: offer_and_reply(machine, port) for port in options} == before


def offer_and_reply(machine: Machine, port: str) -> str:
    """Whether STARTTLS is offered, and the reply to a sender in clear."""
    return machine.run(["python3", "-c", MAIL, port]).stdout.strip()


@pytest.mark.parametrize("suite", [BOOKWORM], indirect=True)
@pytest.mark.parametrize("level", ["may", "dane"])
def test_postfix_tries_no_server_with_tls_at_once_where_the_level_does_not_require_it(
    machine: Machine, level: str
) -> None:
    for setting in (
        "relayhost=[127.0.0.1]:465",
        "smtp_tls_wrappermode=yes",
        f"smtp_tls_security_level={level}",
    ):
        machine.run(["postconf", "-e", setting])
    server = prepared(
        machine,
        ("outgoing", f'relay_host = "[127.0.0.1]:465"\ntls_security_level = "{level}"\n'),
    )

    machine.run(["sendmail", "-f", "a@example.net", "b@example.net"], input="Subject: x\n\n")

    wait_until(lambda: 'requires "smtp_tls_security_level = encrypt"' in machine.mail_log())
    refused = server.pfwizard("--dry-run")
    assert refused.returncode == 1
    assert "Postfix would keep all mail in the queue" in refused.stderr
