"""SMTP AUTH: smtpd.conf, the chroot column, the back end's socket, and what goes in clear."""

from pathlib import PurePosixPath

import pytest

from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.diff import unified_diff
from pfwizard.plan.plan import JoinGroup, Plan
from tests.plan.builders import (
    BARE_MASTER,
    SMTPD_CONF,
    SOCKET,
    STOCK_MAIN,
    STOCK_MASTER,
    UNKNOWN_PLATFORM,
    answers,
    applied,
    content_of,
    directory,
    file,
    guide_pki,
    identifiers,
    machine,
    main_of,
    master_of,
    plan_for,
    socket,
)


def plan(
    more: str = "", master_cf: str = STOCK_MASTER, *files: FileState, **overrides: object
) -> Plan:
    facts = machine(STOCK_MAIN + more, master_cf, *guide_pki(), *files)
    return plan_for(facts, answers(**overrides))


DEBIANS_SOCKET = PurePosixPath("/run/courier/authdaemon/socket")

GUIDES_FILE = b"""\
pwcheck_method: authdaemond
authdaemond_path: /var/run/courier-auth/socket
mech_list: PLAIN LOGIN
"""


def test_the_guides_file_is_written_where_there_is_none() -> None:
    assert content_of(plan(), SMTPD_CONF) == GUIDES_FILE


def test_other_options_of_smtpd_conf_stay() -> None:
    old = b"# ours\nlog_level: 3\nPWCHECK_METHOD: saslauthd\n"

    found = plan("", STOCK_MASTER, file(SMTPD_CONF, old))

    assert content_of(found, SMTPD_CONF) == (
        b"# ours\nlog_level: 3\nPWCHECK_METHOD: authdaemond\n" + GUIDES_FILE.split(b"\n", 1)[1]
    )


@pytest.mark.parametrize("path", ["private/auth", "inet:localhost:12345", ""])
def test_a_path_of_dovecots_is_no_name_for_smtpd_conf(path: str) -> None:
    found = plan(f"smtpd_sasl_path = {path}\n")

    assert content_of(found, SMTPD_CONF) == GUIDES_FILE
    assert main_of(found).get("smtpd_sasl_path") == "smtpd"


def test_a_malformed_smtpd_conf_is_refused_with_its_line() -> None:
    found = plan("", STOCK_MASTER, file(SMTPD_CONF, b"log_level: 3\npwcheck_method\n"))

    assert [finding.identifier for finding in found.refusals] == ["smtpd-conf-malformed"]
    assert f"{SMTPD_CONF}:2" in found.refusals[0].message


def test_an_option_given_twice_is_not_malformed() -> None:
    twice = b"log_level: 3\nlog_level: 4\n"

    assert not plan("", STOCK_MASTER, file(SMTPD_CONF, twice)).refusals


def test_the_file_that_counts_today_is_the_one_that_is_changed() -> None:
    second = PurePosixPath("/usr/lib/sasl/smtpd.conf")

    found = plan("", STOCK_MASTER, file(second, b"log_level: 3\n"))

    assert {c.path for c in found.changes} & {second, SMTPD_CONF} == {second}


def test_an_unknown_platform_makes_the_place_a_guess() -> None:
    facts = machine(STOCK_MAIN, STOCK_MASTER, *guide_pki(), platform=UNKNOWN_PLATFORM)

    assert "platform-unknown" in identifiers(plan_for(facts))


CHROOT = "smtp inet n - {} - - smtpd\n"


@pytest.mark.parametrize(
    ("column", "level", "expected"),
    [
        ("y", "0", "n"),
        ("y", "3.6", "n"),
        ("-", "0", "n"),
        ("-", "1", "-"),
        ("-", "3.6", "-"),
        ("n", "0", "n"),
    ],
)
def test_smtpd_leaves_the_jail_where_it_is_in_one(column: str, level: str, expected: str) -> None:
    main_cf = STOCK_MAIN.replace("= 3.6", f"= {level}")
    facts = machine(main_cf, CHROOT.format(column), *guide_pki())

    found = plan_for(facts, answers(services__smtps=False))

    assert [service.chroot for service in master_of(found).services] == [expected]
    assert ("unchrooted" in identifiers(found)) is (column != expected)


@pytest.mark.parametrize(
    ("option", "chroot"),
    [
        ("-o syslog_name=x", "n"),
        ("-o smtpd_sasl_auth_enable=no", "y"),
        ("-o smtpd_sasl_type=dovecot", "y"),
    ],
)
def test_a_service_stays_in_the_jail_if_it_does_not_use_cyrus(option: str, chroot: str) -> None:
    master_cf = f"{BARE_MASTER}2525 inet n - y - - smtpd\n  {option}\n"

    found = plan("", master_cf, services__smtps=False)

    assert master_of(found).services[1].chroot == chroot


def test_with_scope_submission_port_25_stays_in_the_jail() -> None:
    found = plan(sasl__scope="submission")

    assert [service.chroot for service in master_of(found).services] == ["y", "n"]
    assert main_of(found).get("smtpd_sasl_auth_enable") is None


