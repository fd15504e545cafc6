"""No configuration keeps the rules from their work."""

from hypothesis import given
from hypothesis import strategies as st

from pfwizard.check.checking import check
from pfwizard.check.inspection import Inspection
from pfwizard.check.rules import RULES
from pfwizard.check.tls import CIPHERS, PROTOCOLS
from pfwizard.check.tls_files import CLIENT_FILES, SERVER_FILES
from pfwizard.errors import Failed
from pfwizard.plan.relay.open_relay import LISTS
from tests.plan.builders import BARE_MASTER, NOW, SMTPD_CONF, file, machine

NAMES = (
    *LISTS,
    *SERVER_FILES,
    *CLIENT_FILES,
    *PROTOCOLS,
    *CIPHERS,
    *("compatibility_level", "inet_interfaces", "mail_owner", "mydomain", "myhostname"),
    *("mynetworks", "queue_directory", "relay_clientcerts", "relay_domains", "smtp_use_tls"),
    *("smtpd_restriction_classes", "smtpd_sasl_auth_enable", "smtpd_sasl_path"),
    *("smtpd_sasl_security_options", "smtpd_sasl_type", "smtpd_tls_auth_only"),
    *("smtpd_tls_security_level", "smtpd_tls_wrappermode", "virtual_alias_maps", "x"),
)

PIECES = st.sampled_from(
    [
        *("", " ", ",", "#", "$", "${", "}", "{", "=", ":", "/", "..", "!", "[", "]", ">=", "é"),
        *("yes", "no", "may", "none", "TLSv1.2", "export", "dovecot", "unix:", "inet:", "hash:"),
        *("$x", "$mydomain", "${x?{a}:{b}}", "/etc/postfix/main.cf", "/", "0.0.0.0/0", "::/0"),
        *("permit", "reject", "x", "smtpd", "-o", "\0", "\t", "\r", "999999999999999999999"),
    ]
)
VALUES = st.lists(PIECES, max_size=4).map("".join)
SETTINGS = st.tuples(st.sampled_from(NAMES), VALUES).map(" = ".join)
OPTIONS = st.tuples(st.sampled_from(NAMES), VALUES).map(lambda pair: f"  -o {{{'='.join(pair)}}}")

LINES = st.lists(st.one_of(SETTINGS, VALUES), max_size=8).map("\n".join)
SERVICES = st.lists(st.one_of(OPTIONS, VALUES, st.just(BARE_MASTER.strip())), max_size=6).map(
    lambda lines: "\n".join([BARE_MASTER.strip(), *lines])
)


@given(LINES, SERVICES, LINES)
def test_every_rule_comes_to_an_end(main: str, master: str, smtpd_conf: str) -> None:
    facts = machine(main, master, file(SMTPD_CONF, smtpd_conf.encode()))
    inspection = Inspection(facts, NOW)

    for rule in RULES:
        try:
            list(rule.find(inspection))
        except Failed as failure:
            raise AssertionError(f"{rule.identifier}: {failure}") from failure

    assert check(inspection).level is not None
