"""What the probes of relaying find: strangers, those who log in, and clients with certificates."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from pfwizard.pki.fingerprints import fingerprint
from pfwizard.prove.certificate_probes import excused_by_another_port
from pfwizard.prove.means import Means
from pfwizard.prove.mechanisms import Login
from pfwizard.prove.server import Expectation, Standing
from pfwizard.prove.verdict import Excuse, Statements, Verdict
from pfwizard.secret import Secret
from tests.prove.probing import (
    AUTH,
    LOGIN,
    STARTTLS,
    XCLIENT,
    found,
    means,
    only,
    requiring,
    showing,
    shown,
    tls,
    verdict,
)
from tests.prove.smtp_server import (
    DENIED,
    NAME,
    USER,
    Manners,
    Session,
    serving,
)

POSING = Manners(in_clear=(*XCLIENT, *AUTH))
"""A server that takes us for whom we say, as the one of a rehearsal does."""

LIVE = Manners(in_clear=AUTH)
"""One to which we are a neighbour and nothing else."""

WITH_TLS = Manners(tls(), in_clear=STARTTLS, over_tls=(*XCLIENT, *AUTH))


NOBODY = b"554 5.7.1 <unknown[203.0.113.1]>: Client host rejected: Access denied\r\n"

LISTED = b"554 5.7.1 Service unavailable; Client host [203.0.113.1] blocked using dnsbl.example\r\n"
"""The address of the stranger is on a list of senders of spam."""


def always(reply: bytes) -> Manners:
    return replace(POSING, recipient=lambda session, recipient: reply)


# --- strangers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (DENIED, "pass"),
        (b"550 5.1.1 Nobody here\r\n", "pass"),
        (b"454 4.7.1 Relay access denied\r\n", "pass"),
        (b"250 2.1.5 Ok\r\n", "fail"),
        (b"251 User not local; will forward\r\n", "fail"),
        (b"451 4.3.5 Server configuration error\r\n", "fail"),
        (b"451 4.3.0 Temporary lookup failure\r\n", "fail"),
        (b"450 4.2.0 Greylisted\r\n", "skipped"),
        (LISTED, "skipped"),
        (b"and who are you\r\n", "fail"),
        (b"", "fail"),
    ],
)
def test_a_stranger_to_elsewhere_has_to_be_refused(reply: bytes, expected: str) -> None:
    assert verdict("relay-stranger", always(reply)) == expected


def test_an_open_relay_is_called_one_and_told_how_to_be_closed() -> None:
    told = only("relay-stranger", always(b"250 Ok\r\n"))
    assert told.detail == "a stranger may send mail to everywhere: this is an open relay"
    assert "reject_unauth_destination" in told.remedy


@pytest.mark.parametrize("address", ["203.0.113.1", "2001:db8::1"])
def test_a_relay_that_is_open_to_one_family_of_addresses_is_found(address: str) -> None:
    def recipient(session: Session, recipient: str) -> bytes:
        return b"250 Ok\r\n" if address in session.poses_as else DENIED

    assert verdict("relay-stranger", replace(POSING, recipient=recipient)) == "fail"


def test_a_stranger_has_a_name_and_greets_with_its_own_address() -> None:
    """Else the server may refuse that, and the relay for everybody else is not seen."""

    def recipient(session: Session, recipient: str) -> bytes:
        has_a_name = " NAME=stranger." in f" {session.poses_as}"
        greets_right = session.greets_as.strip("[]") in session.poses_as
        return b"250 Ok\r\n" if has_a_name and greets_right else b"554 5.7.1 rejected\r\n"

    assert verdict("relay-stranger", replace(POSING, recipient=recipient)) == "fail"


def test_a_neighbour_proves_nothing() -> None:
    assert verdict("relay-stranger", LIVE) == "skipped"


def test_a_server_that_does_not_believe_us_proves_nothing() -> None:
    refusing = replace(POSING, instead={"XCLIENT": b"550 5.7.0 Not you\r\n"})
    assert verdict("relay-stranger", refusing) == "skipped"


def test_a_server_that_lets_our_address_pose_may_keep_quiet_about_it() -> None:
    with serving(LIVE) as server:
        expected = Expectation(replace(server, comes_from="127.0.0.1"))
        assert found("relay-stranger", expected) == ["pass relay-stranger"]


def test_a_real_stranger_need_not_pose() -> None:
    stranger = means(standing=Standing.STRANGER)
    refusing = replace(LIVE, recipient=lambda session, recipient: DENIED)
    assert verdict("relay-stranger", refusing, stranger) == "pass"
    assert verdict("relay-stranger", LIVE, stranger) == "fail"


def test_a_sender_that_is_refused_is_a_refusal_too() -> None:
    refusing = replace(POSING, instead={"MAIL": b"554 5.7.1 No\r\n"})
    assert verdict("relay-stranger", refusing) == "pass"


# --- mail to us -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (b"250 Ok\r\n", "pass"),
        (NOBODY, "fail"),
        (DENIED, "skipped"),  # it is there for other domains
        (b"451 4.3.5 Server configuration error\r\n", "fail"),
        (b"451 4.3.0 Temporary lookup failure\r\n", "fail"),
        (b"550 5.1.1 User unknown\r\n", "skipped"),
        (b"450 4.2.0 Greylisted\r\n", "skipped"),
        (LISTED, "skipped"),
    ],
)
def test_a_strangers_mail_to_us_has_to_be_taken_on_port_25(reply: bytes, expected: str) -> None:
    assert verdict("delivery-stranger", always(reply), public_port=25) == expected


def test_an_internal_relay_that_was_one_before_may_stay_one() -> None:
    told = only("delivery-stranger", always(NOBODY), public_port=25, is_closed_today=True)

    assert told.verdict.value == "skipped"
    assert told.detail.startswith("that is so today, too: ")


def test_who_refuses_everybody_is_told_where_to_look() -> None:
    told = only("delivery-stranger", always(NOBODY), public_port=25)
    assert "options of a submission service" in told.remedy


@pytest.mark.parametrize("manners", [POSING, LIVE])
def test_other_ports_need_not_take_it(manners: Manners) -> None:
    with serving(manners) as server:
        assert found("delivery-stranger", Expectation(server, public_port=587)) == []


def test_it_is_for_the_postmaster_of_the_servers_name() -> None:
    def recipient(session: Session, recipient: str) -> bytes:
        return b"250 Ok\r\n" if f"<postmaster@{NAME}>" in recipient else DENIED

    manners = replace(POSING, recipient=recipient)
    assert verdict("delivery-stranger", manners, public_port=25) == "pass"


# --- those who log in -----------------------------------------------------------------------------


def test_who_has_logged_in_may_send_to_elsewhere() -> None:
    assert verdict("relay-login", POSING, means(login=LOGIN)) == "pass"


def test_a_server_that_does_not_know_who_has_logged_in_is_found() -> None:
    told = only("relay-login", always(DENIED), means(login=LOGIN))
    assert told.verdict.value == "fail"
    assert "permit_sasl_authenticated" in told.remedy


@pytest.mark.parametrize(
    ("port", "expected"), [(25, "skipped"), (10025, "skipped"), (465, "fail"), (587, "fail")]
)
def test_only_on_the_ports_for_users_has_who_logs_in_to_be_let_send(
    port: int, expected: str
) -> None:
    login = means(login=LOGIN)
    assert verdict("relay-login", always(DENIED), login, public_port=port) == expected
    trouble = always(b"451 4.3.5 Server configuration error\r\n")
    assert verdict("relay-login", trouble, login, public_port=port) == "fail"


def test_a_neighbour_who_may_send_anyway_proves_nothing_of_logins() -> None:
    assert verdict("relay-login", LIVE, means(login=LOGIN)) == "skipped"


@pytest.mark.parametrize(
    ("manners", "login"),
    [
        (POSING, None),
        (POSING, Login(USER, Secret("wrong"))),
        (replace(POSING, in_clear=XCLIENT), LOGIN),
        (replace(POSING, in_clear=("AUTH GSSAPI",)), LOGIN),
    ],
)
def test_without_a_login_nothing_is_said_of_it(manners: Manners, login: Login | None) -> None:
    with serving(manners) as server:
        assert found("relay-login", Expectation(server), means(login=login)) == []


# --- certificates ---------------------------------------------------------------------------------


REQUIRING = replace(WITH_TLS, context=requiring(), requires_certificate=True)
"""A server that sends away whoever has no certificate of the CA."""


def _for_certificates(session: Session, recipient: str) -> bytes:
    return b"250 Ok\r\n" if session.has_certificate else DENIED


@pytest.fixture
def ours(tmp_path: Path) -> Means:
    return showing(tmp_path)


KNOWING = replace(WITH_TLS, context=requiring(), recipient=_for_certificates)
"""A server that lets clients with a certificate of the CA send to everywhere, and nobody else."""


def test_a_neighbour_who_may_send_anyway_proves_nothing_of_its_certificate(ours: Means) -> None:
    manners = replace(KNOWING, over_tls=AUTH, recipient=lambda session, recipient: b"250 Ok\r\n")
    assert verdict("relay-certificate", manners, ours) == "skipped"


def test_a_server_that_requires_a_certificate_is_asked_with_ours_alone(ours: Means) -> None:
    manners = replace(KNOWING, requires_certificate=True)
    assert verdict("relay-certificate", manners, ours, requires_certificate=True) == "pass"


def test_the_client_with_our_certificate_may_send_to_elsewhere(ours: Means) -> None:
    assert verdict("relay-certificate", KNOWING, ours) == "pass"
    told = only("relay-certificate", WITH_TLS, ours)
    assert told.verdict.value == "fail"
    assert shown().facts.fingerprint_sha256 in told.remedy


def test_a_certificate_that_is_gone_meanwhile_is_a_failure_that_names_the_file(ours: Means) -> None:
    gone = ours.trust.client_certificate
    assert gone is not None
    gone.unlink()
    told = only("relay-certificate", KNOWING, ours)
    assert told.verdict.value == "fail"
    assert told.detail == f"{gone} cannot be shown: No such file or directory"


def test_where_nobody_relays_by_certificate_nothing_is_wrong_with_ours(ours: Means) -> None:
    told = only("relay-certificate", WITH_TLS, ours, relays_by_certificate=False)
    assert told.verdict.value == "skipped"
    assert "no certificate lets anybody send to everywhere" in told.detail
    assert verdict("relay-certificate", WITH_TLS, ours, relays_by_certificate=True) == "fail"


def test_where_no_certificate_is_asked_for_nothing_is_wrong_with_ours(ours: Means) -> None:
    unasked = only("relay-certificate", WITH_TLS, ours, relays_by_certificate=True,
                   asks_certificate=False)  # fmt: skip
    assert unasked.verdict.value == "skipped"


def test_of_a_server_whose_configuration_nobody_knows_the_remedy_names_all_that_it_needs(
    ours: Means,
) -> None:
    told = only("relay-certificate", WITH_TLS, ours)
    assert "the service has to ask for certificates" in told.remedy
    assert "pfwizard client add there" in told.remedy


def test_whether_a_certificate_opens_anything_does_not_depend_on_whom_the_client_trusts(
    ours: Means,
) -> None:
    without_the_ca = replace(ours, trust=replace(ours.trust, roots=""))
    assert verdict("relay-certificate", KNOWING, without_the_ca) == "pass"


def test_a_client_that_one_port_lets_send_need_not_be_let_by_the_others() -> None:
    relaying = Statements("relay-certificate", "192.0.2.1:25")
    refused, let = relaying.failed("no"), replace(relaying, target="192.0.2.1:465").passed("yes")
    other = relaying.of("tls").failed("old")

    told = excused_by_another_port((other, refused, let))

    assert told == (other, refused.excused(Excuse.ELSEWHERE), let)
    assert told[1].verdict is Verdict.SKIPPED
    assert excused_by_another_port((other, refused)) == (other, refused)


def test_a_client_is_told_its_fingerprint_by_the_digest_of_the_server(ours: Means) -> None:
    known = {"relays_by_certificate": True}
    der = shown().parsed.public_bytes(Encoding.DER)
    by_md5 = only("relay-certificate", WITH_TLS, ours, digest="md5", **known).remedy
    assert f"md5 fingerprint, {fingerprint(der, 'md5')}" in by_md5
    by_another = only("relay-certificate", WITH_TLS, ours, digest="sm3", **known).remedy
    assert by_another == "relay_clientcerts has to list it by its sm3 fingerprint."


def test_without_a_certificate_of_ours_nothing_is_said_of_it() -> None:
    with serving(WITH_TLS) as server:
        assert found("relay-certificate", Expectation(server)) == []


def test_our_certificate_is_shown(ours: Means) -> None:
    assert "may not send" in only("relay-certificate", REQUIRING, ours).detail


def test_a_certificate_of_nobody_opens_nothing() -> None:
    assert verdict("strange-certificate", WITH_TLS, asks_certificate=True) == "pass"


def test_a_server_that_opens_itself_to_any_certificate_is_found() -> None:
    welcoming = replace(WITH_TLS, recipient=lambda session, recipient: b"250 Ok\r\n")
    told = only("strange-certificate", welcoming, asks_certificate=True)
    assert told.detail == "whoever shows any certificate at all may send to everywhere"


def test_a_neighbour_proves_nothing_of_strange_certificates() -> None:
    manners = replace(WITH_TLS, over_tls=AUTH)
    assert verdict("strange-certificate", manners, asks_certificate=True) == "skipped"


@pytest.mark.parametrize("manners", [POSING, WITH_TLS])
def test_where_no_certificate_is_asked_for_none_is_tried(manners: Manners) -> None:
    with serving(manners) as server:
        assert found("strange-certificate", Expectation(server, asks_certificate=False)) == []


def test_where_a_certificate_is_required_one_of_nobody_is_sent_away() -> None:
    told = only("strange-certificate", REQUIRING, requires_certificate=True)
    assert told.verdict.value == "pass"
    assert "is sent away" in told.detail


def test_a_server_that_takes_any_for_the_required_one_is_found() -> None:
    assert verdict("strange-certificate", WITH_TLS, requires_certificate=True) == "fail"


def test_where_the_certificate_opens_all_a_login_proves_nothing_more(ours: Means) -> None:
    manners = replace(KNOWING, over_tls=AUTH, requires_certificate=True)
    told = only("relay-login", manners, replace(ours, login=LOGIN), requires_certificate=True)
    assert told.verdict.value == "skipped"
    assert told.detail == "the certificate opens as much, so that nothing is proven"
