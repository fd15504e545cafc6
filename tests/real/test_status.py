"""``pfwizard status`` beside a running Postfix: what its ports show, and what its files hold."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pfwizard.pki.certificates import Certificate
from pfwizard.pki.key_type import KeyType
from tests.machines.machine import Completed, Machine
from tests.machines.suites import SUITES
from tests.pki import builders as pki
from tests.real.conftest import OpenMachine

pytestmark = pytest.mark.machine

CERTIFICATE, KEY, CA = "/etc/postfix/server.crt", "/etc/postfix/server.key", "/etc/postfix/ca.crt"

MAIN = f"""
smtpd_tls_security_level = may
smtpd_tls_cert_file = {CERTIFICATE}
smtpd_tls_key_file = {KEY}
smtpd_tls_CAfile = {CA}
"""
SMTPS = "smtps inet n - y - - smtpd\n  -o smtpd_tls_wrappermode=yes\n"
SUBMISSION = "submission inet n - y - - smtpd\n  -o smtpd_tls_security_level=encrypt\n"
POSTSCREEN = """\
smtp      inet  n       -       y       -       1       postscreen
smtpd     pass  -       -       y       -       -       smtpd
dnsblog   unix  -       -       y       -       0       dnsblog
tlsproxy  unix  -       -       y       -       0       tlsproxy
"""

# Postfix's programs wait for files that have just been changed.
DATE_BACK = ["touch", "-d", "1 minute ago", "/etc/postfix/main.cf", "/etc/postfix/master.cf"]


@dataclass(frozen=True)
class Server:
    """A Postfix with a certificate of its own, on three ports."""

    machine: Machine
    authority: Certificate

    @classmethod
    def start(cls, machine: Machine, *, days: int = 397, more: str = "") -> "Server":
        """``more`` is added to main.cf."""
        authority = pki.ca(now=datetime.now(UTC) - timedelta(days=30))
        server = cls(machine, authority)
        machine.write(CA, authority.pem())
        machine.write(KEY, pki.key("server").pem().reveal(), 0o600)
        server.replace_certificate(days=days)
        server.append("/etc/postfix/main.cf", MAIN + more)
        server.append("/etc/postfix/master.cf", SMTPS + SUBMISSION)
        machine.start_postfix()
        return server

    def replace_certificate(self, *, days: int = 397) -> None:
        """As one that renews it does, and forgets the reload."""
        leaf = pki.server(self.authority, days=days, now=datetime.now(UTC))
        self.machine.write(CERTIFICATE, leaf.pem())

    def append(self, path: str, text: str) -> None:
        before = self.machine.read(path)
        self.machine.write(path, before.rstrip(b"\n") + b"\n" + text.encode())
        self.machine.run(DATE_BACK)

    def status(self, *arguments: str) -> Completed:
        return self.machine.pfwizard("status", *arguments)

    def report(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.status("--json").stdout)
        return document

    def on_ports(self) -> dict[int, list[str]]:
        """What is said of each port."""
        return {
            each["port"]: each["judgements"]
            for each in self.report()["certificates"]
            if each["role"] == "served"
        }


@pytest.fixture(params=["bookworm", "sid"])
def server(request: pytest.FixtureRequest, open_machine: OpenMachine) -> Server:
    """Two generations: one in a chroot, and one that is not."""
    return Server.start(open_machine(Machine(SUITES[request.param])))


@pytest.fixture
def bookworm(open_machine: OpenMachine) -> Machine:
    return open_machine(Machine(SUITES["bookworm"]))


def test_every_port_shows_what_the_file_has_until_it_is_replaced_without_a_reload(
    server: Server,
) -> None:
    assert server.on_ports() == {25: ["ok"], 465: ["ok"], 587: ["ok"]}
    assert server.status().returncode == 0

    server.replace_certificate()

    assert set(server.on_ports()) == {25, 465, 587}
    assert all(said == ["differs-from-file"] for said in server.on_ports().values())
    done = server.status()
    assert done.returncode == 1
    assert (
        f"the certificate shown on 127.0.0.1:465 is another one than that in {CERTIFICATE}"
        in done.stderr
    )

    server.machine.postfix.reload()

    assert server.on_ports() == {25: ["ok"], 465: ["ok"], 587: ["ok"]}
    assert server.status().returncode == 0


def test_what_is_shown_counts_though_the_file_was_renewed(bookworm: Machine) -> None:
    server = Server.start(bookworm, days=3)
    assert server.on_ports()[465] == ["about-to-expire"]

    server.replace_certificate()

    assert server.on_ports()[465] == ["about-to-expire", "differs-from-file"]
    assert server.status().returncode == 2


def test_a_port_of_master_cf_on_which_nothing_listens_is_critical(bookworm: Machine) -> None:
    server = Server.start(bookworm)
    server.append("/etc/postfix/master.cf", SMTPS.replace("smtps", "2525"))

    done = server.status()

    assert done.returncode == 2
    assert done.stdout.splitlines()[0].split() == [*("CRITICAL", "-", "-", "shown", "port", "2525")]
    assert "nothing listens on port 2525" in done.stderr


def test_a_server_that_cannot_use_its_key_is_quoted(bookworm: Machine) -> None:
    server = Server.start(bookworm)
    bookworm.write(KEY, pki.key("somebody's").pem().reveal(), 0o600)
    bookworm.postfix.reload()

    done = server.status()

    assert done.returncode == 2
    assert "127.0.0.1:25: it answers STARTTLS with 454" in done.stderr


def test_with_postfix_stopped_the_files_are_looked_at_and_that_is_said(bookworm: Machine) -> None:
    server = Server.start(bookworm)
    bookworm.postfix.stop()

    done = server.status()

    assert (done.returncode, len(done.stdout.splitlines())) == (0, 2)
    assert "warning: Postfix does not run: only the files were looked at." in done.stderr


def test_whoever_is_not_root_is_told_what_could_not_be_seen(bookworm: Machine) -> None:
    Server.start(bookworm)
    command = ["python3", "-m", "pfwizard", "status"]
    as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command]

    done = bookworm.run(as_nobody, check=False, env=bookworm.python_paths())

    assert done.returncode == 3
    assert "only root can see where Postfix listens" in done.stderr


def test_behind_postscreen_the_certificate_is_seen_too(bookworm: Machine) -> None:
    master_cf = bookworm.read("/etc/postfix/master.cf").decode().splitlines(keepends=True)
    rest = [line for line in master_cf if not line.startswith("smtp      inet")]
    bookworm.write("/etc/postfix/master.cf", POSTSCREEN + "".join(rest))

    server = Server.start(bookworm)

    assert server.on_ports() == {25: ["ok"], 465: ["ok"], 587: ["ok"]}


def test_a_service_with_a_certificate_of_its_own_is_held_against_that(bookworm: Machine) -> None:
    server = Server.start(bookworm)
    other = pki.server(server.authority, now=datetime.now(UTC), serial=0xF00)
    bookworm.write("/etc/postfix/other.crt", other.pem())
    own = "2525 inet n - y - - smtpd\n  -o smtpd_tls_cert_file=/etc/postfix/other.crt\n"
    server.append("/etc/postfix/master.cf", own)
    bookworm.postfix.reload()

    assert server.on_ports()[2525] == ["ok"]


# --- more than one certificate --------------------------------------------------------------------

CHAINS = {KeyType.EC_P256: "/etc/postfix/ec.pem", KeyType.RSA_2048: "/etc/postfix/rsa.pem"}


OUTDATED = "/etc/postfix/sni.db is older than what it was made from"


def with_two_chains(machine: Machine, more: str = "") -> Server:
    """A server with a certificate of each family, in smtpd_tls_chain_files."""
    now = datetime.now(UTC)
    for key_type, path in CHAINS.items():
        leaf = pki.server(pki.ca(now=now), now=now, key_type=key_type)
        machine.write(path, pki.key("server", key_type).pem().reveal() + leaf.pem(), 0o600)
    paths = ", ".join(CHAINS.values())
    return Server.start(machine, more=f"smtpd_tls_chain_files = {paths}\n{more}")


def shown(server: Server) -> dict[int, int]:
    """How many different certificates each port shows."""
    found = {
        (each["port"], each["fingerprint_sha256"])
        for each in server.report()["certificates"]
        if each["role"] == "served" and each["fingerprint_sha256"]
    }
    return Counter(port for port, _ in found)


@pytest.mark.parametrize("suite_name", ["bookworm", "sid"])
def test_each_port_is_asked_for_both_of_its_certificates(
    suite_name: str, open_machine: OpenMachine
) -> None:
    server = with_two_chains(open_machine(Machine(SUITES[suite_name])))

    assert shown(server) == {25: 2, 465: 2, 587: 2}
    assert server.status().returncode == 0


def test_clients_that_are_shown_none_of_the_two_are_told_of(bookworm: Machine) -> None:
    server = with_two_chains(bookworm, "smtpd_tls_exclude_ciphers = aRSA\n")

    done = server.status()

    assert done.returncode == 1
    assert "127.0.0.1:25: clients that know RSA alone are refused: the TLS handshake" in done.stderr


def test_a_server_of_tls_1_3_alone_is_asked_for_one_of_the_two(bookworm: Machine) -> None:
    names = ("smtpd_tls_protocols", "smtpd_tls_mandatory_protocols")
    more = "".join(f"{name} = >=TLSv1.3\n" for name in names)

    server = with_two_chains(bookworm, more)

    assert shown(server) == {25: 1, 465: 1, 587: 1}
    assert server.status().returncode == 0


def test_a_certificate_for_a_name_is_looked_at_in_its_file(bookworm: Machine) -> None:
    now = datetime.now(UTC)
    leaf = pki.server(pki.ca(now=now), now=now, days=3)
    bookworm.write("/etc/postfix/mx.pem", pki.key("server").pem().reveal() + leaf.pem(), 0o600)
    bookworm.write("/etc/postfix/sni", "mx.example.org /etc/postfix/mx.pem\n")
    bookworm.run(["postmap", "-F", "hash:/etc/postfix/sni"])
    server = Server.start(bookworm, more="tls_server_sni_maps = hash:/etc/postfix/sni\n")

    done = server.status()

    assert done.returncode == 2
    assert done.stdout.splitlines()[0].split()[:2] == ["CRITICAL", "2"]
    assert "for clients that ask for a name, in /etc/postfix/mx.pem expires" in done.stderr
    assert OUTDATED not in done.stderr

    bookworm.run(["touch", "/etc/postfix/mx.pem"])

    assert OUTDATED in server.status().stderr


def test_a_client_whose_certificate_ends_is_named(bookworm: Machine) -> None:
    server = Server.start(bookworm)
    bookworm.write("/etc/postfix/ca.key", pki.key("ca").pem().reveal(), 0o600)
    bookworm.pfwizard("client", "add", "anna@kernel-panic.it", check=True)

    assert server.status().returncode == 0
    done = server.status("--warn", "400", "--critical", "1")

    assert done.returncode == 1
    assert "the certificate of the client anna@kernel-panic.it expires on" in done.stderr
