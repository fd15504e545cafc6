"""Clients with certificates: what is issued, and what lets them relay."""

from datetime import timedelta
from pathlib import PurePosixPath

import pytest

from pfwizard.pki.certificates import load_certificate
from pfwizard.pki.fingerprints import fingerprint
from pfwizard.pki.ledger import Ledger
from pfwizard.pki.ledger_entries import Issued, Role
from pfwizard.plan.clients.client_table import clients_in
from pfwizard.plan.clients.clients import ClientFiles
from pfwizard.plan.plan import ChangeKind, Plan
from tests.plan.builders import (
    BARE_MASTER,
    CA,
    CA_KEY,
    NOW,
    STOCK_MAIN,
    answers,
    applied,
    content_of,
    file,
    identifiers,
    key,
    machine,
    main_of,
    master_of,
    plan_for,
)
from tests.plan.client_builders import (
    ANNA,
    BUILT,
    RELAY,
    TABLE,
    WITH_SMTPS,
    WITH_TLS,
    Machine,
    adding,
    entries_of,
    server,
)


def paths_of(plan: Plan) -> list[str]:
    return [str(change.path) for change in plan.changes]


def test_a_new_client_gets_key_certificate_and_pkcs12_in_a_private_directory_of_its_own() -> None:
    plan = adding(ANNA, server())

    private = [
        (str(change.path), change.mode) for change in plan.changes if "clients" in str(change.path)
    ]
    place = f"/etc/ssl/private/clients/{ANNA}"
    assert private == [
        ("/etc/ssl/private/clients", 0o755),
        (place, 0o700),
        (f"{place}/{ANNA}.key", 0o600),
        (f"{place}/{ANNA}.crt", 0o600),
        (f"{place}/{ANNA}.p12", 0o600),
    ]


def test_the_operator_may_choose_the_directory() -> None:
    plan = adding(ANNA, server(), directory=PurePosixPath("/root/anna"))

    assert f"/root/anna/{ANNA}.p12" in paths_of(plan)


def test_a_passphrase_that_was_made_is_kept_beside_the_file_that_it_opens() -> None:
    plan = adding(ANNA, server(), passphrase=None)

    (change,) = [each for each in plan.changes if each.path.name == f"{ANNA}.passphrase"]
    assert change.secret
    assert change.mode == 0o600


def test_nothing_of_a_client_but_its_certificate_is_ever_shown() -> None:
    plan = adding(ANNA, server(), passphrase=None)

    shown = [
        change.path.suffix
        for change in plan.changes
        if ANNA in change.path.name and not change.secret
    ]
    assert shown == [".it", ".crt"]  # the directory, and the certificate


def test_the_certificate_is_entered_into_the_ledger() -> None:
    plan = adding(ANNA, server())

    (entry,) = entries_of(plan)
    assert isinstance(entry, Issued)
    certificate = load_certificate(content_of(plan, ClientFiles.of(ANNA, CA_KEY, None).certificate))
    assert (entry.role, entry.names) == (Role.CLIENT, (ANNA,))
    assert (entry.serial, entry.public_key) == (
        certificate.facts.serial,
        certificate.facts.spki_sha256,
    )


def test_the_fingerprint_of_its_key_goes_into_a_table_that_is_built_at_once() -> None:
    plan = adding(ANNA, server())

    (listed,) = clients_in(content_of(plan, TABLE))
    assert listed.fingerprint == key(0).public_key.spki_sha256
    assert listed.name == ANNA
    assert content_of(plan, BUILT) == b"built as hash:\n" + content_of(plan, TABLE)
    assert main_of(plan).get("relay_clientcerts") == f"hash:{TABLE}"


def test_the_table_is_in_place_before_main_cf_speaks_of_it() -> None:
    paths = paths_of(adding(ANNA, server()))

    assert paths.index(str(TABLE)) < paths.index(str(BUILT)) < paths.index("/etc/postfix/main.cf")


@pytest.mark.parametrize(
    ("usual", "known", "chosen"),
    [
        ("hash", ("hash", "lmdb"), "hash"),
        ("lmdb", ("hash", "lmdb"), "lmdb"),
        ("hash", ("lmdb", "inline"), "lmdb"),
        ("cdb", ("btree", "cdb"), "cdb"),
        ("hash", ("texthash", "inline"), "texthash"),
    ],
)
def test_the_table_has_the_type_that_is_usual_on_the_system(
    usual: str, known: tuple[str, ...], chosen: str
) -> None:
    facts = server(map_types=known, defaults={"default_database_type": usual})

    assert main_of(adding(ANNA, facts)).get("relay_clientcerts") == f"{chosen}:{TABLE}"


def test_in_a_tree_where_nothing_is_run_the_text_itself_is_the_table() -> None:
    plan = adding(ANNA, server(works_on_a_tree=True))

    assert main_of(plan).get("relay_clientcerts") == f"texthash:{TABLE}"
    assert str(BUILT) not in paths_of(plan)


def test_a_table_that_is_in_use_is_added_to() -> None:
    theirs = file(PurePosixPath("/etc/postfix/certs"), b"# ours\nAA:BB old\n")
    plan = adding(
        ANNA, server(WITH_TLS + "relay_clientcerts = hash:/etc/postfix/certs\n", WITH_SMTPS, theirs)
    )

    assert main_of(plan).get("relay_clientcerts") == "hash:/etc/postfix/certs"
    assert content_of(plan, theirs.path).startswith(b"# ours\nAA:BB old\n")
    assert f"{theirs.path}.db" in paths_of(plan)


def test_a_table_that_is_no_text_stays_and_gets_a_neighbour() -> None:
    plan = adding(ANNA, server(WITH_TLS + "relay_clientcerts = ldap:/etc/postfix/ldap.cf\n"))

    assert main_of(plan).get("relay_clientcerts") == f"ldap:/etc/postfix/ldap.cf hash:{TABLE}"


