"""Every password checker on a tree: applied, found in place by a second run, and taken back."""

from pathlib import Path

import pytest

from tests.cli.program import Machine, contents, pfwizard_process, the_object_in

PLUGINS = ("scram", "sasldb", "sql", "ldapdb")

INSTALLED = {
    "etc/default/saslauthd": 'START=no\nMECHANISMS="pam"\nOPTIONS="-c -m /var/run/saslauthd"\n',
    "etc/dovecot/dovecot.conf": "!include conf.d/*.conf\n",
    "etc/dovecot/conf.d/10-auth.conf": "auth_mechanisms = plain login\n",
    "etc/sasldb2": "frank\0kernel-panic.it\0userPassword",
    "etc/postfix/sasl/smtpd.conf": "# ours\nlog_level: 2\nsql_passwd: of today\n",
    "srv/users.db": "",
    "root/password": "pass # 'word\" \\x\n",
}

BACK_ENDS = {
    "authdaemond": 'backend = "authdaemond"\n',
    "saslauthd": 'backend = "saslauthd"\n',
    "saslauthd in the jail": 'backend = "saslauthd"\nchroot = "move-socket"\n',
    "saslauthd with LDAP": """\
backend = "saslauthd"
[sasl.saslauthd]
mechanism = "ldap"
ldap_search_base = "dc=kernel-panic,dc=it"
ldap_bind_dn = "cn=postfix"
ldap_bind_password_file = "/root/password"
""",
    "saslauthd with IMAP": """\
backend = "saslauthd"
[sasl.saslauthd]
mechanism = "rimap"
rimap_host = "imap.kernel-panic.it"
login_names = "user@domain"
""",
    "sasldb": 'backend = "sasldb"\n',
    "SQLite": """\
backend = "sql"
[sasl.sql]
engine = "sqlite3"
database = "/srv/users.db"
select = "SELECT password FROM users WHERE name LIKE '%u' -- # %% \\\\"
""",
    "PostgreSQL": """\
backend = "sql"
[sasl.sql]
engine = "pgsql"
database = "mail"
user = "postfix"
password_file = "/root/password"
select = "SELECT password FROM users WHERE name = '%u' AND realm = '%r'"
""",
    "ldapdb": """\
backend = "ldapdb"
[sasl.ldapdb]
uri = "ldapi:///"
id = "postfix"
password_file = "/root/password"
""",
    "Dovecot": 'backend = "dovecot"\nmechanisms = ["PLAIN"]\n',
}
"""What stands below ``[sasl]``."""


def installed(directory: Path, back_end: str) -> Machine:
    machine = Machine.below(directory)
    common = machine.answers.read_text().partition("[sasl]\n")[0]
    machine.answers.write_text(f'{common}[sasl]\nscope = "everywhere"\n{BACK_ENDS[back_end]}')
    for name, text in INSTALLED.items():
        file = machine.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (machine.root / "root/password").chmod(0o600)
    for name in PLUGINS:
        (machine.root / f"usr/lib/sasl2/lib{name}.so").touch()
    return machine


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_second_run_finds_nothing_to_do_and_a_rollback_leaves_what_was_there(
    back_end: str, tmp_path: Path
) -> None:
    machine = installed(tmp_path, back_end)
    before = contents(machine.root)

    done = machine.pfwizard("--json")
    assert done.returncode == 0, done.stderr
    assert the_object_in(done)["result"] == "applied"

    again = machine.pfwizard("--dry-run", "--json")
    assert again.returncode == 0, again.stderr
    assert the_object_in(again)["result"] == "unchanged"

    back = pfwizard_process("rollback", "--root", machine.root)
    assert back.returncode == 0, back.stderr
    assert contents(machine.root) == before
