"""smtp_tls_*: the level that is asked for, unless a stricter one is there already."""

from pathlib import PurePosixPath

import pytest

from pfwizard.machine.tree import FileState
from pfwizard.plan.plan import Plan
from tests.plan.builders import (
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    applied,
    file,
    guide_pki,
    identifiers,
    machine,
    main_of,
    plan_for,
)

LEVEL = "smtp_tls_security_level"
LOCAL = file(PurePosixPath("/etc/resolv.conf"), b"nameserver 127.0.0.1\n")
BUNDLE = file(PurePosixPath("/etc/ssl/certs/ca-certificates.crt"), b"x")


def plan(more: str = "", *files: FileState, **overrides: object) -> Plan:
    facts = machine(STOCK_MAIN + more, STOCK_MASTER, *guide_pki(), *files)
    return plan_for(facts, answers(**overrides))


def refused(of: Plan) -> list[str]:
    return [each.identifier for each in of.refusals]


def test_unasked_nothing_of_outgoing_mail_is_set() -> None:
    names = {each.name for each in main_of(plan()).settings}

    assert not {name for name in names if name.startswith(("smtp_", "relayhost"))}


@pytest.mark.parametrize("level", ["may", "dane", "encrypt", "secure"])
@pytest.mark.parametrize("present", ["", f"{LEVEL} = none\n", f"{LEVEL} = nonsense\n"])
def test_a_weaker_level_is_raised(level: str, present: str) -> None:
    found = plan(present, LOCAL, BUNDLE, outgoing__tls_security_level=level)

    assert main_of(found).get(LEVEL) == level


ORDER = ["may", "dane", "encrypt", "secure"]


@pytest.mark.parametrize(
    ("wanted", "present"),
    [
        *((weaker, stricter) for n, stricter in enumerate(ORDER) for weaker in ORDER[:n]),
        ("encrypt", "dane-only"),
        ("encrypt", "Verify"),
        ("dane", "fingerprint"),
        ("secure", "dane-only"),
        ("secure", "fingerprint"),
    ],
)
def test_a_stricter_level_is_kept(wanted: str, present: str) -> None:
    found = plan(f"{LEVEL} = {present}\n", LOCAL, BUNDLE, outgoing__tls_security_level=wanted)

    assert main_of(found).get(LEVEL) == present
    assert "stricter-outgoing-level-kept" in identifiers(found)


@pytest.mark.parametrize(
    ("wanted", "present", "is_told"),
    [
        ("encrypt", "dane", True),
        ("secure", "dane", False),
        ("encrypt", "may", False),
    ],
)
def test_that_certificates_are_looked_at_no_more_is_warned_of(
    wanted: str, present: str, is_told: bool
) -> None:
    found = plan(f"{LEVEL} = {present}\n", BUNDLE, outgoing__tls_security_level=wanted)

    assert main_of(found).get(LEVEL) == wanted
    assert ("dane-given-up" in identifiers(found)) is is_told


def test_the_older_booleans_count_where_the_level_is_empty() -> None:
    found = plan("smtp_enforce_tls = yes\n", outgoing__tls_security_level="may")

    assert main_of(found).get(LEVEL) is None
    assert "stricter-outgoing-level-kept" in identifiers(found)


def test_a_level_that_nobody_has_answered_stays_without_a_word() -> None:
    found = plan(f"{LEVEL} = encrypt\n")

    assert main_of(found).get(LEVEL) == "encrypt"
    assert not identifiers(found) & {"stricter-outgoing-level-kept", "tls-required-of-everybody"}


def with_dane(resolv_conf: str, resolved_conf: str = "") -> Plan:
    return plan(
        "",
        file(PurePosixPath("/etc/resolv.conf"), resolv_conf.encode()),
        file(PurePosixPath("/etc/systemd/resolved.conf"), resolved_conf.encode()),
        outgoing__tls_security_level="dane",
    )


@pytest.mark.parametrize(
    "resolv_conf",
    [
        "nameserver 127.0.0.1\n",
        "search example.org\n\tnameserver  ::1\noptions edns0\n",
        "# nameserver 192.0.2.1\nnameserver 127.0.1.1\n",
        "search example.org\n",
        "",
    ],
)
def test_dane_asks_for_validated_answers_of_a_resolver_on_this_machine(resolv_conf: str) -> None:
    found = with_dane(resolv_conf)

    assert main_of(found).get(LEVEL) == "dane"
    assert main_of(found).get("smtp_dns_support_level") == "dnssec"
    assert "resolver-not-tried" in identifiers(found)


@pytest.mark.parametrize(
    "resolv_conf",
    [
        "nameserver 192.0.2.1\n",
        "nameserver 127.0.0.1\nnameserver 192.0.2.1\n",
        "nameserver fe80::1%eth0\n",
        "nameserver dns.example.org\n",
    ],
)
def test_dane_is_refused_with_a_resolver_that_is_reached_over_the_net(resolv_conf: str) -> None:
    assert refused(with_dane(resolv_conf)) == ["no-validating-resolver"]


@pytest.mark.parametrize("stub", ["127.0.0.53", "127.0.0.54"])
@pytest.mark.parametrize(
    ("said", "is_refused"),
    [
        ("", True),
        ("[Resolve]\n#DNSSEC=yes\n", True),
        ("[Resolve]\nDNSSEC=no\n", True),
        ("[Resolve]\nDNSSEC=allow-downgrade\n", True),
        ("DNSSEC=yes\n", True),
        ("[Resolve]\n[Other]\nDNSSEC=yes\n", True),
        ("[Resolve]\nDNSSEC=yes\nDNSSEC=no\n", True),
        ("[Resolve]\nDNSSEC=yes\nDNSSEC=\n", True),
        ("[Resolve]\nDNSSEC=yes\n", False),
        ("[Resolve]\nDNS=::1\n  DNSSEC = True\n", False),
    ],
)
def test_systemd_resolved_counts_where_it_insists_on_dnssec(
    stub: str, said: str, is_refused: bool
) -> None:
    found = with_dane(f"nameserver {stub}\noptions edns0 trust-ad\n", said)

    assert (refused(found) == ["no-validating-resolver"]) is is_refused


