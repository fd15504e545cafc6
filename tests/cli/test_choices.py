"""Every choice that the table of questions offers is implemented: each has a plan of its own."""

import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from pfwizard.answers.question import Kind, Question, in_toml
from pfwizard.answers.questions import QUESTIONS
from pfwizard.answers.reading import parse
from pfwizard.engine import Job, plan_job
from pfwizard.plan.plan import Plan
from pfwizard.secret import Secret
from tests.answers.builders import answers_file
from tests.cli.program import STOCK
from tests.pki import builders as pki

EVERYWHERE = {"sasl.scope": '"everywhere"'}
"""So that logins do not depend on a submission service."""

SQL = {
    "sasl.backend": '"sql"',
    "sasl.sql.database": '"mail"',
    "sasl.sql.select": "\"SELECT password FROM users WHERE name = '%u'\"",
}
LDAPDB = {"sasl.backend": '"ldapdb"', "sasl.ldapdb.uri": '"ldap://ldap"', "sasl.ldapdb.id": '"p"'}
SASLAUTHD = {
    "sasl.backend": '"saslauthd"',
    "sasl.saslauthd.ldap_search_base": '"dc=example,dc=org"',
    "sasl.saslauthd.rimap_host": '"imap.example.org"',
}
SASLDB, DOVECOT = {"sasl.backend": '"sasldb"'}, {"sasl.backend": '"dovecot"'}
JUDGED = {"tls.ca_file": '"/etc/ssl/ca.crt"'}

ALONGSIDE: Mapping[str, Mapping[str, str]] = {
    "sasl.saslauthd.mechanism": SASLAUTHD,
    "sasl.saslauthd.login_names": SASLAUTHD,
    "sasl.sql.engine": SQL,
    "sasl.ldapdb.starttls": LDAPDB,
    "sasl.dovecot.listener": DOVECOT,
    "sasl.mechanisms": SASLDB,
    "services.smtps_client_certificates": JUDGED,
    "services.submission_client_certificates": {**JUDGED, "services.submission": "true"},
}
"""What is answered too, so that the question is asked."""

GOES_WITH: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("ca.source", '"none"'): {"server.source": '"request"'},
    ("sasl.backend", '"sql"'): SQL,
    ("sasl.backend", '"ldapdb"'): LDAPDB,
    ("sasl.chroot", '"move-socket"'): SASLAUTHD,
    ("sasl.mechanisms", '["OAUTHBEARER"]'): DOVECOT,
    ("sasl.mechanisms", '["XOAUTH2"]'): DOVECOT,
    ("sasl.sql.engine", '"sqlite3"'): {"sasl.sql.database": '"/var/lib/users.db"'},
    ("outgoing.tls_security_level", '"secure"'): {"outgoing.ca_file": '"/etc/ssl/ca.crt"'},
}
"""What else is to be answered where a choice leaves something out that is needed otherwise."""

DONE_BY_NOBODY = {("sasl.mechanisms", '["OTP"]')}
"""Choices that no password checker can do here; they are offered so that it can be said why."""

FOUND_THERE = {("ca.source", '"existing"'), ("server.source", '"files"')}
"""Choices for a machine on which the files of the CA and the server are already."""

EQUIPPED = ("sasl.", "services.", "outgoing.", "tls.migrate_obsolete")
"""Questions about a machine with every plug-in, and with settings of old."""

DEPENDING = {
    "server.layout": '"auto"',
    "outgoing.tls_security_level": '""',
    "tls.profile": '""',
    "sasl.saslauthd.mechanism": '""',
}
"""Choices that are one of the others, depending on the machine."""

PASSPHRASE = Secret("correct horse battery")
"""For a CA's key that is to be encrypted."""

PlanWith = Callable[[str, str], Plan]


def files_of_a_server() -> Mapping[str, bytes]:
    """A CA and a certificate of it, where the answers have theirs unless told otherwise."""
    now = datetime.now(UTC)
    authority = pki.ca(now=now)
    leaf = pki.server(authority, names=("mail.example.org",), now=now)
    return {
        "etc/ssl/ca.crt": authority.pem(),
        "etc/ssl/private/ca.key": pki.key("ca").pem().reveal(),
        "etc/postfix/ssl/server.crt": leaf.pem(),
        "etc/postfix/ssl/private/server.key": pki.key("server").pem().reveal(),
    }


