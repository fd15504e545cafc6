"""The password for a relay host is in files that nobody else reads."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from pfwizard.errors import Failed
from pfwizard.machine.tree import FileState
from pfwizard.plan.diff import unified_diff
from pfwizard.plan.outgoing.relay_password import login_today
from pfwizard.plan.planner import make_plan
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
from tests.plan.outgoing.relay_host import (
    BUILT,
    ENTRY,
    KEPT,
    LOGIN,
    PASSWORD,
    PASSWORD_FILE,
    RELAY,
    TABLE,
    USER,
    change,
    plan,
    refused,
    server,
)


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


def test_the_login_of_today_is_found_in_the_tables_in_use() -> None:
    facts = server(f"smtp_sasl_password_maps = hash:{TABLE}\n", file(TABLE, ENTRY, 0o600))

    assert login_today(facts, RELAY) == USER
    assert login_today(facts, "[other]") == ""
    assert login_today(server(), RELAY) == ""
