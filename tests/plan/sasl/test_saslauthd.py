"""saslauthd: its socket, its group, its options, and the directory that it asks."""

from pathlib import PurePosixPath

import pytest

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.cf.shell_variables import ShellVariables
from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.machine.tree import FileState
from pfwizard.plan.plan import Plan, Reload, RestartDaemon
from tests.plan.builders import (
    SMTPD_CONF,
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
from tests.plan.sasl.logins import (
    PASSWORD_FILE,
    SASL_GROUP,
    change_of,
    changed,
    joins,
    logins,
    message_of,
    password_file,
    refused,
    restarts,
    smtpd_conf_of,
    wanting,
)

MUX = PurePosixPath("/var/run/saslauthd/mux")
OPTIONS = PurePosixPath("/etc/default/saslauthd")
CONF = PurePosixPath("/etc/saslauthd.conf")

OPEN = socket(MUX), directory(MUX.parent)
BY_DEBIAN = socket(MUX), directory(MUX.parent, 0o710, SASL_GROUP)

STOCK = b"""\
# Settings for saslauthd daemon
START=no
NAME="saslauthd"
MECHANISMS="pam"
MECH_OPTIONS=""
THREADS=5
OPTIONS="-c -m /var/run/saslauthd"
"""
INSTALLED = file(OPTIONS, STOCK)


def plan(*files: FileState, **overrides: object) -> Plan:
    return wanting(SaslBackend.SASLAUTHD, logins(*files), **overrides)


def variables(found: Plan) -> ShellVariables:
    return ShellVariables.parse(content_of(found, OPTIONS))


def test_smtpd_conf_names_the_socket_with_the_files_own_name() -> None:
    found = plan(*OPEN)

    assert smtpd_conf_of(found) == {
        "pwcheck_method": "saslauthd",
        "saslauthd_path": "/var/run/saslauthd/mux",
        "mech_list": "PLAIN LOGIN",
    }
    assert content_of(found, SMTPD_CONF).startswith(b"pwcheck_method: saslauthd\nsaslauthd_path: ")


def test_another_socket_is_the_one_of_the_answers() -> None:
    found = plan(socket(PurePosixPath("/run/other")), sasl__socket="/run/other")

    assert smtpd_conf_of(found)["saslauthd_path"] == "/run/other"


def test_postfix_joins_the_group_of_the_sockets_directory() -> None:
    assert joins(plan(*BY_DEBIAN)) == ["sasl"]


def test_postfix_joins_no_group_where_all_may_enter() -> None:
    assert joins(plan(*OPEN)) == []


def test_a_daemon_that_is_not_running_is_named_with_its_package() -> None:
    said = message_of(plan(), "socket-missing")

    assert "Start saslauthd" in said
    assert "sasl2-bin" in said


def test_its_own_configuration_is_left_alone_unless_asked_for() -> None:
    found = plan(*OPEN, INSTALLED)

    assert not changed(found) & {OPTIONS, CONF}
    assert restarts(found) == []


def test_whom_it_asks_is_set_in_the_variable_of_the_platform() -> None:
    found = plan(*OPEN, INSTALLED, sasl__saslauthd__mechanism="shadow")

    assert content_of(found, OPTIONS) == STOCK.replace(b'"pam"', b'"shadow"').replace(
        b"START=no", b'START="yes"'
    )


def test_it_is_restarted_before_postfix_is_told_of_it() -> None:
    found = plan(*BY_DEBIAN, INSTALLED, sasl__saslauthd__mechanism="shadow")

    kinds = [type(action) for action in found.actions]
    assert kinds.index(RestartDaemon) < kinds.index(Reload)
    assert restarts(found) == [RestartDaemon("saslauthd", MUX)]


def test_a_second_run_finds_nothing_to_do() -> None:
    facts = logins(*BY_DEBIAN, INSTALLED)
    wanted = {"sasl__saslauthd__mechanism": "pam", "sasl__saslauthd__login_names": "user@domain"}

    after = applied(facts, wanting(SaslBackend.SASLAUTHD, facts, **wanted))

    assert wanting(SaslBackend.SASLAUTHD, after, **wanted).is_empty


def test_in_a_tree_nothing_is_restarted() -> None:
    facts = logins(*OPEN, INSTALLED, works_on_a_tree=True)

    found = wanting(SaslBackend.SASLAUTHD, facts, sasl__saslauthd__mechanism="shadow")

    assert OPTIONS in changed(found)
    assert found.actions == ()


def test_a_socket_that_the_restart_makes_is_not_missed() -> None:
    found = plan(INSTALLED, sasl__saslauthd__mechanism="pam")

    assert "socket-missing" not in identifiers(found)
    assert joins(found) == ["sasl"]


@pytest.mark.parametrize(
    ("before", "names", "after"),
    [
        ("-c", "user@domain", "-c -r"),
        ("-c -r", "user@domain", "-c -r"),
        ("-r -c", "user", "-c"),
        ("-c", "user", "-c"),
        ("-rc", "user", "-c"),
        ("-c -r", "", "-c -r"),
    ],
)
def test_users_with_their_domain_are_an_option(before: str, names: str, after: str) -> None:
    options = file(OPTIONS, f'MECHANISMS="pam"\nOPTIONS="{before}"\n'.encode())

    found = plan(
        *OPEN, options, sasl__saslauthd__login_names=names, sasl__saslauthd__mechanism="shadow"
    )

    assert variables(found).get("OPTIONS") == after


def test_a_realm_that_users_with_their_domain_need_is_missed() -> None:
    asked = {"sasl__saslauthd__login_names": "user@domain"}

    assert "realm-missing" in identifiers(plan(*OPEN, INSTALLED, **asked))
    with_realm = plan(*OPEN, INSTALLED, **asked, sasl__local_domain="$mydomain")
    assert "realm-missing" not in identifiers(with_realm)
    assert main_of(with_realm).get("smtpd_sasl_local_domain") == "$mydomain"


@pytest.mark.parametrize(
    ("file_of_today", "name", "value"),
    [
        (STOCK, "MECH_OPTIONS", "127.0.0.1/1143"),
        (b'MECHANISMS="pam"\nOPTIONS="-c"\n', "OPTIONS", "-c -O 127.0.0.1/1143"),
    ],
)
def test_the_imap_server_is_the_argument_of_the_mechanism(
    file_of_today: bytes, name: str, value: str
) -> None:
    found = plan(
        *OPEN,
        file(OPTIONS, file_of_today),
        sasl__saslauthd__mechanism="rimap",
        sasl__saslauthd__rimap_host="127.0.0.1/1143",
    )

    assert variables(found).get("MECHANISMS") == "rimap"
    assert variables(found).get(name) == value


def test_an_imap_server_of_before_is_no_argument_of_pam() -> None:
    before = file(OPTIONS, b'MECHANISMS="rimap"\nOPTIONS="-O imap.example.org -c"\n')

    found = plan(*OPEN, before, sasl__saslauthd__mechanism="pam")

    assert variables(found).get("OPTIONS") == "-c"


LDAP = {
    "sasl__saslauthd__mechanism": "ldap",
    "sasl__saslauthd__ldap_servers": ["ldaps://a.example.org", "ldaps://b.example.org"],
    "sasl__saslauthd__ldap_search_base": "dc=example,dc=org",
}


def saslauthd_conf(found: Plan) -> dict[str, str]:
    document = SmtpdConf.parse(content_of(found, CONF))
    return {option.key: option.value for option in document.options}


def test_the_directory_is_described_in_a_file_that_only_root_reads() -> None:
    found = plan(*OPEN, INSTALLED, **LDAP)

    assert saslauthd_conf(found) == {
        "ldap_servers": "ldaps://a.example.org ldaps://b.example.org",
        "ldap_search_base": "dc=example,dc=org",
        "ldap_filter": "(uid=%u)",
    }
    assert change_of(found, CONF).mode == 0o600
    assert variables(found).get("MECHANISMS") == "ldap"


def test_the_password_of_the_directory_comes_from_its_file_and_is_not_shown() -> None:
    found = plan(
        *OPEN,
        INSTALLED,
        password_file(),
        file(CONF, b"ldap_servers: ldap://old\n"),
        **LDAP,
        sasl__saslauthd__ldap_bind_dn="cn=postfix",
        sasl__saslauthd__ldap_bind_password_file=str(PASSWORD_FILE),
    )

    assert saslauthd_conf(found)["ldap_password"] == "hunter2"
    assert saslauthd_conf(found)["ldap_bind_dn"] == "cn=postfix"
    change = change_of(found, CONF)
    assert change.secret
    assert change.sets_mode
    assert change.mode == 0o600
    assert "hunter2" not in "".join(change.summary)


@pytest.mark.parametrize("password", [b" \n", b"hunter2 \n", b"a\0b\n", b"x" * 4100 + b"\n"])
def test_a_password_that_its_file_cannot_hold_is_refused(password: bytes) -> None:
    found = plan(
        *OPEN,
        INSTALLED,
        password_file(password),
        **LDAP,
        sasl__saslauthd__ldap_bind_password_file=str(PASSWORD_FILE),
    )

    assert refused(found) == ["password-unusable"]


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("ldap://ldap.example.org", True),
        ("ldaps://ldap.example.org", False),
        ("ldap://localhost", False),
        ("ldap://127.0.0.1:389/", False),
        ("ldapi:///", False),
    ],
)
def test_passwords_on_their_way_to_another_machine_are_warned_of(url: str, warned: bool) -> None:
    found = plan(*OPEN, INSTALLED, **{**LDAP, "sasl__saslauthd__ldap_servers": [url]})

    assert ("ldap-in-clear" in identifiers(found)) is warned


