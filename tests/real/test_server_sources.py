"""The server's certificate in all its sources, beside a running Postfix and what clients see."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from pfwizard.pki.authority import sign_server
from pfwizard.pki.certificates import Certificate, load_certificate
from pfwizard.pki.key_type import KeyType
from tests.guide import answers_with_socket
from tests.machines.authdaemond import SOCKET
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.pki import builders as pki
from tests.pki.issuers import issuing
from tests.real.conftest import OpenMachine
from tests.real.guide_machine import CA, NAME, GuideMachine
from tests.waiting import wait_until

pytestmark = pytest.mark.machine

PORTS = {25: ("-starttls", "smtp"), 465: ()}

SHOWN = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", re.S)

BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
KEY = "/etc/postfix/ssl/private/server.key"
CERTIFICATE = "/etc/postfix/ssl/server.crt"
REQUEST = "/etc/postfix/ssl/private/server.csr"

ONLY_RSA = {
    "TLS 1.3": ("-sigalgs", "RSA-PSS+SHA256:RSA+SHA256"),
    "TLS 1.2": ("-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"),
}
ONLY_ECDSA = {
    "TLS 1.3": ("-sigalgs", "ECDSA+SHA256"),
    "TLS 1.2": ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"),
}


@pytest.fixture(params=["bookworm", "sid"])
def machine(request: pytest.FixtureRequest, open_machine: OpenMachine) -> Machine:
    return open_machine(Machine(SUITES[request.param]))


WITHOUT_A_CA = {'source = "create"': 'source = "none"', f'ca_file = "{CA}"': 'ca_file = ""'}


def prepared(machine: Machine, changes: Mapping[str, str]) -> GuideMachine:
    """Postfix runs, and the guide's answers are there, with some of their lines changed."""
    text = answers_with_socket(SOCKET)
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, after)
    machine.start_postfix()
    return GuideMachine.install(machine, text)


def shown(
    machine: Machine, port: int, *options: str, trust: str = CA, check: bool = True
) -> Certificate | None:
    """What openssl is shown, and accepts by name with these CAs; None where it is not."""
    done = machine.run(
        [
            *("timeout", "90", "openssl", "s_client", "-connect", f"127.0.0.1:{port}"),
            *(*PORTS[port], *options, "-showcerts"),
            *("-CAfile", trust, "-verify_return_error", "-verify_hostname", NAME),
        ],
        check=False,
    )
    found = SHOWN.search(done.stdout)
    if done.returncode == 0 and found:
        return load_certificate(found.group().encode())
    assert not check, done.stdout + done.stderr
    return None


# --- two keys -------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["chain", "pair"])
def test_each_client_is_shown_the_certificate_that_it_can_verify(
    machine: Machine, layout: str
) -> None:
    server = prepared(machine, {'layout = "pair"': f'layout = "{layout}"\necdsa = true'})

    server.apply()

    for port in PORTS:
        for version in ONLY_RSA:
            rsa = shown(machine, port, *ONLY_RSA[version])
            ecdsa = shown(machine, port, *ONLY_ECDSA[version])
            assert rsa is not None
            assert ecdsa is not None
            assert (rsa.facts.key, ecdsa.facts.key) == ("RSA 2048", "EC P-256")
    assert "Nothing to do" in server.pfwizard().stderr


@pytest.mark.parametrize("layout", ["chain", "pair"])
def test_both_are_renewed_with_their_keys(machine: Machine, layout: str) -> None:
    server = prepared(machine, {'layout = "pair"': f'layout = "{layout}"\necdsa = true'})
    server.apply()
    options = (ONLY_RSA["TLS 1.3"], ONLY_ECDSA["TLS 1.3"])
    old = [shown(machine, 465, *each) for each in options]

    machine.pfwizard("renew", "--force", check=True)

    new = [shown(machine, 465, *each) for each in options]
    for before, after in zip(old, new, strict=True):
        assert before is not None
        assert after is not None
        assert after != before
        assert after.public_key == before.public_key
    assert "Nothing to do" in server.pfwizard().stderr


# --- files of certbot's ---------------------------------------------------------------------------


LETSENCRYPT = "/etc/letsencrypt"
LINEAGE = f"{LETSENCRYPT}/live/{NAME}"

# As certbot does: every program of the directory, one after another, with this environment.
RUN_HOOKS = """\
for program in /etc/letsencrypt/renewal-hooks/deploy/*; do
    test -x "$program" || exit 9
    RENEWED_LINEAGE=$1 RENEWED_DOMAINS=$2 "$program" || exit
done
"""

LINK = """\
cd "$1"
for name in cert fullchain privkey; do
    ln -sfn "../../archive/$2/$name$3.pem" "$name.pem"
done
"""


ONLY_A_RELOAD_ENDS_IT = "max_use=100000"
"""Else an smtpd that has had a hundred clients makes room for one that reads the files anew."""