def test_that_port_25_goes_on_offering_auth_is_noted() -> None:
    found = plan("smtpd_sasl_auth_enable = yes\n", sasl__scope="submission")

    assert "auth-everywhere-kept" in identifiers(found)


def test_postscreens_smtpd_leaves_the_jail_too() -> None:
    master_cf = "smtp inet n - y - 1 postscreen\nsmtpd pass - - y - - smtpd\n"

    found = plan("", master_cf, services__smtps=False)

    assert [service.chroot for service in master_of(found).services] == ["y", "n"]


def test_that_another_sasl_type_is_replaced_is_warned_of() -> None:
    more = "smtpd_sasl_type = dovecot\nsmtpd_sasl_path = private/auth\n"

    found = plan(more)

    assert main_of(found).get("smtpd_sasl_type") == "cyrus"
    assert main_of(found).get("smtpd_sasl_path") == "smtpd"
    assert "sasl-type-replaced" in identifiers(found)


def test_a_path_of_another_type_is_no_file_name() -> None:
    found = plan("smtpd_sasl_type = dovecot\nsmtpd_sasl_path = auth\n")

    assert content_of(found, SMTPD_CONF) == GUIDES_FILE


def test_without_cyrus_there_is_no_sasl() -> None:
    facts = machine(STOCK_MAIN, STOCK_MASTER, *guide_pki(), sasl_types=("dovecot",))

    assert [f.identifier for f in plan_for(facts).refusals] == ["no-cyrus-sasl"]


@pytest.mark.parametrize(
    ("plugins", "missing"),
    [
        (frozenset({"plain", "login"}), ""),
        (frozenset({"plain"}), "LOGIN"),
    ],
)
def test_a_missing_plugin_is_named(plugins: frozenset[str] | None, missing: str) -> None:
    facts = machine(STOCK_MAIN, STOCK_MASTER, *guide_pki(), sasl_plugins=plugins)

    found = [f.message for f in plan_for(facts).findings if f.identifier == "sasl-plugin-missing"]

    assert [f"for {missing} is" in message for message in found] == [True] * bool(missing)


@pytest.mark.parametrize("plugins", [frozenset({"sasldb"}), None])
def test_no_plugin_at_all_would_stop_all_mail_and_is_refused(
    plugins: frozenset[str] | None,
) -> None:
    facts = machine(STOCK_MAIN, STOCK_MASTER, *guide_pki(), sasl_plugins=plugins)

    assert [f.identifier for f in plan_for(facts).refusals] == ["no-sasl-plugin"]


def test_where_the_place_of_the_plugins_is_unknown_it_is_a_warning() -> None:
    facts = machine(
        STOCK_MAIN, STOCK_MASTER, *guide_pki(), sasl_plugins=None, platform=UNKNOWN_PLATFORM
    )

    found = plan_for(facts)

    assert found.refusals == ()
    assert "sasl-plugins-not-found" in identifiers(found)


FORBIDDEN = "smtpd_sasl_security_options = noanonymous, noplaintext\n"


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        (FORBIDDEN, True),
        (FORBIDDEN + "smtpd_sasl_tls_security_options = noanonymous\n", True),
        (FORBIDDEN + "smtpd_tls_auth_only = yes\n", True),
        (
            FORBIDDEN
            + "smtpd_sasl_tls_security_options = noanonymous\nsmtpd_tls_auth_only = yes\n",
            False,
        ),
        ("smtpd_sasl_security_options = noanonymous\n", False),
    ],
)
def test_security_options_that_leave_no_mechanism_are_refused(more: str, refused: bool) -> None:
    assert ("no-mechanism-left" in identifiers(plan(more))) is refused


@pytest.mark.parametrize(
    ("more", "overrides", "warned"),
    [
        ("", {}, True),
        ("", {"tls__auth_only": True}, False),
        ("smtpd_tls_security_level = encrypt\n", {}, False),
        ("", {"sasl__scope": "submission"}, False),
        ("", {"sasl__scope": "submission", "services__submission": True}, False),
    ],
)
def test_passwords_in_clear_are_warned_of(
    more: str, overrides: dict[str, object], warned: bool
) -> None:
    facts = machine(STOCK_MAIN + more, STOCK_MASTER, *guide_pki())

    found = plan_for(facts, answers(**overrides))

    assert ("auth-in-clear" in identifiers(found)) is warned


COURIER, OTHER = 110, 111
HOME = SOCKET.parent


def joins(found: Plan) -> list[str]:
    return [action.group for action in found.actions if isinstance(action, JoinGroup)]


def test_a_directory_of_a_group_is_entered_by_joining_it() -> None:
    found = plan("", STOCK_MASTER, directory(HOME, 0o750, COURIER))

    assert joins(found) == ["courier"]
    assert "group-joined" in identifiers(found)


def test_every_group_on_the_way_is_joined_at_once() -> None:
    facts = machine(
        STOCK_MAIN,
        STOCK_MASTER,
        *guide_pki(),
        directory(HOME, 0o750, COURIER),
        socket(SOCKET, 0o660, OTHER),
    )

    found = plan_for(facts)

    actions = [action for action in found.actions if isinstance(action, JoinGroup)]
    assert [action.group for action in actions] == ["courier", "other"]
    assert plan_for(applied(facts, found)).is_empty


