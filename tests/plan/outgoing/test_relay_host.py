"""A relay host with a login: over TLS alone, and the password in files that nobody else reads."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from pfwizard.errors import Failed
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.plan.diff import unified_diff
from pfwizard.plan.outgoing.login_table import login_in, with_login
from pfwizard.plan.outgoing.relay_password import login_today
from pfwizard.plan.plan import Change, Plan
from pfwizard.plan.planner import make_plan
from pfwizard.secret import Secret
from tests.plan.builders import (
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    applied,
    build_table,
    circumstances,
    content_of,
    file,
    guide_pki,
    identifiers,
    machine,
    main_of,
    plan_for,
    with_files,
)

RELAY, USER, PASSWORD = "[smtp.example.org]:587", "anna@example.org", "s3cret: word"
PASSWORD_FILE = PurePosixPath("/root/relay.password")
TABLE = PurePosixPath("/etc/postfix/sasl_passwd")
BUILT = PurePosixPath("/etc/postfix/sasl_passwd.db")
KEPT = file(PASSWORD_FILE, f"{PASSWORD}\n".encode(), 0o600)
LOGIN = {
    "outgoing__relay_host": RELAY,
    "outgoing__relay_user": USER,
    "outgoing__relay_password_file": str(PASSWORD_FILE),
}
ENTRY = f"{RELAY} {USER}:{PASSWORD}\n".encode()


def server(more: str = "", *files: FileState, **given: object) -> Facts:
    facts = machine(STOCK_MAIN + more, STOCK_MASTER, *guide_pki(), KEPT)
    return replace(with_files(facts, *files), **given)  # type: ignore[arg-type]


def plan(more: str = "", *files: FileState, **overrides: object) -> Plan:
    return plan_for(server(more, *files), answers(**{**LOGIN, **overrides}))


def change(of: Plan, path: PurePosixPath) -> Change:
    (found,) = [each for each in of.changes if each.path == path]
    return found


def refused(of: Plan) -> list[str]:
    return [each.identifier for each in of.refusals]


def test_the_settings_of_a_login() -> None:
    main_cf = main_of(plan())

    assert main_cf.get("relayhost") == RELAY
    assert main_cf.get("smtp_sasl_auth_enable") == "yes"
    assert main_cf.get("smtp_sasl_password_maps") == f"hash:{TABLE}"
    assert main_cf.get("smtp_sasl_tls_security_options") == "noanonymous"
    assert main_cf.get("smtp_tls_security_level") == "encrypt"


def test_without_tls_a_password_stays_forbidden() -> None:
    assert main_of(plan()).get("smtp_sasl_security_options") is None


def test_options_that_allow_passwords_over_tls_already_stay() -> None:
    found = plan("smtp_sasl_security_options = noanonymous\n")

    assert main_of(found).get("smtp_sasl_tls_security_options") is None


def test_without_a_login_the_relay_host_alone_is_set() -> None:
    found = plan(outgoing__relay_user="", outgoing__relay_password_file="")

    assert main_of(found).get("relayhost") == RELAY
    names = {each.name for each in main_of(found).settings}
    assert not {name for name in names if name.startswith("smtp_")}


@pytest.mark.parametrize(
    ("relay", "wrapper", "level"),
    [
        ("[smtp.example.org]:465", "yes", "encrypt"),
        ("[smtp.example.org]:smtps", "yes", "encrypt"),
        ("smtp.example.org:submissions", "yes", "encrypt"),
        ("[smtp.example.org]:587", None, None),
        ("[smtp.example.org]", None, None),
        ("smtp.example.org", None, None),
    ],
)
def test_tls_begins_at_once_on_port_465(relay: str, wrapper: str | None, level: str | None) -> None:
    found = plan(
        outgoing__relay_host=relay, outgoing__relay_user="", outgoing__relay_password_file=""
    )

    assert main_of(found).get("smtp_tls_wrappermode") == wrapper
    assert main_of(found).get("smtp_tls_security_level") == level


def test_on_another_port_it_does_so_no_more() -> None:
    found = plan("smtp_tls_wrappermode = yes\nrelayhost = [smtp.example.org]:465\n")

    assert main_of(found).get("smtp_tls_wrappermode") == "no"
    assert "relay-host-replaced" in identifiers(found)


def test_the_relay_host_of_today_is_not_told_of() -> None:
    assert "relay-host-replaced" not in identifiers(plan(f"relayhost = {RELAY}\n"))


@pytest.mark.parametrize(
    ("more", "port", "is_warned_of"),
    [
        ("transport_maps = hash:/etc/postfix/transport\n", 465, True),
        ("transport_maps = hash:/etc/postfix/transport\n", 587, False),
        ("", 465, False),
    ],
)
def test_that_other_servers_get_tls_at_once_too_is_warned_of(
    more: str, port: int, is_warned_of: bool
) -> None:
    found = plan(more, outgoing__relay_host=f"[smtp.example.org]:{port}")

    assert ("tls-at-once-everywhere" in identifiers(found)) is is_warned_of


def test_a_certificate_may_be_asked_for_besides() -> None:
    bundle = file(PurePosixPath("/etc/ssl/cert.pem"), b"x")

    found = plan("", bundle, outgoing__tls_security_level="secure")

    assert main_of(found).get("smtp_tls_security_level") == "secure"


def test_stricter_levels_stay() -> None:
    found = plan("smtp_tls_security_level = verify\n")

    assert main_of(found).get("smtp_tls_security_level") == "verify"


def without_login(more: str, **overrides: object) -> Plan:
    return plan(more, outgoing__relay_user="", outgoing__relay_password_file="", **overrides)


def test_a_login_does_not_take_dane_from_a_relay_host_and_sends_no_password_in_clear() -> None:
    found = plan("smtp_tls_security_level = dane\nsmtp_sasl_security_options = noanonymous\n")

    main_cf = main_of(found)
    assert main_cf.get("smtp_tls_security_level") == "dane"
    assert main_cf.get("smtp_sasl_security_options") == "noplaintext, noanonymous"
    assert main_cf.get("smtp_sasl_tls_security_options") == "noanonymous"


def test_passwords_that_are_forbidden_in_clear_already_stay_so() -> None:
    found = plan("smtp_tls_security_level = dane\n")

    assert main_of(found).get("smtp_sasl_security_options") is None


@pytest.mark.parametrize(
    ("present", "words"),
    [
        ("", "looks at no certificate"),
        ("encrypt", "looks at no certificate"),
        ("dane", "TLSA records"),
        ("dane-only", "waits in the queue unless"),
        ("fingerprint", "waits in the queue unless"),
        ("verify", None),
        ("secure", None),
    ],
)
def test_what_a_relay_host_is_trusted_for_is_warned_of(present: str, words: str | None) -> None:
    found = plan(f"smtp_tls_security_level = {present}\n")

    told = [each for each in found.findings if each.identifier == "trust-in-relay-host"]
    assert [words in each.message for each in told if words] == ([True] if words else [])
    assert bool(told) is (words is not None)


@pytest.mark.parametrize("level", ["encrypt", "secure"])
def test_a_level_that_is_answered_is_trusted_as_its_operator_knows(level: str) -> None:
    bundle = file(PurePosixPath("/etc/ssl/cert.pem"), b"x")

    found = plan("", bundle, outgoing__tls_security_level=level)

    assert "trust-in-relay-host" not in identifiers(found)


@pytest.mark.parametrize("level", ["dane", "dane-only"])
def test_the_relay_host_of_today_without_a_login_is_trusted_as_before(level: str) -> None:
    found = without_login(f"smtp_tls_security_level = {level}\nrelayhost = {RELAY}\n")

    assert "trust-in-relay-host" not in identifiers(found)


@pytest.mark.parametrize(
    ("present", "port", "level", "is_refused"),
    [
        ("", 465, "may", True),
        ("", 465, "dane", True),
        ("dane", 465, "", True),
        ("", 465, "encrypt", False),
        ("", 465, "", False),
        ("may", 465, "", False),
        ("verify", 465, "may", False),
        ("", 587, "may", False),
    ],
)
def test_tls_at_once_is_refused_where_the_level_does_not_require_tls(
    present: str, port: int, level: str, is_refused: bool
) -> None:
    more = f"smtp_tls_security_level = {present}\n"

    found = without_login(
        more,
        outgoing__relay_host=f"[smtp.example.org]:{port}",
        outgoing__tls_security_level=level,
    )

    assert ("wrappermode-without-tls" in refused(found)) is is_refused


def test_tls_at_once_without_any_level_is_nobodys_business_unasked() -> None:
    found = without_login("smtp_tls_wrappermode = yes\n", outgoing__relay_host="")

    assert refused(found) == []


@pytest.mark.parametrize("path", [TABLE, BUILT])
def test_the_password_is_in_files_of_root_and_in_no_diff(path: PurePosixPath) -> None:
    found = change(plan(), path)

    assert found.mode == 0o600
    assert found.secret
    assert unified_diff(found) is None
    assert PASSWORD.encode() in (found.after or b"")


def test_the_password_is_in_nothing_else_that_is_shown() -> None:
    found = plan()

    shown = [unified_diff(each) or "" for each in found.changes]
    shown += [each.message + each.remedy for each in found.findings]
    assert PASSWORD not in "".join(shown) + repr(found)


@pytest.mark.parametrize(
    ("usual", "known", "expected"),
    [
        ("hash", ("hash", "lmdb"), "hash"),
        ("lmdb", ("lmdb",), "lmdb"),
        ("hash", ("lmdb", "cdb"), "lmdb"),
        ("cdb", ("cdb", "lmdb"), "cdb"),
    ],
)
def test_the_table_is_of_the_type_that_this_postfix_uses(
    usual: str, known: tuple[str, ...], expected: str
) -> None:
    facts = machine(
        STOCK_MAIN,
        STOCK_MASTER,
        *guide_pki(),
        KEPT,
        map_types=known,
        defaults={"default_database_type": usual},
    )

    found = plan_for(facts, answers(**LOGIN))

    assert main_of(found).get("smtp_sasl_password_maps") == f"{expected}:{TABLE}"


def test_in_a_tree_where_nothing_is_run_the_text_is_read() -> None:
    found = plan_for(server(works_on_a_tree=True), answers(**LOGIN))

    assert main_of(found).get("smtp_sasl_password_maps") == f"texthash:{TABLE}"
    assert BUILT not in {each.path for each in found.changes}


def test_a_table_that_is_in_use_takes_the_entry() -> None:
    own = PurePosixPath("/etc/postfix/logins")
    maps = f"smtp_sasl_password_maps = hash:{own}\n"

    found = plan(maps, file(own, b"[other]:587 x:y\n", 0o600))

    assert main_of(found).get("smtp_sasl_password_maps") == f"hash:{own}"
    assert content_of(found, own) == b"[other]:587 x:y\n" + ENTRY


def test_the_same_answers_change_nothing_more_even_without_the_password_file() -> None:
    facts = server()
    after = applied(facts, plan_for(facts, answers(**LOGIN)))
    gone = with_files(after, replace(KEPT, content=None, kind=machine().file(TABLE).kind))

    assert plan_for(after, answers(**LOGIN)).changes == ()
    assert plan_for(gone, answers(**LOGIN)).changes == ()
    left_out = answers(**{**LOGIN, "outgoing__relay_password_file": ""})
    assert plan_for(gone, left_out).changes == ()


def test_a_table_that_is_not_built_is_built() -> None:
    found = plan("", file(TABLE, ENTRY, 0o600))

    assert BUILT in {each.path for each in found.changes}
    assert TABLE not in {each.path for each in found.changes}


@pytest.mark.parametrize("there", [b"", f"{RELAY} somebody:x\n".encode(), b"[other]:587 x:y\n"])
def test_a_login_without_a_password_is_refused(there: bytes) -> None:
    found = plan("", file(TABLE, there, 0o600), outgoing__relay_password_file="")

    assert refused(found) == ["relay-password-missing"]


@pytest.mark.parametrize(
    ("state", "identifier"),
    [
        (file(PASSWORD_FILE, b"x\n", 0o644), "password-file-open"),
        (file(PASSWORD_FILE, b"\n", 0o600), "password-file-empty"),
        (file(PASSWORD_FILE, b"s3cret \n", 0o600), "relay-password-cut"),
    ],
)
def test_a_password_file_that_is_no_good_is_refused(state: FileState, identifier: str) -> None:
    assert refused(plan("", state)) == [identifier]


@pytest.mark.parametrize(
    ("relay", "there", "is_told"),
    [
        (RELAY, b"smtp.example.org otto:x\n", True),
        (RELAY, f"SMTP.example.org {USER}:of old\n".encode(), True),
        (RELAY, f"smtp.example.org {USER}:{PASSWORD}\n".encode(), False),
        (RELAY, b"example.org otto:x\n", False),
        ("smtp.example.org", b"smtp.example.org otto:x\n", False),
    ],
)
def test_an_entry_for_the_name_of_the_host_counts_first_and_is_warned_of(
    relay: str, there: bytes, is_told: bool
) -> None:
    found = plan("", file(TABLE, there, 0o600), outgoing__relay_host=relay)

    assert ("another-login-counts" in identifiers(found)) is is_told


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
@pytest.mark.parametrize("there", [b"", b"[other]:587 x:y\n", ENTRY])
@pytest.mark.parametrize("path", [TABLE, BUILT])
def test_a_table_that_others_can_read_is_closed_as_it_gets_the_password(
    path: PurePosixPath, there: bytes, mode: int
) -> None:
    found = plan("", file(TABLE, there, mode), file(BUILT, build_table("hash", there), mode))

    assert (change(found, path).mode, change(found, path).sets_mode) == (0o600, True)
    assert change(found, path).secret
    assert "passwords-closed" in identifiers(found)


def test_what_is_built_of_a_private_text_is_closed_too() -> None:
    found = plan("", file(TABLE, ENTRY, 0o600), file(BUILT, build_table("hash", ENTRY), 0o644))

    assert TABLE not in {each.path for each in found.changes}
    assert change(found, BUILT).sets_mode


def test_a_private_table_is_not_told_of_and_keeps_its_mode() -> None:
    found = plan("", file(TABLE, b"[other]:587 x:y\n", 0o400))

    assert not change(found, TABLE).sets_mode
    assert "passwords-closed" not in identifiers(found)


def test_once_a_table_is_closed_nothing_is_left_to_change() -> None:
    facts = server("", file(TABLE, ENTRY, 0o644), file(BUILT, build_table("hash", ENTRY), 0o644))
    after = applied(facts, plan_for(facts, answers(**LOGIN)))

    assert after.file(TABLE).mode == after.file(BUILT).mode == 0o600
    assert plan_for(after, answers(**LOGIN)).changes == ()


@pytest.mark.parametrize(("mode", "is_refused"), [(0o644, True), (0o640, False)])
def test_what_proxymap_reads_cannot_be_for_root_alone(mode: int, is_refused: bool) -> None:
    maps = f"smtp_sasl_password_maps = proxy:hash:{TABLE}\n"

    found = plan(maps, file(TABLE, b"", mode), file(BUILT, b"x", mode))

    assert ("passwords-open" in refused(found)) is is_refused
    assert not change(found, TABLE).sets_mode


@pytest.mark.parametrize(
    ("plugins", "is_refused"),
    [
        (frozenset({"plain"}), False),
        (frozenset({"login"}), False),
        (frozenset({"crammd5"}), True),
    ],
)
def test_a_plug_in_for_passwords_is_needed(plugins: frozenset[str], is_refused: bool) -> None:
    wanted = answers(**LOGIN, sasl__enabled=False)
    found = plan_for(server(sasl_plugins=plugins), wanted)

    assert ("no-plugin-for-relay" in refused(found)) is is_refused


def test_a_table_that_postmap_does_not_make_is_refused() -> None:
    def fails(kind: str, text: bytes) -> bytes:
        raise Failed("postmap has made no table")

    found = make_plan(answers(**LOGIN), server(), replace(circumstances(), build_table=fails))

    assert refused(found) == ["passwords-not-built"]


NEW = Secret("anna:new")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"[a]:587 anna:new\n"),
        (b"# ours\n", b"# ours\n[a]:587 anna:new\n"),
        (b"[b] x:y", b"[b] x:y\n[a]:587 anna:new\n"),
        (b"[A]:587  old:x\n[b] x:y\n", b"[a]:587 anna:new\n[b] x:y\n"),
        (b"[a]:587\n  old:x\n# ours\n", b"[a]:587 anna:new\n# ours\n"),
        (b"[a]:587 old:x\n[b] x:y\n[a]:587 older:x\n", b"[a]:587 anna:new\n[b] x:y\n"),
        (b"[a]:5 x:y\n\xff\n", b"[a]:5 x:y\n\xff\n[a]:587 anna:new\n"),
        (b"[a]:587\n# ours\n  old:x\n[b] x:y\n", b"[a]:587 anna:new\n# ours\n[b] x:y\n"),
        (b"[a]:587\n \t\n  old:x", b"[a]:587 anna:new\n \t\n"),
        (b"[a]:587 x:\xc2\x85y\x0cz\n[b] x:y\n", b"[a]:587 anna:new\n[b] x:y\n"),
        (b"[b] x\n # [a]:587 y:z\n", b"[b] x\n # [a]:587 y:z\n[a]:587 anna:new\n"),
    ],
)
def test_the_entry_takes_the_place_of_the_former_one(before: bytes, after: bytes) -> None:
    assert with_login(before, "[a]:587", NEW) == after


@pytest.mark.parametrize(
    ("text", "user"),
    [
        (b"[a]:587 anna:x\n", "anna"),
        (b"[a]:587\n\tanna:x:y\n", "anna"),
        (b"#[a]:587 anna:x\n", ""),
        (b"[a]:587\n", ""),
        (b"[a] anna:x\n", ""),
        (b"[a]:587\n# a comment\n\n  anna:x\n", "anna"),
        (b"[a]:587 an\n #na\n na:x\n", "an na"),
        (b"[a]:587\x0banna\xc2\xa0:x\r\n", "anna\xa0"),
        (b"[a]:587 an\x0c\xe2\x80\xa8na:x\n", "an\x0c\u2028na"),
        (b"[a]:587 anna:x\n[a]:587 otto:x\n", "anna"),
        (b"[b]:587 x:y\n [a]:587 anna:x\n", ""),
        (b"  [a]:587 anna:x\n", ""),
        (b"", ""),
    ],
)
def test_the_user_of_an_entry(text: bytes, user: str) -> None:
    assert login_in(text, "[a]:587") == user


def test_the_login_of_today_is_found_in_the_tables_in_use() -> None:
    facts = server(f"smtp_sasl_password_maps = hash:{TABLE}\n", file(TABLE, ENTRY, 0o600))

    assert login_today(facts, RELAY) == USER
    assert login_today(facts, "[other]") == ""
    assert login_today(server(), RELAY) == ""
