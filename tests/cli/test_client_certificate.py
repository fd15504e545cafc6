"""``--client-certificate`` of a change and of ``verify``: a pair of no use ends before all else."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from pfwizard.cli.arguments import parse_arguments
from pfwizard.cli.command import Command
from pfwizard.errors import UsageError
from tests.cli.program import Machine, pfwizard_process, traces
from tests.pki import builders as pki

TODAY = datetime.now(UTC)


@dataclass(frozen=True)
class Pair:
    """The files of a client's certificate and of its key."""

    certificate: Path
    key: Path

    @property
    def options(self) -> tuple[str, ...]:
        return ("--client-certificate", str(self.certificate), "--client-key", str(self.key))


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    made = Pair(tmp_path / "client.crt", tmp_path / "client.key")
    made.certificate.write_bytes(pki.client(pki.ca(now=TODAY), now=TODAY).pem())
    made.key.write_bytes(pki.key("client").pem().reveal())
    return made


def _missing(pair: Pair) -> None:
    pair.certificate.unlink()


def _directory(pair: Pair) -> None:
    pair.key.unlink()
    pair.key.mkdir()


def _rubbish(pair: Pair) -> None:
    pair.certificate.write_bytes(b"\x00rubbish")


def _without_a_key(pair: Pair) -> None:
    pair.key.write_bytes(pair.certificate.read_bytes())


def _of_another_key(pair: Pair) -> None:
    pair.key.write_bytes(pki.key("somebody's").pem().reveal())


def _encrypted(pair: Pair) -> None:
    passphrase = BestAvailableEncryption(b"geheim-123")
    parsed = pki.key("client").parsed
    pair.key.write_bytes(parsed.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, passphrase))


def _issued(pair: Pair, day: datetime) -> None:
    pair.certificate.write_bytes(pki.client(pki.ca(now=day), now=day, days=3).pem())


def _expired(pair: Pair) -> None:
    _issued(pair, TODAY - timedelta(days=30))


def _of_tomorrow(pair: Pair) -> None:
    _issued(pair, TODAY + timedelta(days=30))


OF_NO_USE = pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_missing, "client.crt: cannot be read: No such file or directory"),
        (_directory, "client.key: cannot be read: Is a directory"),
        (_rubbish, "the client's certificate "),
        (_without_a_key, "a certificate, where a private key in PEM is wanted"),
        (_of_another_key, "client.crt is for another key than that in "),
        (_encrypted, "client.key is encrypted with a passphrase"),
        (_expired, "expired on "),
        (_of_tomorrow, "is valid only from "),
    ],
)


@OF_NO_USE
def test_a_change_ends_with_2_before_anything_is_touched(
    spoil: Callable[[Pair], None], words: str, pair: Pair, machine: Machine
) -> None:
    spoil(pair)
    before = traces(machine.root)

    done = machine.pfwizard(*pair.options)

    assert done.returncode == 2
    assert words in done.stderr
    assert traces(machine.root) == before


def test_a_dry_run_and_verify_end_with_2_likewise(pair: Pair, machine: Machine) -> None:
    _expired(pair)

    assert machine.pfwizard("--dry-run", *pair.options).returncode == 2
    done = pfwizard_process("verify", "--host", "127.0.0.1", "--json", *pair.options)
    assert done.returncode == 2
    (finding,) = json.loads(done.stdout)["findings"]
    assert "expired on" in finding["message"]


def test_whoever_gives_one_file_has_the_key_in_it(pair: Pair, machine: Machine) -> None:
    alone = ("--client-certificate", str(pair.certificate))
    done = machine.pfwizard(*alone)
    assert done.returncode == 2
    assert "--client-key FILE names the file" in done.stderr

    pair.certificate.write_bytes(pair.certificate.read_bytes() + pair.key.read_bytes())
    assert machine.pfwizard(*alone).returncode == 0


def test_neither_the_answers_nor_the_history_keep_the_files(pair: Pair, machine: Machine) -> None:
    answers = machine.answers.read_bytes()

    assert machine.pfwizard(*pair.options).returncode == 0

    assert machine.answers.read_bytes() == answers
    kept = [path for path in machine.root.rglob("*") if path.is_file()]
    secret = pair.key.read_bytes()
    assert not [path for path in kept if secret in path.read_bytes()]
    assert not [path for path in kept if str(pair.key).encode() in path.read_bytes()]


def test_a_change_takes_the_options_that_verify_takes() -> None:
    options = ["--client-certificate", "/c", "--client-key", "/k"]

    given = parse_arguments(["--answers", "/a", *options])

    assert given.command is Command.APPLY
    assert given.verification == parse_arguments(["verify", *options]).verification


@pytest.mark.parametrize("words", [["--plain"], []])
def test_the_wizard_refuses_them_and_names_what_takes_them(words: list[str]) -> None:
    with pytest.raises(UsageError) as refused:
        parse_arguments([*words, "--client-certificate", "/c"])

    assert refused.value.message == "--client-certificate is not for the wizard"
    assert "--answers FILE --client-certificate FILE" in refused.value.remedy
