"""The ledger of certificates."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfwizard.errors import InputProblem
from pfwizard.pki.errors import CannotSign, NotALedger
from pfwizard.pki.ledger import Ledger
from pfwizard.pki.ledger_entries import Entry, Issued, Reason, Revoked, Role
from pfwizard.pki.serials import random_serial
from tests.pki.builders import CA_SUBJECT, HOST, NOW, USER, ca, client, key, server

ISSUER = ca()

A_CA = Issued.of(ISSUER, Role.CA, issuer=ISSUER, at=NOW)
A_SERVER = Issued.of(server(ISSUER), Role.SERVER, issuer=ISSUER, at=NOW)
A_CLIENT = Issued.of(client(ISSUER), Role.CLIENT, issuer=ISSUER, at=NOW)

THREE = Ledger().with_issued(A_CA).with_issued(A_SERVER).with_issued(A_CLIENT)
FOUR = THREE.with_revoked(A_CLIENT.serial, Reason.KEY_COMPROMISE, at=NOW)


# --- entries -------------------------------------------------------------------------------------


def test_an_entry_tells_of_a_certificate_what_is_needed_to_recognise_it() -> None:
    made = server(ISSUER, names=[HOST, "192.0.2.1"])
    entry = Issued.of(made, Role.SERVER, issuer=ISSUER, at=NOW)
    assert entry.serial == made.facts.serial
    assert entry.names == (HOST, "192.0.2.1")
    assert entry.fingerprint == made.facts.fingerprint_sha256
    assert entry.public_key == key("server").public_key.spki_sha256
    assert entry.issuer_public_key == key("ca").public_key.spki_sha256
    assert entry.not_after == NOW + timedelta(days=397)


def test_the_entry_of_a_ca_names_itself_as_the_issuer() -> None:
    assert A_CA.subject == CA_SUBJECT.one_line()
    assert A_CA.public_key == A_CA.issuer_public_key


def test_the_entry_of_a_client_names_its_addresses() -> None:
    assert A_CLIENT.names == (USER,)


# --- issuing and revoking ------------------------------------------------------------------------


def test_certificates_are_entered_in_order() -> None:
    assert THREE.entries == (A_CA, A_SERVER, A_CLIENT)


def test_a_ledger_only_grows() -> None:
    assert FOUR.encoded.startswith(THREE.encoded)
    assert FOUR.encoded.count(b"\n") == 1 + len(FOUR.entries)


def test_a_certificate_is_found_by_its_serial_number() -> None:
    assert THREE.issued(A_SERVER.serial) == A_SERVER
    assert THREE.issued(1) is None


def test_a_serial_number_is_entered_once() -> None:
    with pytest.raises(CannotSign, match="has used the serial number 5E before"):
        THREE.with_issued(replace(A_CLIENT, serial=A_SERVER.serial))


def test_a_revocation_tells_when_and_why() -> None:
    revoked = Revoked(NOW, A_CLIENT.serial, Reason.KEY_COMPROMISE)
    assert FOUR.revocation(A_CLIENT.serial) == revoked
    assert FOUR.revocation(A_SERVER.serial) is None
    assert FOUR.issued(A_CLIENT.serial) == A_CLIENT


def test_what_was_never_issued_is_not_revoked() -> None:
    with pytest.raises(InputProblem, match="no certificate has the serial number 1"):
        THREE.with_revoked(1, Reason.UNSPECIFIED, at=NOW)


def test_what_is_revoked_is_not_revoked_again() -> None:
    with pytest.raises(InputProblem, match="revoked already, since 2026-01-15"):
        FOUR.with_revoked(A_CLIENT.serial, Reason.SUPERSEDED, at=NOW)


def test_neither_revoked_nor_expired_certificates_are_in_force() -> None:
    assert THREE.in_force(NOW) == (A_CA, A_SERVER, A_CLIENT)
    assert FOUR.in_force(NOW) == (A_CA, A_SERVER)
    assert FOUR.in_force(A_SERVER.not_after) == (A_CA, A_SERVER)
    assert FOUR.in_force(A_SERVER.not_after + timedelta(seconds=1)) == (A_CA,)


# --- serial numbers ------------------------------------------------------------------------------


def test_a_thousand_serial_numbers_are_all_different_and_random() -> None:
    ledger = Ledger()
    for _ in range(1000):
        ledger = ledger.with_issued(replace(A_CLIENT, serial=ledger.new_serial(os.urandom)))
    serials = [entry.serial for entry in ledger.entries]
    assert len(set(serials)) == 1000
    assert not any(abs(a - b) < 2**64 for a, b in pairwise(serials))


def test_a_serial_number_that_was_drawn_before_is_drawn_again() -> None:
    drawn = iter([bytes(20), b"\x01" * 20])
    ledger = Ledger().with_issued(replace(A_CA, serial=random_serial(bytes)))
    assert ledger.new_serial(lambda _: next(drawn)) == random_serial(lambda _: b"\x01" * 20)


def test_numbers_that_are_not_random_are_found_out() -> None:
    ledger = Ledger().with_issued(replace(A_CA, serial=random_serial(bytes)))
    with pytest.raises(CannotSign, match="repeats itself"):
        ledger.new_serial(bytes)


# --- the file ------------------------------------------------------------------------------------


def test_nothing_is_an_empty_ledger() -> None:
    assert Ledger.load(b"") == Ledger()
    assert Ledger().encoded == b""


def test_a_ledger_that_is_read_back_says_the_same() -> None:
    assert Ledger.load(FOUR.encoded) == FOUR


def test_a_line_can_be_read_by_people_and_by_their_programs() -> None:
    header, *_, last = FOUR.encoded.decode("ascii").splitlines()
    assert header == '{"format": 1}'
    assert last == (
        '{"entry": "revoked", "at": "2026-01-15T12:30:00Z", "serial": "C1",'
        ' "reason": "keyCompromise"}'
    )


def test_a_kill_at_any_octet_loses_nothing_that_was_finished() -> None:
    for length in range(1, len(FOUR.encoded) + 1):
        finished = FOUR.encoded[:length].count(b"\n") - 1
        left = Ledger.load(FOUR.encoded[:length])
        assert left.entries == FOUR.entries[: max(finished, 0)]
        assert left.torn == (FOUR.encoded[length - 1] != ord("\n"))


def test_the_next_entry_after_a_kill_begins_a_line_of_its_own() -> None:
    fresh = replace(A_CLIENT, serial=0xF5E5)
    for length in range(len(THREE.encoded) + 1):
        left = Ledger.load(THREE.encoded[:length])
        assert Ledger.load(left.with_issued(fresh).encoded).entries == (*left.entries, fresh)


def test_a_torn_line_after_power_was_lost_may_hold_anything() -> None:
    left = Ledger.load(THREE.encoded + bytes(4096))
    assert (left.entries, left.torn) == (THREE.entries, True)
    assert left.encoded == THREE.encoded


LINES = FOUR.encoded.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([b"\n"], "does not begin with its format"),
        ([b"junk\n"], "does not begin with its format"),
        ([LINES[1]], "does not begin with its format"),
        ([b"[" * 100_000 + b"\n"], "does not begin with its format"),
        ([b'{"format": 2}\n'], "is of the format 2"),
        ([b'{"format": "\\u001b"}\n'], r"is of the format \\x1b"),
        ([LINES[0], b"\n"], "makes no sense in line 2"),
        ([LINES[0], b"[" * 100_000 + b"\n"], "makes no sense in line 2"),
        ([LINES[0], LINES[1], b"\xff\n"], "makes no sense in line 3"),
        ([LINES[0], LINES[1][:50] + LINES[1]], "makes no sense in line 2"),
        ([LINES[0], b"[]\n"], "makes no sense in line 2"),
        ([LINES[0], b'{"entry": []}\n'], "makes no sense in line 2"),
        ([LINES[0], b'{"entry": "lost"}\n'], "makes no sense in line 2"),
        ([LINES[0], b'{"entry": "revoked", "serial": "1"}\n'], "makes no sense in line 2"),
        ([LINES[0], LINES[1].replace(b'"role": "ca"', b'"role": "king"')], "no sense in line 2"),
        ([LINES[0], LINES[1].replace(b'"serial": "CA"', b'"serial": 202')], "no sense in line 2"),
        ([LINES[0], LINES[1].replace(b'"serial": "CA"', b'"serial": "-1"')], "no sense in line 2"),
        ([LINES[0], LINES[1].replace(b'"names": []', b'"names": "a"')], "no sense in line 2"),
        ([LINES[0], LINES[1].replace(b"2026", b"soon")], "no sense in line 2"),
        (
            [LINES[0], LINES[1], LINES[1]],
            "contradicts itself in line 3, about the serial number CA",
        ),
        ([LINES[0], LINES[4]], "contradicts itself in line 2, about the serial number C1"),
        ([*LINES, LINES[4]], "contradicts itself in line 6, about the serial number C1"),
    ],
)
def test_what_pfwizard_does_not_write_is_refused_with_its_line(
    lines: list[bytes], said: str
) -> None:
    with pytest.raises(NotALedger, match=said) as caught:
        Ledger.load(b"".join(lines))
    assert caught.value.message.isprintable()
    assert caught.value.remedy


texts = st.text(max_size=20)
epoch = datetime(1950, 1, 1, tzinfo=UTC)
times = st.integers(0, 250_000_000_000).map(lambda seconds: epoch + timedelta(seconds=seconds))
serials = st.integers(min_value=0, max_value=2**160)
issues = st.builds(
    Issued,
    at=times,
    role=st.sampled_from(Role),
    serial=serials,
    subject=texts,
    names=st.lists(texts, max_size=3).map(tuple),
    not_before=times,
    not_after=times,
    fingerprint=texts,
    public_key=texts,
    issuer_public_key=texts,
)


@given(st.lists(issues, unique_by=lambda entry: entry.serial, max_size=5), st.data())
def test_every_ledger_that_is_read_back_says_the_same(
    entries: list[Issued], data: st.DataObject
) -> None:
    ledger = reduce(Ledger.with_issued, entries, Ledger())
    for entry in entries:
        if data.draw(st.booleans()):
            ledger = ledger.with_revoked(
                entry.serial, data.draw(st.sampled_from(Reason)), at=data.draw(times)
            )
    assert Ledger.load(ledger.encoded) == ledger


@given(st.binary(max_size=200))
def test_no_content_escapes_the_error_family(content: bytes) -> None:
    for there in (content, THREE.encoded + content + b"\n"):
        try:
            found: tuple[Entry, ...] = Ledger.load(there).entries
        except NotALedger:
            continue
        assert found in ((), THREE.entries)
