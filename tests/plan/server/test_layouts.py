"""How certificate and key are kept, and that a second run finds all of it in its place."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import PurePosixPath

import pytest

from pfwizard.answers.answers import Answers, AuthoritySource
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.pki.certificates import load_certificates
from pfwizard.pki.key_type import KeyType
from pfwizard.plan.planner import files_of_interest, make_plan
from pfwizard.plan.renewal.renewal import Renewable, RenewalRequest, make_renewal_plan
from tests.plan.builders import (
    NOW,
    SERVER,
    SERVER_KEY,
    STOCK_MAIN,
    STOCK_MASTER,
    Files,
    answers,
    applied,
    circumstances,
    file,
    guide_pki,
    key,
    machine,
    main_of,
    plan_for,
    with_files,
)
from tests.plan.others import CHAIN as CHAIN_OF_OTHERS
from tests.plan.others import EC, ISSUER, ROOTS, RSA, secret, signed

PAIR = f"smtpd_tls_cert_file = {SERVER}\nsmtpd_tls_key_file = {SERVER_KEY}\n"
ECDSA = PurePosixPath("/etc/postfix/ssl/server-ecdsa.crt")
ECDSA_KEY = PurePosixPath("/etc/postfix/ssl/private/server-ecdsa.key")
CHAIN = f"smtpd_tls_chain_files = {SERVER_KEY}\n"


def names_of_layout(main_cf: str, version: str) -> tuple[str | None, str | None]:
    """The values of the parameters of the one layout, and of the other."""
    facts = machine(STOCK_MAIN + main_cf, STOCK_MASTER, *guide_pki(), version=version)
    settings = main_of(plan_for(facts, answers(server__layout="auto")))
    return settings.get("smtpd_tls_chain_files"), settings.get("smtpd_tls_cert_file")


@pytest.mark.parametrize("version", ["3.3.22", "3.4.0", "3.11.7"])
def test_a_pair_that_is_in_use_stays(version: str) -> None:
    assert names_of_layout(PAIR, version) == (None, str(SERVER))


def test_a_chain_that_is_in_use_stays() -> None:
    assert names_of_layout(CHAIN, "3.4.0") == (str(SERVER_KEY), None)


def test_a_chain_counts_more_than_a_pair_as_it_does_for_postfix() -> None:
    assert names_of_layout(PAIR + CHAIN, "3.4.0") == (str(SERVER_KEY), "")


@pytest.mark.parametrize("main_cf", ["", "smtpd_tls_cert_file = /etc/ssl/other.crt\n"])
@pytest.mark.parametrize(
    ("version", "is_chain"), [("3.3.22", False), ("3.4.0", True), ("3.11.7", True)]
)
def test_without_one_of_ours_it_is_a_chain_where_postfix_knows_chains(
    version: str, is_chain: bool, main_cf: str
) -> None:
    chain, _ = names_of_layout(main_cf, version)

    assert (chain == str(SERVER_KEY)) is is_chain


def with_what_others_make(facts: Facts, wanted: Answers) -> Facts:
    """Keys and certificates of somebody else, where the answers name them."""
    server = wanted.server
    return with_files(
        facts,
        ROOTS,
        file(server.key, secret(RSA), 0o600),
        file(server.certificate, CHAIN_OF_OTHERS),
        file(server.ecdsa_key, secret(EC), 0o600),
        file(server.ecdsa_certificate, signed(EC).pem() + ISSUER.pem()),
    )


def machines() -> Iterator[tuple[str, str, str, bool]]:
    """Version of Postfix, source, layout, and whether there is a second key."""
    for version, source, layout, ecdsa in product(
        ("3.3.22", "3.7.11"), ("ca", "request", "files"), ("auto", "pair", "chain"), (False, True)
    ):
        is_unknown = version == "3.3.22" and layout == "chain"
        if not is_unknown and not (source == "request" and ecdsa):
            yield version, source, layout, ecdsa


@pytest.mark.parametrize(("version", "source", "layout", "ecdsa"), [*machines()])
def test_a_second_run_has_nothing_to_do(
    version: str, source: str, layout: str, ecdsa: bool
) -> None:
    wanted = answers(server__source=source, server__layout=layout, server__ecdsa=ecdsa)
    facts = machine(version=version)
    if source != "ca":
        facts = with_what_others_make(facts, wanted)

    first = plan_for(facts, wanted)

    assert first.refusals == ()
    assert first.changes
    assert plan_for(applied(facts, first), wanted).is_empty


class Gathered(Files):
    """File states in which nobody looks at certificates that were not gathered before."""

    def __missing__(self, path: PurePosixPath) -> FileState:
        assert not path.is_relative_to("/etc/ssl"), path
        assert not path.is_relative_to("/etc/postfix/ssl"), path
        assert not path.is_relative_to("/etc/letsencrypt"), path
        return super().__missing__(path)


@pytest.mark.parametrize("authority", ["create", "existing", "none"])
@pytest.mark.parametrize("source", ["ca", "request", "files"])
def test_every_file_that_a_plan_looks_at_was_named_before(source: str, authority: str) -> None:
    wanted = answers(server__source=source, server__ecdsa=source != "request")
    wanted = replace(
        wanted,
        ca=replace(wanted.ca, source=AuthoritySource(authority)),
        tls=replace(wanted.tls, ca_file=None),
    )
    below_another = file(wanted.ca.certificate, ISSUER.pem())
    facts = with_what_others_make(machine(), wanted)
    facts = facts if authority == "create" else with_files(facts, below_another)
    named = files_of_interest(wanted)
    above = {path for each in named for path in each.parents}
    gathered = {path: facts.files[path] for path in (*named, *above)}

    plan = plan_for(replace(facts, files=Gathered(gathered)), wanted)

    assert plan.premises


@pytest.mark.parametrize("certificate", ["live", "live/mail", "live/mail/fulchain.pem", "archive"])
@pytest.mark.parametrize("key", ["../ssl/private/mail.key", "live/other/key.pem", "live/key.pem"])
def test_every_file_that_tells_what_is_wrong_was_named_before(certificate: str, key: str) -> None:
    below = PurePosixPath("/etc/letsencrypt")
    server = answers(server__source="files").server
    named = replace(server, certificate=below / certificate, key=below / key)
    wanted = replace(answers(), server=named, tls=replace(answers().tls, ca_file=None))
    facts = machine()
    looked_at = {path: facts.files[path] for path in files_of_interest(wanted)}
    looked_at |= {path: facts.files[path] for each in looked_at for path in each.parents}

    assert plan_for(replace(facts, files=Gathered(looked_at)), wanted).refusals


@pytest.mark.parametrize("layout", ["auto", "pair", "chain"])
def test_a_second_run_has_nothing_to_do_while_a_certificate_is_awaited(layout: str) -> None:
    wanted = answers(server__source="request", server__layout=layout)
    facts = machine()

    after = applied(facts, plan_for(facts, wanted))

    assert plan_for(after, wanted).is_empty


@pytest.mark.parametrize("source", ["ca", "request"])
@pytest.mark.parametrize(("before", "after"), [("pair", "chain"), ("chain", "pair")])
def test_from_one_layout_to_the_other_nothing_is_issued_anew(
    source: str, before: str, after: str
) -> None:
    wanted = answers(server__source=source, server__layout=before)
    facts = machine()
    if source != "ca":
        facts = with_what_others_make(facts, wanted)
    there = applied(facts, plan_for(facts, wanted))
    server = replace(wanted.server, layout=type(wanted.server.layout)(after))

    plan = plan_for(there, replace(wanted, server=server))

    assert SERVER not in {change.path for change in plan.changes}
    assert not plan.refusals


# --- what was renewed since ----------------------------------------------------------------------


@pytest.mark.parametrize("what", [Renewable.SERVER, Renewable.SERVER_WITH_NEW_KEY])
@pytest.mark.parametrize("layout", ["pair", "chain"])
def test_the_same_answers_do_not_take_back_a_renewal(layout: str, what: Renewable) -> None:
    wanted = answers(server__layout=layout, server__ecdsa=True)
    before = applied(machine(), plan_for(machine(), wanted))
    later = replace(
        circumstances(),
        now=NOW + timedelta(days=30),
        generate_key=lambda kind: key(9 if kind is KeyType.EC_P256 else 8, kind),
    )
    renewal = make_renewal_plan(RenewalRequest(what, force=True), before, later)
    renewed = applied(before, renewal)

    again = make_plan(wanted, renewed, later)

    assert again.refusals == ()
    in_both = applied(renewed, again)
    for certificate, of_key in ((SERVER, SERVER_KEY), (ECDSA, ECDSA_KEY)):
        shown = certificate if layout == "pair" else of_key
        new = load_certificates(renewed.file(shown).content or b"")[0]
        assert new != load_certificates(before.file(shown).content or b"")[0]
        assert load_certificates(in_both.file(certificate).content or b"")[0] == new
        assert load_certificates(in_both.file(shown).content or b"")[0] == new
    assert make_plan(wanted, in_both, later).is_empty
