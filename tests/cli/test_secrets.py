"""No secret reaches what is printed, whichever way a run ends."""

from base64 import b64encode

import pytest

from tests.cli.program import Machine

CANARY = "canary-7Zq"
SPELLINGS = {CANARY, *(b64encode(b" " * i + CANARY.encode())[4:-4].decode() for i in range(3))}
"""In clear, and as it would stand in the PEM of a request, wherever it begins there."""

WAYS = [(), ("--dry-run",), ("--json",), ("--json", "--dry-run")]
EVERY_WAY = pytest.mark.parametrize("arguments", WAYS, ids=lambda given: " ".join(given) or "apply")


@pytest.fixture
def machine(machine: Machine) -> Machine:
    machine.answer('challenge_password = ""', f'challenge_password = "{CANARY}"')
    return machine


def printed(machine: Machine, *arguments: str, before: str = "") -> str:
    done = machine.sabotaged(before, *arguments)
    return done.stdout + done.stderr


@EVERY_WAY
def test_the_challenge_password_is_not_printed(
    machine: Machine, arguments: tuple[str, ...]
) -> None:
    text = printed(machine, *arguments).replace("\\n+", "").replace("\n+", "")
    assert "server.csr" in text or "Done:" in text
    assert [spelling for spelling in SPELLINGS if spelling in text] == []


@EVERY_WAY
def test_no_private_key_is_printed(machine: Machine, arguments: tuple[str, ...]) -> None:
    text = printed(machine, *arguments)
    assert "PRIVATE KEY" not in text
    key = (machine.root / "etc/ssl/private/ca.key").read_text() if not arguments else "-\nabsent"
    assert key.split("\n")[1] not in text


@EVERY_WAY
def test_a_crash_prints_its_place_and_not_its_message(
    machine: Machine, arguments: tuple[str, ...]
) -> None:
    crash = (
        "import pfwizard.engine as e\n"
        f"def make_plan(*arguments): raise RuntimeError('{CANARY}')\n"
        "e.make_plan = make_plan"
    )
    text = printed(machine, *arguments, before=crash)
    assert "internal error: RuntimeError in make_plan, line " in text
    assert "Traceback" not in text
    assert CANARY not in text


def test_a_request_with_a_challenge_password_is_private(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0
    request = machine.root / "etc/postfix/ssl/private/server.csr"
    assert request.stat().st_mode & 0o777 == 0o600


def test_the_spellings_that_are_looked_for_are_those_of_a_request(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0
    request = (machine.root / "etc/postfix/ssl/private/server.csr").read_text().replace("\n", "")
    assert any(spelling in request for spelling in SPELLINGS)


def test_answers_with_a_secret_that_others_can_read_are_refused(machine: Machine) -> None:
    machine.answers.chmod(0o644)
    done = machine.pfwizard()
    assert done.returncode == 2
    assert f"chmod 600 {machine.answers}" in done.stderr
    assert CANARY not in done.stderr
