"""Where a certificate goes that was installed, and what of main.cf names it then."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from pfwizard.answers.answers import ServerAnswers
from pfwizard.pki.certificates import load_certificates
from pfwizard.pki.key_type import KeyType
from pfwizard.plan.plan import Reload
from pfwizard.plan.server.installation import InstallationRequest, files_of_installation
from tests.pki import builders as pki
from tests.plan.builders import (
    STOCK_MAIN,
    answers,
    applied,
    content_of,
    file,
    identifiers,
    main_of,
)
from tests.plan.server.test_installation import (
    BESIDE,
    COMPLETE,
    KEY,
    SERVERS,
    installing,
    refusals,
    with_key,
)

OWN = PurePosixPath("/etc/postfix/own.crt")
WANTED = PurePosixPath("/etc/ssl/wanted.crt")


def requesting(layout: str = "pair", **overrides: object) -> ServerAnswers:
    """Answers by which the certificate was requested, for the key that is here."""
    return answers(
        server__source="request",
        server__layout=layout,
        server__key=str(KEY),
        server__certificate=str(WANTED),
        **overrides,
    ).server


# --- where the answers want it --------------------------------------------------------------------


def test_by_the_answers_it_goes_where_they_say_and_postfix_is_left_to_them() -> None:
    plan = installing(*COMPLETE, server=requesting())

    assert load_certificates(content_of(plan, WANTED)) == COMPLETE
    assert [change.path for change in plan.changes] == [WANTED]
    assert plan.actions == ()
    assert "not-used-yet" in identifiers(plan)


def test_in_a_chain_it_stands_behind_its_key_too() -> None:
    plan = installing(*COMPLETE, server=requesting("chain"))

    assert load_certificates(content_of(plan, WANTED)) == COMPLETE
    assert content_of(plan, KEY) == SERVERS + b"".join(each.pem() for each in COMPLETE)


@pytest.mark.parametrize(
    ("layout", "main_cf"),
    [
        ("pair", f"smtpd_tls_cert_file = {WANTED}\nsmtpd_tls_key_file = {KEY}\n"),
        ("chain", f"smtpd_tls_chain_files = {KEY}\n"),
    ],
)
def test_what_postfix_uses_already_is_reloaded(layout: str, main_cf: str) -> None:
    main_cf = f"{STOCK_MAIN}smtpd_tls_security_level = may\n{main_cf}"
    facts = with_key(
        file(WANTED, pki.server().pem()), main_cf=main_cf, key=SERVERS + pki.server().pem()
    )

    plan = installing(*COMPLETE, facts=facts, server=requesting(layout))

    assert isinstance(plan.actions[-1], Reload)
    assert "not-used-yet" not in identifiers(plan)


@pytest.mark.parametrize("layout", ["pair", "chain"])
def test_by_the_answers_too_the_second_time_there_is_nothing_to_do(layout: str) -> None:
    facts = with_key()
    after = applied(facts, installing(*COMPLETE, facts=facts, server=requesting(layout)))

    assert installing(*COMPLETE, facts=after, server=requesting(layout)).is_empty


def test_by_the_answers_it_is_for_their_names() -> None:
    server = requesting(server__names=["mx.example.org"])

    assert refusals(installing(*COMPLETE, server=server)) == ["name-not-covered"]


def test_by_the_answers_no_other_key_counts() -> None:
    other = PurePosixPath("/etc/ssl/private/other.key")
    facts = with_key(file(other, SERVERS), key=pki.key("another").pem().reveal())

    plan = installing(*COMPLETE, facts=facts, keys=(KEY, other), server=requesting())

    assert refusals(plan) == ["key-mismatch"]


def test_a_certificate_of_something_else_is_not_overwritten_for_the_answers_either() -> None:
    plan = installing(*COMPLETE, facts=with_key(file(WANTED, pki.ca().pem())), server=requesting())

    assert refusals(plan) == ["file-in-the-way"]


@pytest.mark.parametrize("source", ["ca", "files"])
def test_answers_that_request_nothing_are_refused(source: str) -> None:
    plan = installing(*COMPLETE, server=answers(server__source=source).server)

    assert refusals(plan) == ["not-requested"]
    assert plan.is_empty


# --- one of two keys ------------------------------------------------------------------------------


RSA_KEY = PurePosixPath("/etc/ssl/private/rsa.key")
RSAS = pki.key("rsa", KeyType.RSA_2048).pem().reveal()
OLD = PurePosixPath("/etc/ssl/private/old.key")
OLD_EC = pki.key("old").pem().reveal() + pki.server().pem()


@pytest.mark.parametrize("order", [(RSA_KEY, KEY), (KEY, RSA_KEY)])
def test_of_two_chains_the_one_of_the_other_key_stays(
    order: tuple[PurePosixPath, PurePosixPath],
) -> None:
    main_cf = f"{STOCK_MAIN}smtpd_tls_chain_files = {order[0]} {order[1]}\n"
    rsa = file(RSA_KEY, RSAS + pki.server(key_type=KeyType.RSA_2048).pem(), 0o600)
    facts = with_key(rsa, main_cf=main_cf, key=SERVERS + pki.server().pem())

    plan = installing(*COMPLETE, facts=facts)

    assert [change.path for change in plan.changes] == [KEY]


def test_for_a_new_key_the_chain_of_the_same_type_goes_and_that_of_another_stays() -> None:
    main_cf = f"{STOCK_MAIN}smtpd_tls_chain_files = {RSA_KEY} {OLD}\n"
    rsa = file(RSA_KEY, RSAS + pki.server(key_type=KeyType.RSA_2048).pem(), 0o600)

    plan = installing(*COMPLETE, facts=with_key(rsa, file(OLD, OLD_EC), main_cf=main_cf))

    assert main_of(plan).get("smtpd_tls_chain_files") == f"{RSA_KEY} {KEY}"


def test_for_a_new_key_the_parameters_of_its_type_change_and_no_others() -> None:
    main_cf = (
        f"{STOCK_MAIN}smtpd_tls_cert_file = {OWN}\nsmtpd_tls_key_file = {RSA_KEY}\n"
        f"smtpd_tls_eccert_file = {OLD}\nsmtpd_tls_eckey_file = {OLD}\n"
    )
    rsa = file(RSA_KEY, RSAS, 0o600)

    plan = installing(*COMPLETE, facts=with_key(rsa, file(OLD, OLD_EC), main_cf=main_cf))

    assert main_of(plan).get("smtpd_tls_cert_file") == str(OWN)
    assert main_of(plan).get("smtpd_tls_eccert_file") == str(BESIDE)
    assert main_of(plan).get("smtpd_tls_eckey_file") == str(KEY)


# --- where it goes --------------------------------------------------------------------------------


def test_where_there_was_no_certificate_it_is_put_beside_the_key_and_into_main_cf() -> None:
    plan = installing(*COMPLETE)

    assert main_of(plan).get("smtpd_tls_cert_file") == str(BESIDE)
    assert main_of(plan).get("smtpd_tls_key_file") == str(KEY)
    assert main_of(plan).get("smtpd_tls_security_level") == "may"
    assert isinstance(plan.actions[-1], Reload)


PAIR = f"""\
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = /etc/postfix/own.crt
smtpd_tls_key_file = {KEY}
"""


def test_a_certificate_that_postfix_has_for_the_key_is_replaced_in_its_file() -> None:
    facts = with_key(file(OWN, pki.server().pem()), main_cf=STOCK_MAIN + PAIR)

    plan = installing(*COMPLETE, facts=facts)

    assert [change.path for change in plan.changes] == [OWN]
    assert load_certificates(content_of(plan, OWN)) == COMPLETE


def test_that_postfix_has_a_certificate_of_another_key_there_is_put_right() -> None:
    facts = with_key(file(OWN, pki.ca().pem()), main_cf=STOCK_MAIN + PAIR)

    plan = installing(*COMPLETE, facts=facts)

    assert load_certificates(content_of(plan, OWN)) == COMPLETE


def test_a_request_that_is_answered_finds_the_file_that_main_cf_names_already() -> None:
    plan = installing(*COMPLETE, facts=with_key(main_cf=STOCK_MAIN + PAIR))

    assert load_certificates(content_of(plan, OWN)) == COMPLETE


def test_the_second_time_there_is_nothing_to_do() -> None:
    installed = b"".join(each.pem() for each in COMPLETE)
    facts = with_key(file(OWN, installed), main_cf=STOCK_MAIN + PAIR)

    assert installing(*COMPLETE, facts=facts).is_empty


def test_in_a_chain_file_the_key_stays_first() -> None:
    main_cf = f"{STOCK_MAIN}smtpd_tls_security_level = may\nsmtpd_tls_chain_files = {KEY}\n"
    facts = with_key(main_cf=main_cf, key=SERVERS + pki.server().pem())

    plan = installing(*COMPLETE, facts=facts)

    (change,) = plan.changes
    assert (change.path, change.secret) == (KEY, True)
    assert content_of(plan, KEY) == SERVERS + b"".join(each.pem() for each in COMPLETE)


def test_a_chain_in_a_file_behind_that_of_its_key_is_replaced_there() -> None:
    main_cf = f"{STOCK_MAIN}smtpd_tls_chain_files = {KEY}, {OWN}\n"
    facts = with_key(file(OWN, pki.server().pem()), main_cf=main_cf)

    plan = installing(*COMPLETE, facts=facts)

    assert [change.path for change in plan.changes] == [OWN]


def test_a_next_chain_with_a_key_of_its_own_is_left_alone() -> None:
    main_cf = f"{STOCK_MAIN}smtpd_tls_chain_files = {KEY}, {OWN}\n"
    other = pki.key("other").pem().reveal() + pki.server().pem()

    plan = installing(*COMPLETE, facts=with_key(file(OWN, other), main_cf=main_cf))

    assert [change.path for change in plan.changes] == [KEY]


def test_a_certificate_of_another_type_that_clients_are_still_shown_is_warned_of() -> None:
    main_cf = f"{STOCK_MAIN}smtpd_tls_eccert_file = {OWN}\n"

    plan = installing(*COMPLETE, facts=with_key(main_cf=main_cf))

    assert "other-certificate-kept" in identifiers(plan)


def test_the_certificate_that_clients_were_shown_until_now_is_named() -> None:
    main_cf = STOCK_MAIN + "smtpd_tls_cert_file = /etc/postfix/own.crt\n"
    facts = with_key(file(OWN, pki.server(pki.ca()).pem()), main_cf=main_cf)

    plan = installing(*COMPLETE, facts=facts)

    assert "certificate-replaced" in identifiers(plan)


def test_a_file_that_belongs_to_something_else_is_not_overwritten() -> None:
    plan = installing(*COMPLETE, facts=with_key(file(BESIDE, pki.ca().pem())))

    assert refusals(plan) == ["file-in-the-way"]
    assert plan.is_empty


def test_what_certbot_looks_after_is_left_to_it() -> None:
    live = PurePosixPath("/etc/letsencrypt/live/mail/fullchain.pem")
    main_cf = STOCK_MAIN + PAIR.replace(str(OWN), str(live))
    facts = with_key(file(live, pki.server().pem()), main_cf=main_cf)

    plan = installing(*COMPLETE, facts=facts)

    assert refusals(plan) == ["managed-by-certbot"]
    assert plan.is_empty


def test_a_key_file_that_certbot_looks_after_is_left_to_it() -> None:
    live = PurePosixPath("/etc/letsencrypt/live/mail/privkey.pem")
    wanted = replace(requesting("chain"), key=live)

    plan = installing(*COMPLETE, facts=with_key(file(live, SERVERS, 0o600)), server=wanted)

    assert refusals(plan) == ["managed-by-certbot"]
    assert plan.is_empty


def test_every_file_that_the_plan_may_write_is_looked_at_first() -> None:
    request = InstallationRequest(COMPLETE, (KEY,))

    looked_at = files_of_installation(request, with_key(main_cf=STOCK_MAIN + PAIR))

    assert {KEY, BESIDE, OWN} <= set(looked_at)
