"""What is suggested of TLS, services and outgoing mail: today's settings."""

from collections.abc import Mapping
from pathlib import PurePosixPath

import pytest

from pfwizard.answers.consistency import contradictions
from pfwizard.answers.question import Value
from pfwizard.machine.tree import FileState
from pfwizard.wizard.suggestions import suggest
from tests.plan.builders import STOCK_MAIN, STOCK_MASTER, file, machine

SMTPS = "smtps inet n - n - - smtpd -o smtpd_tls_wrappermode=yes"
POSTSCREEN = "smtp inet n - y - 1 postscreen\n"
PASSWORDS = PurePosixPath("/etc/postfix/sasl_passwd")
MAPS = f"smtp_sasl_password_maps = hash:{PASSWORDS}\n"
RELAY = "relayhost = [smtp.example.org]:587\n"
LOGIN = file(PASSWORDS, b"[smtp.example.org]:587 anna:secret\n", 0o600)


def suggested(main: str = "", master: str = STOCK_MASTER, *files: FileState) -> Mapping[str, Value]:
    return suggest(machine(STOCK_MAIN + main, master, *files))


NEW = ("tls.migrate_obsolete", "tls.profile", "services.tlsproxy")


def test_where_there_is_nothing_of_the_kind_nothing_is_suggested() -> None:
    found = suggested()

    assert not [key for key in found if key in NEW or key.startswith("outgoing.")]
    assert not [key for key in found if key.endswith("client_certificates")]


def test_obsolete_spellings_are_offered_a_move() -> None:
    assert suggested("smtp_use_tls = yes\n")["tls.migrate_obsolete"] is True


@pytest.mark.parametrize(
    ("option", "expected"),
    [("smtpd_tls_ask_ccert", "ask"), ("smtpd_tls_req_ccert", "require")],
)
def test_a_service_goes_on_asking_for_certificates(option: str, expected: str) -> None:
    found = suggested("", f"{SMTPS} -o {option}=yes\n")

    assert found["services.smtps_client_certificates"] == expected
    assert "services.submission_client_certificates" not in found


def test_the_helper_of_postscreen_is_suggested_where_it_is_missing() -> None:
    proxy = "tlsproxy unix - - y - 0 tlsproxy\n"

    assert suggested("", POSTSCREEN)["services.tlsproxy"] is True
    assert "services.tlsproxy" not in suggested("", POSTSCREEN + proxy)


@pytest.mark.parametrize("level", ["may", "dane", "encrypt", "secure"])
def test_the_level_of_outgoing_mail_is_that_of_today(level: str) -> None:
    found = suggested(f"smtp_tls_security_level = {level}\n")

    assert found["outgoing.tls_security_level"] == level


@pytest.mark.parametrize("level", ["none", "dane-only", "verify"])
def test_a_level_that_is_not_offered_is_not_suggested(level: str) -> None:
    found = suggested(f"smtp_tls_security_level = {level}\n")

    assert "outgoing.tls_security_level" not in found


def test_the_relay_host_and_the_login_are_those_of_today() -> None:
    found = suggested(RELAY + MAPS, STOCK_MASTER, LOGIN)

    assert found["outgoing.relay_host"] == "[smtp.example.org]:587"
    assert found["outgoing.relay_user"] == "anna"
    assert "secret" not in repr(found)


def test_a_relay_host_that_the_question_does_not_take_is_left_alone() -> None:
    assert "outgoing.relay_host" not in suggested("relayhost = $mydomain\n")


@pytest.mark.parametrize("level", ["", "may", "dane", "encrypt"])
def test_what_is_suggested_of_a_login_does_not_contradict_itself(level: str) -> None:
    found = suggested(f"{RELAY}{MAPS}smtp_tls_security_level = {level}\n", STOCK_MASTER, LOGIN)

    assert "outgoing.relay_user" in found
    assert not [key for key, *_ in contradictions(found) if key.startswith("outgoing")]