@pytest.mark.parametrize(("value", "warned"), [("yes", False), ("on", False), ("no", True)])
def test_after_starttls_nothing_is_in_clear(value: str, warned: bool) -> None:
    conf = file(CONF, f"ldap_start_tls: {value}\n".encode())
    away = {"sasl__saslauthd__ldap_servers": ["ldap://ldap.example.org"]}

    found = plan(*OPEN, INSTALLED, conf, **{**LDAP, **away})

    assert ("ldap-in-clear" in identifiers(found)) is warned


def test_an_answer_that_its_file_cannot_hold_is_refused() -> None:
    too_long = {"sasl__saslauthd__ldap_search_base": "dc=" + "x" * 4100}

    assert refused(plan(*OPEN, INSTALLED, **{**LDAP, **too_long})) == ["smtpd-conf-cannot-hold"]


def test_options_that_need_quotes_are_not_written_without_them() -> None:
    quoted = file(OPTIONS, b"""OPTIONS='-c -O "two words"'\n""")

    found = plan(*OPEN, quoted, sasl__saslauthd__login_names="user@domain")

    assert refused(found) == ["saslauthd-options-unread"]
    assert OPTIONS not in changed(found)


def test_where_it_is_not_installed_its_package_is_named() -> None:
    found = plan(*OPEN, sasl__saslauthd__mechanism="pam")

    assert refused(found) == ["saslauthd-not-installed"]
    assert "apt-get install sasl2-bin" in message_of(found, "saslauthd-not-installed")