@pytest.fixture(scope="module")
def plan_with(tmp_path_factory: pytest.TempPathFactory) -> PlanWith:
    """The plan for the shortest answers with this one in them."""
    furnished = tmp_path_factory.mktemp("machine") / "root"
    shutil.copytree(STOCK, furnished)
    for name, content in files_of_a_server().items():
        put(furnished / name, content)

    equipped = tmp_path_factory.mktemp("equipped") / "root"
    shutil.copytree(furnished, equipped)
    equip(equipped)

    @cache
    def planned(key: str, toml: str) -> Plan:
        root = furnished if (key, toml) in FOUND_THERE else STOCK
        root = equipped if key.startswith(EQUIPPED) else root
        along = {**ALONGSIDE.get(key, {}), **GOES_WITH.get((key, toml), {})}
        wanted = {**EVERYWHERE, **along, key: toml}
        return plan_job(Job.on(root, None, None), parse(answers_file(wanted)), PASSPHRASE).plan

    return planned


PLUGINS = (
    *("plain", "login", "scram", "crammd5", "digestmd5", "ntlm"),
    *("sasldb", "sql", "ldapdb"),
)


def equip(root: Path) -> None:
    """Give a machine all that a password checker may need, and what is of old."""
    for name in PLUGINS:
        put(root / f"usr/lib/x86_64-linux-gnu/sasl2/lib{name}.so", b"")
    for name in ("etc/dovecot/dovecot.conf", "etc/dovecot/conf.d/10-auth.conf"):
        put(root / name, b"!include conf.d/*.conf\n" if name.endswith("dovecot.conf") else b"")
    put(root / "etc/default/saslauthd", b'MECHANISMS="kerberos5"\nOPTIONS="-c"\n')
    for store in ("etc/sasldb2", "var/lib/users.db"):
        put(root / store, b"")
        (root / store).chmod(0o644)
    main, master = root / "etc/postfix/main.cf", root / "etc/postfix/master.cf"
    main.write_bytes(main.read_bytes() + b"smtp_use_tls = yes\nsmtp_tls_security_level =\n")
    master.write_bytes(master.read_bytes() + b"127.0.0.1:26 inet n - n - 1 postscreen\n")


def put(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    file.chmod(0o600)


def traits(plan: Plan) -> tuple[object, ...]:
    """What two plans differ in besides chance: no keys, and no fingerprints."""
    return (
        plan.main_cf,
        plan.master_cf,
        *(
            (change.path, *(line for line in change.summary if "SHA-256" not in line))
            for change in plan.changes
        ),
        *(change.after for change in plan.changes if not change.summary),
    )


OFFERING = [question for question in QUESTIONS if question.choices]


def values_of(question: Question) -> list[str]:
    as_list = question.kind is Kind.TEXTS
    return [in_toml((choice,) if as_list else choice) for choice in question.choices]


@pytest.mark.parametrize("question", OFFERING, ids=lambda question: question.key)
def test_every_choice_can_be_planned(question: Question, plan_with: PlanWith) -> None:
    for value in values_of(question):
        if (question.key, value) in DONE_BY_NOBODY:
            continue
        plan = plan_with(question.key, value)
        assert plan.changes
        assert plan.refusals == ()


@pytest.mark.parametrize("question", OFFERING, ids=lambda question: question.key)
def test_no_two_choices_lead_to_the_same_plan(question: Question, plan_with: PlanWith) -> None:
    values = [each for each in values_of(question) if each != DEPENDING.get(question.key)]
    plans = [traits(plan_with(question.key, value)) for value in values]
    assert all(plan not in plans[:index] for index, plan in enumerate(plans))


SWITCHES = [question for question in QUESTIONS if question.kind is Kind.BOOLEAN]


@pytest.mark.parametrize("question", SWITCHES, ids=lambda question: question.key)
def test_every_switch_makes_a_difference(question: Question, plan_with: PlanWith) -> None:
    assert traits(plan_with(question.key, "true")) != traits(plan_with(question.key, "false"))