YES, NO = b"[Resolve]\nDNSSEC=yes\n", b"[Resolve]\nDNSSEC=no\n"
MAIN_FILE = "/etc/systemd/resolved.conf"


@pytest.mark.parametrize(
    ("files", "is_refused"),
    [
        ({"/etc/systemd/resolved.conf.d/dnssec.conf": YES}, False),
        ({"/usr/lib/systemd/resolved.conf.d/dnssec.conf": YES}, False),
        ({"/usr/lib/systemd/resolved.conf": YES}, False),
        ({"/usr/lib/systemd/resolved.conf": YES, MAIN_FILE: b"[Resolve]\n"}, True),
        ({MAIN_FILE: YES, "/etc/systemd/resolved.conf.d/a.conf": NO}, True),
        ({MAIN_FILE: NO, "/run/systemd/resolved.conf.d/a.conf": YES}, False),
        (
            {
                "/etc/systemd/resolved.conf.d/10-a.conf": YES,
                "/usr/lib/systemd/resolved.conf.d/20-b.conf": NO,
            },
            True,
        ),
        (
            {
                "/etc/systemd/resolved.conf.d/a.conf": YES,
                "/usr/lib/systemd/resolved.conf.d/a.conf": NO,
            },
            False,
        ),
    ],
)
def test_the_last_word_of_systemd_resolved_is_in_its_drop_ins(
    files: dict[str, bytes], is_refused: bool
) -> None:
    stub = file(PurePosixPath("/etc/resolv.conf"), b"nameserver 127.0.0.53\n")
    others = [file(PurePosixPath(path), text) for path, text in files.items()]

    found = plan("", stub, *others, outgoing__tls_security_level="dane")

    assert (refused(found) == ["no-validating-resolver"]) is is_refused


JAIL = PurePosixPath("/var/spool/postfix/etc/resolv.conf")


@pytest.mark.parametrize(
    ("chroot", "jail", "is_refused"),
    [
        ("y", b"nameserver 192.0.2.1\n", True),
        ("n", b"nameserver 192.0.2.1\n", False),
        ("y", b"nameserver 127.0.0.1\n", False),
        ("y", None, False),
    ],
)
def test_mail_that_leaves_from_the_jail_goes_by_the_resolver_there(
    chroot: str, jail: bytes | None, is_refused: bool
) -> None:
    master = STOCK_MASTER + f"smtp unix - - {chroot} - - smtp\n"
    there = [] if jail is None else [file(JAIL, jail)]
    facts = machine(STOCK_MAIN, master, *guide_pki(), LOCAL, *there)

    found = plan_for(facts, answers(outgoing__tls_security_level="dane"))

    assert (refused(found) == ["no-validating-resolver"]) is is_refused
    if is_refused:
        (refusal,) = found.refusals
        assert str(JAIL) in refusal.message


def test_without_dane_the_resolver_is_nobodys_business() -> None:
    found = plan(outgoing__tls_security_level="may")

    assert "resolver-not-tried" not in identifiers(found)
    assert main_of(found).get("smtp_dns_support_level") is None


def test_a_ca_file_is_named() -> None:
    found = plan("", BUNDLE, outgoing__ca_file=str(BUNDLE.path))

    assert main_of(found).get("smtp_tls_CAfile") == str(BUNDLE.path)


def test_a_ca_file_that_is_missing_is_refused() -> None:
    assert refused(plan(outgoing__ca_file="/missing")) == ["outgoing-ca-file-missing"]


def test_secure_delivery_takes_the_bundle_of_the_system() -> None:
    found = plan("", BUNDLE, outgoing__tls_security_level="secure")

    assert main_of(found).get("smtp_tls_CAfile") == str(BUNDLE.path)


@pytest.mark.parametrize("named", ["smtp_tls_CAfile", "smtp_tls_CApath"])
def test_secure_delivery_keeps_the_cas_that_are_named(named: str) -> None:
    found = plan(f"{named} = /etc/own\n", BUNDLE, outgoing__tls_security_level="secure")

    cas = [main_of(found).get(name) for name in ("smtp_tls_CAfile", "smtp_tls_CApath")]
    assert sorted(filter(None, cas)) == ["/etc/own"]


def test_secure_delivery_without_any_ca_is_refused() -> None:
    assert refused(plan(outgoing__tls_security_level="secure")) == ["no-ca-for-servers"]


@pytest.mark.parametrize(
    ("level", "relay", "is_warned_of"),
    [
        ("encrypt", "", True),
        ("secure", "", True),
        ("encrypt", "relayhost = [mail.example.org]\n", False),
        ("may", "", False),
    ],
)
def test_tls_for_every_server_of_the_internet_is_warned_of(
    level: str, relay: str, is_warned_of: bool
) -> None:
    found = plan(relay, BUNDLE, outgoing__tls_security_level=level)

    assert ("tls-required-of-everybody" in identifiers(found)) is is_warned_of


@pytest.mark.parametrize("level", ORDER)
def test_the_same_answers_change_nothing_more(level: str) -> None:
    facts = machine(STOCK_MAIN, STOCK_MASTER, *guide_pki(), LOCAL, BUNDLE)
    wanted = answers(outgoing__tls_security_level=level)

    assert plan_for(applied(facts, plan_for(facts, wanted)), wanted).changes == ()