def test_options_that_it_would_not_take_are_refused() -> None:
    broken = file(OPTIONS, b'OPTIONS="-c --what"\n')

    assert refused(plan(*OPEN, broken, sasl__saslauthd__mechanism="pam")) == [
        "saslauthd-options-unread"
    ]


def test_on_an_unknown_platform_its_options_are_not_touched() -> None:
    facts = machine(STOCK_MAIN, STOCK_MASTER, *guide_pki(), *OPEN, platform=UNKNOWN_PLATFORM)
    wanted = answers(sasl__backend="saslauthd", sasl__saslauthd__mechanism="pam")

    assert refused(plan_for(facts, wanted)) == ["saslauthd-options-unknown"]


def test_smtpd_leaves_the_jail_on_every_port_where_users_log_in() -> None:
    found = plan(*OPEN, services__smtps=True, services__submission=True)

    assert [service.chroot for service in master_of(found).services] == ["n", "n", "n"]
    assert "sasl.chroot" in message_of(found, "unchrooted")


def test_debians_script_without_systemd_needs_a_line_that_the_file_has_no_more() -> None:
    without = file(OPTIONS, STOCK.replace(b"START=no\n", b""))

    found = plan(*OPEN, without, sasl__saslauthd__mechanism="shadow")

    assert variables(found).get("START") == "yes"
