"""Which mechanisms a back end can do, and what is said of the others."""

import pytest

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.answers.sasl_questions import MECHANISMS as ASKED
from pfwizard.plan.sasl.backends import BACKENDS
from pfwizard.plan.sasl.mechanisms import MECHANISMS
from tests.plan.sasl.logins import ALL_PLUGINS, logins, message_of, refused, smtpd_conf_of, wanting

DAEMONS = (SaslBackend.AUTHDAEMOND, SaslBackend.SASLAUTHD)
STORES = (SaslBackend.SASLDB, SaslBackend.SQL, SaslBackend.LDAPDB)


def test_every_mechanism_that_is_asked_for_is_described() -> None:
    assert set(MECHANISMS) == set(ASKED)


def test_every_back_end_of_the_answers_is_described() -> None:
    assert set(BACKENDS) == set(SaslBackend)


@pytest.mark.parametrize("backend", SaslBackend)
def test_what_is_usual_is_possible_and_not_old(backend: SaslBackend) -> None:
    for name in BACKENDS[backend].usual:
        assert not BACKENDS[backend].why_not(name)
        assert not MECHANISMS[name].is_old


@pytest.mark.parametrize("backend", DAEMONS)
def test_without_a_choice_a_daemon_gets_what_it_can_check(backend: SaslBackend) -> None:
    assert smtpd_conf_of(wanting(backend, logins()))["mech_list"] == "PLAIN LOGIN"


@pytest.mark.parametrize("backend", STORES)
def test_without_a_choice_a_store_does_scram_too(backend: SaslBackend) -> None:
    assert smtpd_conf_of(wanting(backend, logins()))["mech_list"] == "PLAIN LOGIN SCRAM-SHA-256"


@pytest.mark.parametrize("backend", DAEMONS)
@pytest.mark.parametrize("name", ["SCRAM-SHA-256", "CRAM-MD5", "DIGEST-MD5", "NTLM", "OTP"])
def test_a_challenge_is_refused_where_the_checker_only_says_yes_or_no(
    backend: SaslBackend, name: str
) -> None:
    found = wanting(backend, logins(), sasl__mechanisms=["PLAIN", name])

    assert "mechanism-impossible" in refused(found)
    said = message_of(found, "mechanism-impossible")
    assert f"cannot do {name}: it says yes or no" in said
    assert "It can do PLAIN and LOGIN." in said


@pytest.mark.parametrize("backend", STORES)
@pytest.mark.parametrize("name", ["SCRAM-SHA-512", "CRAM-MD5", "DIGEST-MD5"])
def test_a_challenge_is_possible_where_passwords_are_stored(
    backend: SaslBackend, name: str
) -> None:
    found = wanting(backend, logins(), sasl__mechanisms=[name])

    assert smtpd_conf_of(found)["mech_list"] == name
    assert "mechanism-impossible" not in refused(found)


@pytest.mark.parametrize("backend", [*DAEMONS, *STORES])
def test_cyrus_has_no_tokens_for_servers(backend: SaslBackend) -> None:
    found = wanting(backend, logins(), sasl__mechanisms=["XOAUTH2"])

    assert "Cyrus SASL has no XOAUTH2" in message_of(found, "mechanism-impossible")


def test_the_package_of_a_missing_plug_in_is_named_once() -> None:
    facts = logins(plugins=frozenset({"login", "sasldb"}))

    found = wanting(SaslBackend.SASLDB, facts)

    said = message_of(found, "sasl-plugin-missing")
    assert "for PLAIN and SCRAM-SHA-256 is installed" in said
    assert "apt-get install libsasl2-modules." in said


@pytest.mark.parametrize(
    ("backend", "plugin", "package"),
    [
        (SaslBackend.SASLDB, "sasldb", "libsasl2-modules-db"),
        (SaslBackend.SQL, "sql", "libsasl2-modules-sql"),
        (SaslBackend.LDAPDB, "ldapdb", "libsasl2-modules-ldap"),
    ],
)
def test_a_store_without_its_plug_in_is_refused_with_the_package(
    backend: SaslBackend, plugin: str, package: str
) -> None:
    found = wanting(backend, logins(plugins=ALL_PLUGINS - {plugin}))

    assert "no-auxprop-plugin" in refused(found)
    assert package in message_of(found, "no-auxprop-plugin")


def test_historic_mechanisms_are_warned_of() -> None:
    found = wanting(SaslBackend.SASLDB, logins(), sasl__mechanisms=["PLAIN", "CRAM-MD5"])

    assert "CRAM-MD5 is historic" in message_of(found, "mechanism-old")


def test_a_postfix_without_dovecots_sasl_is_refused() -> None:
    found = wanting(SaslBackend.DOVECOT, logins(sasl_types=("cyrus",)))

    assert "no-dovecot-sasl" in refused(found)
