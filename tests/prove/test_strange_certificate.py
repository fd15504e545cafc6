"""The certificate that nobody has signed."""

from pathlib import Path

from pfwizard.pki.certificates import load_certificate
from pfwizard.pki.keys import load_private_key
from pfwizard.prove import strange_certificate
from pfwizard.prove.conversation import over_tls
from pfwizard.prove.strange_certificate import client_of_nobody
from tests.prove.probing import STARTTLS, tls
from tests.prove.smtp_server import Manners, serving

OPEN = Path("/proc/self/fd")


def test_it_is_signed_by_its_own_key_and_by_nobody_else() -> None:
    pair = strange_certificate._certificate_and_key()
    certificate, key = load_certificate(pair.reveal()), load_private_key(pair)
    assert certificate.is_issued_by(certificate)
    assert key.matches(certificate)


def test_every_conversation_has_another_one() -> None:
    made = {strange_certificate._certificate_and_key().reveal() for _ in range(2)}
    assert len(made) == 2


def test_it_leaves_no_open_file() -> None:
    before = len(list(OPEN.iterdir()))
    client_of_nobody()
    assert len(list(OPEN.iterdir())) == before


def test_its_client_talks_to_every_server() -> None:
    with (
        serving(Manners(tls(), in_clear=STARTTLS)) as server,
        over_tls(server, client_of_nobody()) as client,
    ):
        assert client.noop()[0] == 250
