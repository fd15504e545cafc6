"""``pfwizard verify`` beside a running Postfix: what its probes say of good and bad servers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.guide_machine import ANSWERS_FILE, NAME, PASSWORD, USER, GuideMachine
from tests.real.test_clients import ANNA, client, files_of, stranger

pytestmark = pytest.mark.machine

PASSWORD_FILE = "/root/password"
INSIDE = [name for name, suite in SUITES.items() if suite.runs_pfwizard_inside]


@pytest.fixture
def guide(open_machine: OpenMachine) -> GuideMachine:
    """A server with everything of the guide applied."""
    guide = GuideMachine.prepare(open_machine(Machine(SUITES["bookworm"])))
    guide.apply()
    return guide


def verification(guide: GuideMachine, password: str, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit status, and the verdicts and details by probe and target."""
    guide.machine.write(PASSWORD_FILE, f"{password}\n".encode(), 0o600)
    login = ("--user", USER, "--password-file", PASSWORD_FILE)
    done = guide.machine.pfwizard("verify", "--json", *login, *options)
    found = json.loads(done.stdout)["verification"]
    return done.returncode, {f"{each['probe']} {each['target']}": each for each in found}


def verdicts(found: dict[str, Any], verdict: str) -> dict[str, str]:
    return {key: each["detail"] for key, each in found.items() if each["verdict"] == verdict}


@pytest.mark.parametrize("suite", INSIDE)
def test_a_server_that_works_passes_every_probe_that_can_be_made(
    suite: str, open_machine: OpenMachine
) -> None:
    guide = GuideMachine.prepare(open_machine(Machine(SUITES[suite])))
    guide.apply()

    status, found = verification(guide, PASSWORD)

    assert (status, verdicts(found, "fail")) == (0, {})
    passed = verdicts(found, "pass")
    for server in ("127.0.0.1:25", "127.0.0.1:465"):
        assert {f"answers {server}", f"tls {server}", f"certificate {server}"} <= passed.keys()
        assert {f"login {server} PLAIN", f"login-refused {server} LOGIN"} <= passed.keys()


def test_a_server_behind_a_proxy_is_proven_as_the_proxy_meets_it(guide: GuideMachine) -> None:
    for line in (
        "postconf -P smtps/inet/smtpd_upstream_proxy_protocol=haproxy",
        "postfix reload",
    ):
        guide.machine.run(line.split())

    status, found = verification(guide, PASSWORD)

    assert (status, verdicts(found, "fail")) == (0, {})
    passed = verdicts(found, "pass")
    assert {"answers 127.0.0.1:465", "login 127.0.0.1:465 PLAIN"} <= passed.keys()


def test_a_wrong_password_and_a_stopped_checker_are_told_apart(guide: GuideMachine) -> None:
    _, with_wrong_password = verification(guide, "something else")
    guide.machine.authdaemond.stop()
    _, without_checker = verification(guide, PASSWORD)

    key = "login 127.0.0.1:465 PLAIN"
    assert "535" in verdicts(with_wrong_password, "fail")[key]
    assert "454" in verdicts(without_checker, "fail")[key]
    assert without_checker[key]["detail"].endswith(
        "authdaemond does not run: nobody listens on its socket /run/courier/authdaemon/socket"
    )


FILTER = "127.0.0.1:10024"

# Says these words to every client, and hangs up.
UNFRIENDLY = """\
import socket, sys
with socket.create_server(("127.0.0.1", 10024)) as server:
    print("ready", flush=True)
    while True:
        client, _ = server.accept()
        client.sendall(sys.argv[1].encode())
        client.close()
"""


@contextmanager
def unfriendly(machine: Machine, words: str) -> Iterator[None]:
    """A filter that is of no use."""
    with machine.popen(["python3", "-c", UNFRIENDLY, words]) as running:
        assert running.stdout is not None
        try:
            assert running.stdout.readline() == b"ready\n"
            yield
        finally:
            running.kill()


def told_of_the_filter(guide: GuideMachine) -> str:
    """What is said of a user's mail, which is answered with a queue file write error."""
    for line in (f"postconf -e smtpd_proxy_filter={FILTER}", "postfix reload"):
        guide.machine.run(line.split())
    _, found = verification(guide, PASSWORD, "--port", "465")
    told = found["relay-login 127.0.0.1:465"]
    assert "smtpd_proxy_filter" in told["remedy"]
    return verdicts(found, "fail")["relay-login 127.0.0.1:465"]


def test_a_filter_that_is_down_is_told_from_a_queue_that_cannot_be_written(
    guide: GuideMachine,
) -> None:
    told = told_of_the_filter(guide)

    assert "451 4.3.0 Error: queue file write error" in told
    assert told.endswith(f"the filter {FILTER} cannot be asked: Connection refused")