@pytest.mark.parametrize(
    "closed",
    [
        directory(HOME, 0o700, COURIER),
        directory(HOME, 0o070, COURIER, uid=101),
        directory(HOME, 0o750, 0),
        directory(HOME, 0o750, 4711),
        socket(SOCKET, 0o600),
    ],
    ids=["nobody else", "its own user", "group root", "nameless group", "socket"],
)
def test_a_way_that_no_group_opens_is_warned_of(closed: FileState) -> None:
    found = plan("", STOCK_MASTER, closed)

    assert joins(found) == []
    assert "socket-closed" in identifiers(found)


@pytest.mark.parametrize(
    "opened",
    [
        socket(SOCKET, 0o666),
        socket(SOCKET, 0o600, uid=101),
        socket(SOCKET, 0o660, 103),
        directory(HOME, 0o711),
    ],
    ids=["others", "owner", "own group", "directory"],
)
def test_a_way_that_is_open_needs_nothing(opened: FileState) -> None:
    found = plan("", STOCK_MASTER, opened)

    assert joins(found) == []
    assert not identifiers(found) & {"socket-closed", "socket-missing", "not-a-socket"}


def test_the_directories_behind_a_link_are_on_the_way() -> None:
    home = PurePosixPath("/srv/courier")
    found = plan(
        "",
        STOCK_MASTER,
        directory("/srv", 0o700),
        directory(home),
        FileState(HOME, home, FileKind.DIRECTORY, 0o755),
        FileState(SOCKET, home / "socket", FileKind.SOCKET, 0o777),
    )

    assert "socket-closed" in identifiers(found)


def test_a_socket_that_is_not_there_is_warned_of() -> None:
    absent = FileState(SOCKET, SOCKET, FileKind.ABSENT)

    assert "socket-missing" in identifiers(plan("", STOCK_MASTER, absent))


@pytest.mark.parametrize(("asked", "is_told"), [(SOCKET, True), (DEBIANS_SOCKET, False)])
def test_where_the_platform_has_the_socket_is_told_to_whoever_asks_for_another(
    asked: PurePosixPath, is_told: bool
) -> None:
    absent = FileState(asked, asked, FileKind.ABSENT)
    found = plan("", STOCK_MASTER, absent, sasl__socket=str(asked))

    (missing,) = (each for each in found.findings if each.identifier == "socket-missing")
    assert (f"which is usually {DEBIANS_SOCKET} here" in missing.remedy) is is_told


@pytest.mark.parametrize("kind", [FileKind.REGULAR, FileKind.DIRECTORY, FileKind.OTHER])
def test_what_is_no_socket_is_refused_once(kind: FileKind) -> None:
    found = plan("", STOCK_MASTER, FileState(SOCKET, SOCKET, kind, 0o777, content=b""))

    assert [finding.identifier for finding in found.refusals] == ["not-a-socket"]


SASLAUTHD = file(SMTPD_CONF, b"pwcheck_method: saslauthd\nmech_list: PLAIN\n")
NO_SOCKET = FileState(SOCKET, SOCKET, FileKind.ABSENT)


def test_that_another_password_checker_is_replaced_is_warned_of() -> None:
    found = plan("smtpd_sasl_auth_enable = yes\n", STOCK_MASTER, SASLAUTHD)

    assert "checker-replaced" in identifiers(found)
    assert found.refusals == ()


def test_a_password_checker_that_nobody_uses_is_replaced_without_a_word() -> None:
    assert "checker-replaced" not in identifiers(plan("", STOCK_MASTER, SASLAUTHD))


@pytest.mark.parametrize("main", ["smtpd_sasl_type = dovecot\n", "smtpd_sasl_auth_enable = yes\n"])
def test_logins_that_work_today_are_not_ended_for_a_checker_that_is_not_there(main: str) -> None:
    found = plan(main, STOCK_MASTER, SASLAUTHD, NO_SOCKET)

    assert [finding.identifier for finding in found.refusals] == ["logins-would-end"]


def test_a_service_that_takes_passwords_in_clear_is_named() -> None:
    master = BARE_MASTER + "2525 inet n - n - - smtpd -o smtpd_sasl_auth_enable=yes\n"
    facts = machine(STOCK_MAIN, master, *guide_pki())

    found = plan_for(facts, answers(sasl__scope="submission"))

    (message,) = [f.message for f in found.findings if f.identifier == "auth-in-clear"]
    assert "log in to 2525 without TLS" in message


@pytest.mark.parametrize("option", ["sql_passwd", "ldapdb_pw"])
def test_a_password_in_smtpd_conf_is_not_shown(option: str) -> None:
    content = f"pwcheck_method: auxprop\n{option}: hunter2\n".encode()

    found = plan("", STOCK_MASTER, file(SMTPD_CONF, content, 0o600))

    (change,) = [change for change in found.changes if change.path == SMTPD_CONF]
    assert change.secret
    assert "hunter2" not in "".join(change.summary)
    assert unified_diff(change) is None