def test_fingerprints_are_of_sha256() -> None:
    main = main_of(
        adding(ANNA, server("compatibility_level = 2\nsmtpd_tls_security_level = may\n"))
    )

    assert main.get("smtpd_tls_fingerprint_digest") == "sha256"


def test_fingerprints_that_are_in_use_stay_valid() -> None:
    theirs = file(TABLE, b"AA:BB old\n")
    main = WITH_TLS + f"relay_clientcerts = hash:{TABLE}\nsmtpd_tls_fingerprint_digest = sha1\n"
    plan = adding(ANNA, server(main, WITH_SMTPS, theirs))

    assert main_of(plan).get("smtpd_tls_fingerprint_digest") == "sha1"
    assert clients_in(content_of(plan, TABLE))[1].fingerprint == fingerprint(
        key(0).public_key.spki, "sha1"
    )
    assert "fingerprints-weak" in identifiers(plan)


def test_a_service_for_mail_programs_asks_for_certificates_and_port_25_does_not() -> None:
    plan = adding(ANNA, server())

    port_25, smtps = master_of(plan).services
    assert smtps.option("smtpd_tls_ask_ccert") == "yes"
    assert port_25.option("smtpd_tls_ask_ccert") is None
    assert main_of(plan).get("smtpd_tls_ask_ccert") is None


def test_without_such_a_service_port_25_asks() -> None:
    plan = adding(ANNA, server(master=BARE_MASTER))

    assert main_of(plan).get("smtpd_tls_ask_ccert") == "yes"


def test_the_permit_goes_before_what_refuses_in_the_lists_that_the_service_uses() -> None:
    plan = adding(ANNA, server())

    assert master_of(plan).services[1].option("smtpd_relay_restrictions") == (
        "permit_sasl_authenticated,permit_tls_clientcerts,reject"
    )


def test_a_service_without_a_list_of_its_own_follows_main_cf() -> None:
    plan = adding(ANNA, server(master=BARE_MASTER))

    assert main_of(plan).get("smtpd_relay_restrictions") == (
        "permit_mynetworks permit_sasl_authenticated permit_tls_clientcerts "
        "defer_unauth_destination"
    )


def test_without_tls_nobody_can_show_a_certificate() -> None:
    assert "clients-without-tls" in identifiers(adding(ANNA, server(STOCK_MAIN, BARE_MASTER)))


def test_without_a_ca_nobody_can_sign() -> None:
    assert "ca-not-found" in identifiers(adding(ANNA, machine(WITH_TLS, WITH_SMTPS)))


def test_a_client_that_has_a_certificate_keeps_it() -> None:
    here = Machine([ANNA])

    again = adding(ANNA, here.facts, here.ledger)

    assert again.is_empty
    assert "client-has-certificate" in identifiers(again)


def test_an_expired_certificate_is_replaced_and_may_relay_no_longer() -> None:
    here = Machine([ANNA])

    plan = adding(ANNA, here.facts, here.ledger, now=NOW + timedelta(days=400))

    (listed,) = clients_in(content_of(plan, TABLE))
    assert listed.fingerprint == key(0).public_key.spki_sha256


def test_a_second_client_leaves_the_first_one_listed() -> None:
    assert Machine([ANNA, RELAY]).listed == [ANNA, RELAY]


@pytest.mark.parametrize(
    ("name", "is_told"), [("Anna@kernel-panic.it", True), ("hanna@kernel-panic.it", False)]
)
def test_a_client_called_like_another_one_but_for_case_is_told_of(name: str, is_told: bool) -> None:
    here = Machine([ANNA])

    plan = adding(name, here.facts, here.ledger)

    told = [each.message for each in plan.findings if each.identifier == "another-may-relay"]
    assert told == is_told * [f"{ANNA} is another client, and may still relay"]


def test_a_ledger_without_the_table_s_clients_does_not_make_their_certificates_anew() -> None:
    here = Machine([ANNA])

    assert adding(ANNA, here.facts, Ledger()).is_empty


@pytest.mark.parametrize("name", ["Anna", "*.kernel-panic.it", "a b@kernel-panic.it"])
def test_a_name_that_no_certificate_can_hold_is_refused(name: str) -> None:
    assert "client-not-issued" in identifiers(adding(name, server()))


def test_the_answers_name_clients_too_and_a_second_run_makes_no_new_certificates() -> None:
    wanted = answers(clients__names=[ANNA, RELAY])
    first = plan_for(server(), wanted)
    after = applied(server(), first)

    assert [client.name for client in clients_in(content_of(first, TABLE))] == [ANNA, RELAY]
    assert plan_for(after, wanted).is_empty


def test_the_first_run_makes_the_ca_and_the_clients_together() -> None:
    plan = plan_for(machine(), answers(clients__names=[ANNA]))

    kinds = {change.path: change.kind for change in plan.changes}
    assert kinds[CA] is kinds[ClientFiles.of(ANNA, CA_KEY, None).certificate] is ChangeKind.CREATE
    assert master_of(plan).services[-1].option("smtpd_tls_ask_ccert") == "yes"


def test_answers_without_clients_change_nothing_about_them() -> None:
    plan = plan_for(machine())

    assert "clientcert" not in plan.main_cf.decode() + plan.master_cf.decode()
    assert [entry.role for entry in entries_of(plan) if isinstance(entry, Issued)] == [
        Role.CA,
        Role.SERVER,
    ]


def test_certificates_that_are_found_are_not_entered_again() -> None:
    first = plan_for(machine())

    assert entries_of(plan_for(applied(machine(), first))) == []