@pytest.mark.parametrize(
    ("words", "cause"),
    [("", "hangs up"), ("554 5.7.1 not you\r\n", "sends smtpd away: 554 5.7.1 not you")],
)
def test_a_filter_that_does_not_talk_to_smtpd_is_told(
    words: str, cause: str, guide: GuideMachine
) -> None:
    with unfriendly(guide.machine, words):
        assert told_of_the_filter(guide).endswith(f"the filter {FILTER} {cause}")


@pytest.mark.parametrize(
    "limit", ["smtpd_client_connection_rate_limit=3", "smtpd_client_auth_rate_limit=1"]
)
def test_what_a_limit_keeps_from_us_is_no_failure_and_no_milter_is_blamed_that_may_be_down(
    limit: str, guide: GuideMachine
) -> None:
    settings = (
        limit,
        "smtpd_client_event_limit_exceptions=",
        "smtpd_milters=inet:127.0.0.1:8891",
        "milter_default_action=accept",
    )
    guide.machine.run(["postconf", "-e", *settings])
    guide.machine.run(["postfix", "reload"])

    status, found = verification(guide, PASSWORD)

    assert (status, verdicts(found, "fail")) == (0, {})
    limited = {key for key, why in verdicts(found, "skipped").items() if "Error: too many" in why}
    assert "login 127.0.0.1:465 PLAIN" in limited or "login 127.0.0.1:465" in limited
    assert all("smtpd_client_event_limit_exceptions" in found[key]["remedy"] for key in limited)


def test_a_postfix_that_does_not_run_is_critical(guide: GuideMachine) -> None:
    guide.machine.run(["postfix", "stop"])

    status, found = verification(guide, PASSWORD)

    assert (status, verdicts(found, "fail")) == (2, {"answers Postfix": "Postfix does not run"})


def test_the_history_shows_what_was_verified_last_and_no_password(guide: GuideMachine) -> None:
    verification(guide, PASSWORD, "--port", "465")
    verification(guide, "something else", "--port", "465")

    done = guide.machine.pfwizard("show", "1", "--json")

    (entry,) = json.loads(done.stdout)["history"]
    (last,) = [each for each in entry["trials"] if each["occasion"] == "verify"]
    verdict = {
        f"{each['probe']} {each['target']}": each["verdict"] for each in last["verification"]
    }
    assert verdict["login 127.0.0.1:465 PLAIN"] == "fail"
    assert PASSWORD not in done.stdout.replace(USER, "")
    assert "something else" not in done.stdout


def test_a_key_of_somebody_else_is_found_although_starttls_is_offered(guide: GuideMachine) -> None:
    guide.machine.run(["openssl", "genrsa", "-out", "/etc/postfix/ssl/private/server.key", "2048"])
    guide.machine.postfix.reload()

    status, found = verification(guide, PASSWORD, "--port", "25")

    assert status == 2
    told = found["answers 127.0.0.1:25"]
    assert "454" in told["detail"]
    assert "the key does not belong to the certificate" in told["detail"]
    assert told["remedy"].startswith("These must print the same: openssl x509 ")


def test_a_name_that_the_certificate_lacks_is_told(guide: GuideMachine) -> None:
    guide.machine.run(["postconf", "-e", "myhostname = smtp.kernel-panic.it"])
    guide.machine.postfix.reload()

    status, found = verification(guide, PASSWORD, "--port", "465")

    assert status == 2
    words = "the certificate is for mail.kernel-panic.it, and not for smtp.kernel-panic.it"
    assert verdicts(found, "fail") == {f"name {each}:465": words for each in ("127.0.0.1", "[::1]")}


def test_an_open_relay_is_found_where_the_server_lets_us_pose_as_a_stranger(
    guide: GuideMachine,
) -> None:
    guide.machine.run(["postconf", "-e", "smtpd_authorized_xclient_hosts = 127.0.0.1"])
    guide.machine.postfix.reload()
    _, closed = verification(guide, PASSWORD, "--port", "25")
    guide.machine.run(["postconf", "-e", "mynetworks = 0.0.0.0/0"])
    guide.machine.postfix.reload()
    _, opened = verification(guide, PASSWORD, "--port", "25")

    key = "relay-stranger 127.0.0.1:25"
    assert "refused" in verdicts(closed, "pass")[key]
    assert "open relay" in verdicts(opened, "fail")[key]


def test_old_versions_of_tls_are_refused_where_they_should_be(guide: GuideMachine) -> None:
    guide.machine.run(["postconf", "-e", "smtpd_tls_mandatory_protocols = >=TLSv1.2"])
    guide.machine.postfix.reload()

    _, found = verification(guide, PASSWORD, "--port", "465")

    assert {"old-tls 127.0.0.1:465 TLSv1", "old-tls 127.0.0.1:465 TLSv1.1"} <= verdicts(
        found, "pass"
    ).keys()


def test_a_server_is_met_over_both_families_of_addresses(guide: GuideMachine) -> None:
    _, found = verification(guide, PASSWORD)

    passed = verdicts(found, "pass")
    for server in ("127.0.0.1:465", "[::1]:465"):
        assert {f"certificate {server}", f"login {server} PLAIN"} <= passed.keys()


