"""What is said of the certificates in files and on ports, and in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

import pytest

from pfwizard.expiry.files import CertificateFile
from pfwizard.expiry.judgement import Judge, Judgement, Level
from pfwizard.expiry.ports import Family, Shown, Socket
from pfwizard.expiry.servers import TlsServer
from pfwizard.expiry.watched import (
    OtherFiles,
    Role,
    WatchedCertificate,
    watched,
)
from pfwizard.expiry.wording import findings_of
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.subject import Subject
from pfwizard.plan.authorities.known_authorities import MOST_OF_OUR_OWN
from pfwizard.plan.plan import SmtpPort
from tests.pki import builders as pki
from tests.pki.issuers import issuing

DAY = timedelta(days=1)
JUDGE = Judge(pki.NOW)

SERVER, CAS = PurePosixPath("/etc/server.pem"), PurePosixPath("/etc/ca.crt")
TLS_SERVER = TlsServer(SmtpPort(465, greets=False, offers_tls=True), (SERVER,), CAS)
SOCKET = Socket("127.0.0.1", 465)

AUTHORITY = pki.ca()
LEAF = pki.server(AUTHORITY)


def ending(days: int) -> Certificate:
    return pki.server(AUTHORITY, days=days)


def look(
    leaf: Certificate = LEAF,
    *issuers: Certificate,
    cas: Sequence[Certificate] = (AUTHORITY,),
    shown: Certificate | None = None,
    problems: Mapping[PurePosixPath, Judgement] | None = None,
    judge: Judge = JUDGE,
) -> tuple[WatchedCertificate, ...]:
    """One server with these certificates in its two files."""
    files = {
        SERVER: CertificateFile(SERVER, (leaf, *issuers)),
        CAS: CertificateFile(CAS, tuple(cas)),
        **{
            path: CertificateFile(path, (), problem, f"{path}: so it is")
            for path, problem in (problems or {}).items()
        },
    }
    on_ports = [Shown(TLS_SERVER, SOCKET, shown)] if shown else []
    return watched([TLS_SERVER], files, on_ports, judge)


def row(found: Sequence[WatchedCertificate], role: Role) -> WatchedCertificate:
    (only,) = (each for each in found if each.role is role)
    return only


def said(certificate: WatchedCertificate, judge: Judge = JUDGE) -> list[str]:
    return [finding.message for finding in findings_of(certificate, judge)]


def test_a_certificate_in_order_has_nothing_said_of_it() -> None:
    leaf = row(look(), Role.LEAF)

    assert leaf.judgements == (Judgement.GOOD,)
    assert (leaf.place, leaf.days_left, leaf.level) == (SERVER, 397, Level.OK)
    assert said(leaf) == []


def test_leaf_and_ca_are_told_apart() -> None:
    assert [each.role for each in look()] == [Role.LEAF, Role.CA]


def test_in_a_chain_the_root_and_what_is_between_are_told_apart() -> None:
    root = issuing("root")
    between = issuing("between", (root, "root"))
    leaf = pki.server(between, ca_key=pki.key("between"))

    found = look(leaf, between, root, cas=())

    assert {(each.role, each.facts) for each in found} == {
        (Role.LEAF, leaf.facts),
        (Role.INTERMEDIATE, between.facts),
        (Role.CA, root.facts),
    }


def test_a_certificate_that_signed_itself_is_the_servers_own_when_it_comes_first() -> None:
    assert [each.role for each in look(AUTHORITY, cas=())] == [Role.LEAF]


def test_the_worst_comes_first_and_among_equals_what_ends_first() -> None:
    found = look(ending(100), shown=LEAF)

    assert [(each.role, each.level, each.days_left) for each in found] == [
        (Role.SERVED, Level.WARNING, 397),
        (Role.LEAF, Level.OK, 100),
        (Role.CA, Level.OK, 3650),
    ]


def test_what_ends_soon_says_when() -> None:
    leaf = row(look(ending(20)), Role.LEAF)

    assert leaf.judgements == (Judgement.EXPIRES_SOON,)
    assert said(leaf) == [
        "the server's certificate in /etc/server.pem expires on 2026-02-04 12:30 UTC"
    ]


def test_what_has_ended_is_critical() -> None:
    later = Judge(pki.NOW + 21 * DAY)
    leaf = row(look(ending(20), judge=later), Role.LEAF)

    assert (leaf.level, leaf.days_left) == (Level.CRITICAL, -1)
    assert said(leaf, later) == [
        "the server's certificate in /etc/server.pem expired on 2026-02-04 12:30 UTC"
    ]


def test_a_certificate_of_the_future_points_at_the_clock() -> None:
    slow = Judge(pki.NOW - DAY)
    leaf = row(look(judge=slow), Role.LEAF)

    (finding,) = findings_of(leaf, slow)

    assert leaf.judgements == (Judgement.NOT_YET_VALID,)
    assert finding.remedy == "This machine says it is 2026-01-14 12:30; check its clock."


def test_dates_before_and_after_2050_are_read_alike() -> None:
    """They are encoded in two ways (RFC 5280 section 4.1.2.5)."""
    eve = datetime(2049, 12, 21, 12, 0, tzinfo=UTC)
    authority = pki.ca(now=eve)
    short, long = (
        pki.server(authority, now=eve, days=days)
        for days in (10, 20)  # until 2049, and 2050
    )

    ends = [
        each.facts.not_after.year
        for each in look(short, long, cas=[], judge=Judge(eve))
        if each.facts is not None
    ]
    days = [each.days_left for each in look(short, long, cas=[], judge=Judge(eve))]

    assert ends == [2049, 2050]
    assert days == [10, 20]


def test_the_certificate_on_a_port_is_one_of_its_own() -> None:
    served = row(look(shown=LEAF), Role.SERVED)

    assert (served.place, served.judgements) == (SOCKET, (Judgement.GOOD,))


def test_another_certificate_than_that_in_the_file_is_not_yet_reloaded() -> None:
    served = row(look(pki.server(AUTHORITY, serial=0xF00), shown=LEAF), Role.SERVED)

    assert served.judgements == (Judgement.DIFFERS,)
    assert said(served) == [
        "the certificate shown on 127.0.0.1:465 is another one than that in /etc/server.pem"
    ]


def test_what_is_shown_may_be_expired_too_and_that_is_worse() -> None:
    later = Judge(pki.NOW + 21 * DAY)
    served = row(look(LEAF, shown=ending(20), judge=later), Role.SERVED)

    assert served.judgements == (Judgement.EXPIRED, Judgement.DIFFERS)
    assert served.level is Level.CRITICAL


def test_what_was_renewed_already_is_to_be_reloaded_and_not_renewed_once_more() -> None:
    served = row(look(LEAF, shown=ending(20)), Role.SERVED)

    remedies = {each.identifier: each.remedy for each in findings_of(served, JUDGE)}

    assert remedies["expires-soon"] == ""
    assert "postfix reload" in remedies["differs-from-file"]


def test_a_ca_is_renewed_in_a_way_of_its_own() -> None:
    later = Judge(pki.NOW + 3640 * DAY)
    authority = row(look(judge=later), Role.CA)

    (finding,) = findings_of(authority, later)

    assert "pfwizard renew --ca" in finding.remedy


def test_with_a_file_that_cannot_be_read_nothing_is_compared() -> None:
    found = look(shown=LEAF, problems={SERVER: Judgement.UNREADABLE})

    assert row(found, Role.SERVED).judgements == (Judgement.GOOD,)
    assert row(found, Role.LEAF).level is Level.UNKNOWN


def test_a_file_without_a_certificate_is_critical() -> None:
    leaf = row(look(problems={SERVER: Judgement.UNUSABLE}), Role.LEAF)

    assert (leaf.level, leaf.days_left) == (Level.CRITICAL, None)
    assert said(leaf) == ["/etc/server.pem: so it is"]


def test_a_server_that_shows_nothing_is_critical() -> None:
    silent = Shown(TLS_SERVER, SOCKET, problem="127.0.0.1:465: it does not greet")
    files = {path: CertificateFile(path, (LEAF,)) for path in (SERVER, CAS)}

    served = row(watched([TLS_SERVER], files, [silent], JUDGE), Role.SERVED)

    assert served.judgements == (Judgement.SILENT,)
    assert said(served) == ["127.0.0.1:465: it does not greet"]


@pytest.mark.parametrize("asked_for", [None, Family.RSA])
def test_a_server_that_sends_us_away_for_coming_too_often_is_unknown_and_no_failure(
    asked_for: Family | None,
) -> None:
    words = "127.0.0.1:465: it greets with 421 4.7.0 mail Error: too many connections from ::1"
    limited = Shown(TLS_SERVER, SOCKET, problem=words, asked_for=asked_for)
    files = {path: CertificateFile(path, (LEAF,)) for path in (SERVER, CAS)}

    served = row(watched([TLS_SERVER], files, [limited], JUDGE), Role.SERVED)

    assert (served.judgements, served.level) == ((Judgement.LIMITED,), Level.UNKNOWN)
    (finding,) = findings_of(served, JUDGE)
    assert finding.message == f"it could not be found out: {words}"
    assert "smtpd_client_connection_rate_limit" in finding.remedy


def test_what_servers_share_is_listed_once() -> None:
    files = {
        SERVER: CertificateFile(SERVER, (LEAF,)),
        CAS: CertificateFile(CAS, (AUTHORITY,)),
    }

    assert len(watched([TLS_SERVER, TLS_SERVER], files, [], JUDGE)) == 2


def test_of_a_distributions_cas_only_ours_is_watched() -> None:
    others = [
        pki.ca(subject=pki.SERVER_SUBJECT, whose=f"other {n}", days=1)
        for n in range(MOST_OF_OUR_OWN)
    ]

    found = look(cas=[*others, AUTHORITY])

    assert [each.facts for each in found] == [LEAF.facts, AUTHORITY.facts]


ELSEWHERE = PurePosixPath("/etc/ssl/ca.crt")


def look_elsewhere(*cas: Certificate, named: bool = False) -> list[tuple[Role, object]]:
    """The same server, which may name no CA, and a file that Postfix is not told of."""
    server = replace(TLS_SERVER, ca_file=CAS if named else None)
    files = {
        SERVER: CertificateFile(SERVER, (LEAF,)),
        CAS: CertificateFile(CAS, (AUTHORITY,)),
        ELSEWHERE: CertificateFile(ELSEWHERE, cas),
    }
    found = watched([server], files, [], JUDGE, OtherFiles(authorities=(ELSEWHERE,)))
    return [(each.role, each.place) for each in found if each.role is Role.CA]


def test_the_ca_that_ours_come_from_is_watched_where_postfix_is_not_told_of_it() -> None:
    assert look_elsewhere(AUTHORITY) == [(Role.CA, ELSEWHERE)]


def test_a_ca_that_postfix_names_is_listed_once() -> None:
    assert look_elsewhere(AUTHORITY, named=True) == [(Role.CA, CAS)]


def test_a_ca_that_none_of_ours_comes_from_is_not_watched() -> None:
    assert look_elsewhere(pki.ca(subject=Subject(common_name="Another"))) == []


def test_a_file_that_is_not_there_is_no_complaint() -> None:
    assert look_elsewhere() == []