class Certbot:
    """A tree like certbot's, in which certificates come from a CA that the system trusts."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        now = datetime.now(UTC)
        self.root = issuing("root", now=now)
        self.issuer = issuing("upper", (self.root, "root"), now=now)
        self.generation = 0
        machine.write(BUNDLE, self.root.pem())
        for name in ("live", "archive"):
            machine.run(["mkdir", "-p", "-m", "0700", f"{LETSENCRYPT}/{name}"])
        machine.run(["mkdir", "-p", LINEAGE])
        machine.write(f"{LINEAGE}/README", "This directory contains your keys and certificates.\n")

    def renew(self) -> Certificate:
        """Another key, another certificate, and the links changed one after another."""
        self.generation += 1
        own = pki.key(f"generation {self.generation}", KeyType.RSA_2048)
        leaf = sign_server(
            own.public_key,
            pki.SERVER_SUBJECT,
            [NAME],
            ca_certificate=self.issuer,
            ca_key=pki.key("upper"),
            days=90,
            now=datetime.now(UTC),
            serial=self.generation,
        )
        contents = {
            "cert": leaf.pem(),
            "fullchain": leaf.pem() + self.issuer.pem(),
            "privkey": own.pem().reveal(),
        }
        for name, content in contents.items():
            path = f"{LETSENCRYPT}/archive/{NAME}/{name}{self.generation}.pem"
            self.machine.write(path, content, 0o600 if name == "privkey" else 0o644)
        self.machine.run(["sh", "-ec", LINK, "sh", LINEAGE, NAME, str(self.generation)])
        return leaf

    def run_hooks(self, lineage: str = LINEAGE) -> None:
        self.machine.run(["sh", "-c", RUN_HOOKS, "sh", lineage, NAME])


@pytest.fixture
def certbot(machine: Machine) -> Certbot:
    return Certbot(machine)


def with_files_of(
    certbot: Certbot, layout: str, certificate: str = "fullchain.pem"
) -> GuideMachine:
    return prepared(
        certbot.machine,
        {
            **WITHOUT_A_CA,
            'source = "ca"': 'source = "files"',
            'layout = "pair"': f'layout = "{layout}"',
            f'certificate = "{CERTIFICATE}"': f'certificate = "{LINEAGE}/{certificate}"',
            f'key = "{KEY}"': f'key = "{LINEAGE}/privkey.pem"',
        },
    )


def shown_by_all(machine: Machine) -> set[Certificate | None]:
    return {shown(machine, port, trust=BUNDLE, check=False) for port in PORTS}


@pytest.mark.parametrize("layout", ["chain", "pair"])
def test_after_a_renewal_by_certbot_clients_are_shown_the_new_certificate(
    certbot: Certbot, layout: str
) -> None:
    machine = certbot.machine
    machine.run(["postconf", "-e", ONLY_A_RELOAD_ENDS_IT])
    first = certbot.renew()
    server = with_files_of(certbot, layout)

    server.apply()
    assert shown_by_all(machine) == {first}

    second = certbot.renew()
    certbot.run_hooks()
    wait_until(lambda: shown_by_all(machine) == {second})
    assert "Nothing to do" in server.pfwizard().stderr


def test_what_is_certbots_stays_as_it_was_and_no_copy_is_kept(certbot: Certbot) -> None:
    certbot.renew()
    server = with_files_of(certbot, "auto")
    places = [f"{LETSENCRYPT}/live", f"{LETSENCRYPT}/archive"]
    before = certbot.machine.snapshot(places)

    server.apply()
    server.machine.pfwizard("rollback", check=True)
    server.apply()

    assert certbot.machine.snapshot(places) == before
    look = ["grep", "-rlE", "BEGIN (CERTIFICATE|PRIVATE KEY)", "/var/lib/pfwizard", "/etc/postfix"]
    assert certbot.machine.run(look, check=False).stdout == ""


def test_the_renewal_of_another_lineage_leaves_postfix_alone(certbot: Certbot) -> None:
    certbot.renew()
    with_files_of(certbot, "auto").apply()
    log = certbot.machine.mail_log()

    certbot.run_hooks(f"{LETSENCRYPT}/live/www.kernel-panic.it")

    assert certbot.machine.mail_log() == log


def test_a_certificate_without_its_issuer_is_refused_and_nothing_is_changed(
    certbot: Certbot,
) -> None:
    certbot.renew()
    server = with_files_of(certbot, "auto", certificate="cert.pem")
    before = certbot.machine.snapshot(["/etc"])

    done = server.pfwizard()

    assert done.returncode == 1
    assert f"Name {LINEAGE}/fullchain.pem in server.certificate." in done.stderr
    assert certbot.machine.snapshot(["/etc"]) == before


# --- a request ------------------------------------------------------------------------------------


FOREIGN_CA = """\
cd /root
openssl req -new -x509 -newkey rsa:2048 -nodes -keyout foreign.key -out foreign.crt -days 30 \\
    -subj "/O=Somebody else/CN=Root" -addext keyUsage=critical,keyCertSign
openssl x509 -req -in "$1" -CA foreign.crt -CAkey foreign.key -days 20 -copy_extensions copy \\
    -out sent.pem
cat foreign.crt >>sent.pem
cat foreign.crt >>"$2"
"""


@pytest.mark.parametrize("layout", ["auto", "pair"])
def test_a_request_is_signed_elsewhere_installed_and_finished_by_the_same_answers(
    machine: Machine, layout: str
) -> None:
    server = prepared(
        machine,
        {
            **WITHOUT_A_CA,
            'source = "ca"': 'source = "request"',
            'layout = "pair"': f'layout = "{layout}"',
        },
    )
    before = machine.read("/etc/postfix/main.cf")
    master = machine.master_pid()

    asked = server.apply()

    assert f"Send {REQUEST} to the CA." in asked.stderr
    assert machine.read("/etc/postfix/main.cf") == before

    machine.run(["mkdir", "-p", "/etc/ssl/certs"])
    machine.run(["sh", "-ec", FOREIGN_CA, "sh", REQUEST, BUNDLE])
    server.pfwizard("install-certificate", "/root/sent.pem")
    assert machine.read("/etc/postfix/main.cf") == before

    server.apply()

    leaf = load_certificate(machine.read(CERTIFICATE))
    assert leaf.facts.issuer == "/O=Somebody else/CN=Root"
    assert shown_by_all(machine) == {leaf}
    assert machine.master_pid() == master
    assert "Nothing to do" in server.pfwizard().stderr