def test_servers_of_one_port_on_two_addresses_are_told_apart(guide: GuideMachine) -> None:
    guide.machine.run(["postconf", "-Me", "[::1]:587/inet=[::1]:587 inet n - n - - smtpd"])
    guide.machine.run(["postconf", "-P", "[::1]:587/inet/smtpd_sasl_auth_enable=no"])
    guide.machine.run(["postconf", "-Me", "127.0.0.1:587/inet=127.0.0.1:587 inet n - n - - smtpd"])
    guide.machine.postfix.reload()
    guide.machine.run(["sh", "-c", "until ss -tln | grep -q '127.0.0.1:587'; do sleep 0.1; done"])

    _, found = verification(guide, PASSWORD, "--port", "587")

    passed = verdicts(found, "pass")
    assert passed["auth 127.0.0.1:587"] == "it offers LOGIN and PLAIN over TLS"
    assert passed["auth [::1]:587"] == "it offers no AUTH over TLS"


def test_a_server_for_all_addresses_is_proven_beside_one_for_loopback(guide: GuideMachine) -> None:
    for entry in ("2525", "127.0.0.1:2525"):
        guide.machine.run(["postconf", "-Me", f"{entry}/inet={entry} inet n - n - - smtpd"])
    guide.machine.run(["postconf", "-P", "127.0.0.1:2525/inet/smtpd_tls_wrappermode=yes"])
    guide.machine.postfix.reload()
    guide.machine.run(["sh", "-c", "until ss -tln | grep -q '127.0.0.1:2525'; do sleep 0.1; done"])

    _, found = verification(guide, PASSWORD, "--port", "2525")

    assert verdicts(found, "fail") == {}
    assert {
        key: detail for key, detail in verdicts(found, "pass").items() if key.startswith("answers")
    } == {
        "answers 127.0.0.1:2525": "it begins TLS at once",
        "answers 127.0.0.2:2525": "it greets",
        "answers [::1]:2525": "it greets",
    }


def test_another_host_may_be_named_by_an_ipv6_address(guide: GuideMachine) -> None:
    _, found = verification(guide, PASSWORD, "--host", "::1", "--port", "465")

    assert {"answers [::1]:465", "login [::1]:465 PLAIN"} <= verdicts(found, "pass").keys()


def test_a_certificate_of_nobody_is_sent_away_where_one_is_required(guide: GuideMachine) -> None:
    guide.machine.run(["postconf", "-e", "smtpd_tls_req_ccert = yes"])
    guide.machine.postfix.reload()

    status, found = verification(guide, PASSWORD, "--port", "465")

    key = "strange-certificate 127.0.0.1:465"
    assert (status, verdicts(found, "fail")) == (0, {})
    assert (
        "421 4.7.1 mail.kernel-panic.it Error: Client certificate not trusted"
        in (verdicts(found, "pass")[key])
    )


def test_a_way_to_the_password_checker_that_is_closed_is_told_with_its_cause(
    guide: GuideMachine,
) -> None:
    guide.machine.run(["gpasswd", "--delete", "postfix", "courier"])

    status, found = verification(guide, PASSWORD, "--port", "465")

    words = (
        "/run/courier/authdaemon is 0750 courier:courier, and postfix is not in the group courier"
    )
    assert status == 2
    assert verdicts(found, "fail")["password-checker 127.0.0.1:465"].endswith(words)


def relaying_there(guide: GuideMachine, pair: tuple[str, str]) -> dict[str, dict[str, str]]:
    """What is found of a client by whoever knows nothing of the server, by port."""
    guide.machine.run(["postconf", "-e", "mynetworks = 192.0.2.0/24"])
    guide.machine.postfix.reload()
    certificate, key = pair
    shown = ("--client-certificate", certificate, "--client-key", key)
    _, found = verification(guide, PASSWORD, "--host", NAME, "--answers", ANSWERS_FILE, *shown)
    return {
        each["target"].rpartition(":")[2]: each
        for each in found.values()
        if each["probe"] == "relay-certificate"
    }


def test_a_client_of_another_host_may_relay_on_one_port_or_is_told_what_that_host_lacks(
    guide: GuideMachine,
) -> None:
    nobody_relays = relaying_there(guide, stranger(guide.machine))
    client(guide.machine, "add", ANNA)
    anna = relaying_there(guide, files_of(ANNA))

    assert {port: each["verdict"] for port, each in nobody_relays.items()} == {
        "25": "fail",
        "465": "fail",
    }
    assert "the service has to ask for certificates" in nobody_relays["465"]["remedy"]
    assert {port: each["verdict"] for port, each in anna.items()} == {
        "25": "skipped",
        "465": "pass",
    }
    assert anna["25"]["detail"].startswith("another port lets it: ")
