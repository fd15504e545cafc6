"""Which certificates a configuration has a server show, for which key, and what is sent along."""

from pathlib import PurePosixPath

from pfwizard.cf.main_cf import MainCf
from pfwizard.machine.effective import Effective
from pfwizard.machine.postfix import BUILT_IN_DEFAULTS
from pfwizard.pki.key_type import KeyType
from pfwizard.publishing.served_chains import ServedChain, served_chains
from tests.pki import builders as pki
from tests.plan.builders import file

CA = pki.ca()
RSA, EC = pki.server(CA, key_type=KeyType.RSA_2048), pki.server(CA)
RSA_KEY = pki.key("server", KeyType.RSA_2048).pem().reveal()
EC_KEY = pki.key("server").pem().reveal()

ONE, OTHER = PurePosixPath("/etc/one.pem"), PurePosixPath("/etc/other.pem")
KEY = PurePosixPath("/etc/one.key")


def shown(main_cf: str, contents: dict[PurePosixPath, bytes]) -> tuple[ServedChain, ...]:
    effective = Effective(MainCf.parse(main_cf.encode()), BUILT_IN_DEFAULTS)
    return served_chains({path: file(path, each) for path, each in contents.items()}, effective)


def test_a_pair_of_files() -> None:
    chains = shown(
        f"smtpd_tls_cert_file = {ONE}\nsmtpd_tls_key_file = {KEY}\n",
        {ONE: EC.pem() + CA.pem(), KEY: EC_KEY},
    )

    assert chains == (ServedChain(ONE, KEY, EC, (CA,)),)


def test_a_certificate_whose_key_is_in_the_same_file() -> None:
    chains = shown(f"smtpd_tls_cert_file = {ONE}\n", {ONE: EC.pem() + EC_KEY})

    assert chains == (ServedChain(ONE, ONE, EC),)


def test_a_second_pair_of_another_type() -> None:
    chains = shown(
        f"smtpd_tls_cert_file = {ONE}\nsmtpd_tls_eccert_file = {OTHER}\n",
        {ONE: RSA_KEY + RSA.pem(), OTHER: EC_KEY + EC.pem()},
    )

    assert [(chain.key_path, chain.leaf) for chain in chains] == [(ONE, RSA), (OTHER, EC)]


def test_two_chain_files() -> None:
    chains = shown(
        f"smtpd_tls_chain_files = {ONE}, {OTHER}\n",
        {ONE: RSA_KEY + RSA.pem() + CA.pem(), OTHER: EC_KEY + EC.pem()},
    )

    assert chains == (ServedChain(ONE, ONE, RSA, (CA,)), ServedChain(OTHER, OTHER, EC))


def test_two_chains_in_one_file() -> None:
    chains = shown(
        f"smtpd_tls_chain_files = {ONE}\n",
        {ONE: RSA_KEY + RSA.pem() + CA.pem() + EC_KEY + EC.pem() + CA.pem()},
    )

    assert chains == (ServedChain(ONE, ONE, RSA, (CA,)), ServedChain(ONE, ONE, EC, (CA,)))


def test_a_chain_that_goes_on_in_the_next_file() -> None:
    chains = shown(
        f"smtpd_tls_chain_files = {KEY} {ONE}\n", {KEY: EC_KEY, ONE: EC.pem() + CA.pem()}
    )

    assert chains == (ServedChain(ONE, KEY, EC, (CA,)),)


def test_chain_files_override_the_pairs() -> None:
    chains = shown(
        f"smtpd_tls_cert_file = {OTHER}\nsmtpd_tls_chain_files = {ONE}\n",
        {ONE: EC_KEY + EC.pem(), OTHER: RSA_KEY + RSA.pem()},
    )

    assert [chain.leaf for chain in chains] == [EC]


def test_what_cannot_be_read_shows_nothing() -> None:
    damaged = EC.pem().replace(b"M", b"!", 5)

    assert shown(f"smtpd_tls_cert_file = {ONE}\n", {ONE: damaged}) == ()
    assert shown(f"smtpd_tls_chain_files = {ONE}\n", {ONE: EC_KEY + damaged}) == ()
    assert shown(f"smtpd_tls_cert_file = {ONE}\n", {}) == ()
