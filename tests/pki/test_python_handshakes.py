"""Python 3.13, whose clients are strict without being told to, shakes hands with what is issued.

It is the one of the machine: whatever runs the tests may be older.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pfwizard.pki.certificates import Certificate
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import PrivateKey
from tests.machines.machine import Machine
from tests.pki.builders import HOST, ca, client, key, server
from tests.pki.foreign import ca_by_the_guide, server_by_the_guide

pytestmark = pytest.mark.machine

PAIRS = [(ca_type, leaf_type) for ca_type in KeyType for leaf_type in KeyType]
pairs = pytest.mark.parametrize(("ca_type", "leaf_type"), PAIRS)

# Standard input is a JSON object: the certificate of the CA, the name that is dialled, and the key
# and certificate of the server and of the client, if there is one. Nothing is set that is not so
# by default but the CA. Prints a JSON object with what came of it.
SHAKE_HANDS = """\
import json, ssl, sys
order = json.load(sys.stdin)
def presenting(context, whose):
    with open("/tmp/handshake.pem", "w") as file:
        file.write(order[whose])
    context.load_cert_chain("/tmp/handshake.pem")
    return context
connecting = ssl.create_default_context(cadata=order["ca"])
serving = presenting(ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), "server")
if order["client"]:
    presenting(connecting, "client")
    serving.load_verify_locations(cadata=order["ca"])
    serving.verify_mode = ssl.CERT_REQUIRED
up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
here = connecting.wrap_bio(down, up, server_hostname=order["host"])
there = serving.wrap_bio(up, down, server_side=True)
waiting, refused = [here, there], ""
while waiting and not refused:
    for side in tuple(waiting):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLError as error:
            refused = str(error)
            break
        waiting.remove(side)
print(json.dumps({
    "python": sys.version_info[:2],
    "is_strict": bool(connecting.verify_flags & ssl.VERIFY_X509_STRICT),
    "refused": refused,
    "names": [] if refused else [name for _, name in here.getpeercert()["subjectAltName"]],
    "shown": bool(not refused and order["client"] and there.getpeercert(binary_form=True)),
}))
"""


def shaken(
    machine: Machine,
    issuer: Certificate,
    served: tuple[PrivateKey, Certificate],
    shown: tuple[PrivateKey, Certificate] | None = None,
) -> dict[str, Any]:
    order = {
        "ca": issuer.pem().decode(),
        "host": HOST,
        "server": in_one(*served),
        "client": shown and in_one(*shown),
    }
    done = machine.run(["python3", "-c", SHAKE_HANDS], input=json.dumps(order))
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def in_one(private: PrivateKey, certificate: Certificate) -> str:
    return (private.pem().reveal() + certificate.pem()).decode()


@pairs
def test_a_client_believes_the_server(
    ca_type: KeyType, leaf_type: KeyType, machine: Machine
) -> None:
    now = datetime.now(UTC)
    issuer = ca(key_type=ca_type, now=now)
    leaf = server(issuer, key_type=leaf_type, ca_key=key("ca", ca_type), now=now)

    found = shaken(machine, issuer, (key("server", leaf_type), leaf))

    assert found["refused"] == ""
    assert HOST in found["names"]


@pairs
def test_a_server_believes_the_client(
    ca_type: KeyType, leaf_type: KeyType, machine: Machine
) -> None:
    now = datetime.now(UTC)
    issuer, signer = ca(key_type=ca_type, now=now), key("ca", ca_type)
    leaf = server(issuer, key_type=leaf_type, ca_key=signer, now=now)
    own = client(issuer, key_type=leaf_type, ca_key=signer, now=now)

    found = shaken(
        machine, issuer, (key("server", leaf_type), leaf), (key("client", leaf_type), own)
    )

    assert found["refused"] == ""
    assert found["shown"]


def test_it_is_the_python_that_is_strict_by_default(machine: Machine) -> None:
    now = datetime.now(UTC)
    issuer = ca(now=now)

    found = shaken(machine, issuer, (key("server"), server(issuer, now=now)))

    assert (found["python"], found["is_strict"]) == ([3, 13], True)


def test_a_client_refuses_what_the_guides_commands_make(machine: Machine, tmp_path: Path) -> None:
    """Else the tests above would prove nothing."""
    issuer, pair = ca_by_the_guide(tmp_path), server_by_the_guide(tmp_path)

    found = shaken(machine, issuer.certificate, (pair.key, pair.certificate))

    assert "CA cert does not include key usage extension" in found["refused"]
