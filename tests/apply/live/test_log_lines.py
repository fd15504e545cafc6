"""Which lines of the mail log say that a service is broken."""

import pytest

from pfwizard.apply.live.log_lines import judge

TIMES = ["Nov 25 17:26:14 mail", "2026-11-25T17:26:14.123456+00:00 mail"]

WRONG_KEY = 'smtpd[9]: warning: cannot get RSA private key from file "/k": disabling TLS support'

DECISIVE = [
    WRONG_KEY,
    'smtpd[9]: cannot load Certification Authority data, CAfile="/c": disabling TLS support',
    "submission/smtpd[9]: fatal: no SASL authentication mechanisms",
    "master[1]: fatal: bind 0.0.0.0 port 465: Address already in use",
    "tlsproxy[9]: panic: tls_prng_exch_open: not open",
    "master[1]: warning: process /usr/lib/postfix/sbin/smtpd pid 9 exit status 1",
    "master[1]: warning: process /usr/lib/postfix/sbin/smtpd pid 9 killed by signal 11",
    "master[1]: warning: /usr/lib/postfix/sbin/smtpd: bad command startup -- throttling",
    "smtpd[9]: warning: SASL: Connect to Dovecot auth socket 'private/auth' failed: No such file",
    "smtpd[9]: warning: xsasl_cyrus_server_get_mechanism_list: no mechanism available",
    "smtpd[9]: warning: SASL per-process initialization failed: error when parsing configuration",
    "smtpd[9]: warning: SASL authentication failure: cannot connect to Courier authdaemond: No",
]

HARMLESS = [
    "smtpd[9]: connect from localhost[127.0.0.1]",
    "smtpd[9]: warning: hostname x.example does not resolve to address 192.0.2.1",
    "local[9]: fatal: open lock file: of no concern to a client",
    "smtpd[9]: 4F1C2D3E5A: client=unknown[192.0.2.1], fatal: is what he calls himself",
]


def lines(*messages: str, tag: str = "postfix/") -> list[str]:
    return [f"{TIMES[0]} {tag}{message}" for message in messages]


def decisive(*messages: str, before: tuple[str, ...] = ()) -> str | None:
    found = judge(lines(*before), lines(*messages), "postfix").decisive
    return None if found is None else str(found)


def warnings(*messages: str) -> list[str]:
    return [line.text for line in judge([], lines(*messages), "postfix").warnings]


@pytest.mark.parametrize("message", DECISIVE)
def test_a_message_after_which_a_service_does_not_work_decides(message: str) -> None:
    assert decisive("smtpd[9]: connect from x[192.0.2.1]", message) is not None


@pytest.mark.parametrize("message", HARMLESS)
def test_other_messages_do_not(message: str) -> None:
    assert decisive(message) is None


@pytest.mark.parametrize("time", TIMES)
def test_it_is_quoted_without_time_host_and_process(time: str) -> None:
    found = judge([], [f"{time} postfix/master[1]: fatal: exit"], "postfix").decisive

    assert str(found) == "postfix/master: fatal: exit"


def test_the_cause_is_quoted_rather_than_its_consequences() -> None:
    throttling = "master[1]: warning: /usr/sbin/smtpd: bad command startup -- throttling"
    death = "smtpd[9]: fatal: no SASL authentication mechanisms"
    cause = "smtpd[9]: warning: SASL: Connect to private/auth failed: No such file or directory"

    assert "fatal" in str(decisive(throttling, death))
    assert "private/auth" in str(decisive(throttling, death, cause))


def test_what_had_been_said_before_by_another_process_is_nobodys_fault() -> None:
    exits = "master[1]: warning: process /usr/lib/postfix/sbin/pipe pid {} exit status 1"

    assert decisive(exits.format(78), before=(exits.format(77),)) is None
    assert decisive(WRONG_KEY, before=(WRONG_KEY.replace("[9]", "[8]"),)) is None
    assert decisive(WRONG_KEY, before=(WRONG_KEY.replace("/k", "/other"),)) is not None


def test_a_message_that_syslogd_has_put_together_is_the_same_one() -> None:
    again = "smtpd[9]: message repeated 3 times: [ fatal: no SASL authentication mechanisms]"

    assert decisive(again) == "postfix/smtpd: fatal: no SASL authentication mechanisms"


@pytest.mark.parametrize("tag", ["postfix-two/", "dovecot/", "postfixed/"])
def test_the_lines_of_others_do_not_count(tag: str) -> None:
    since = lines("master[1]: fatal: exit", tag=tag)

    assert judge([], since, "postfix").decisive is None


def test_an_instance_goes_by_its_own_name() -> None:
    since = lines("smtpd[1]: fatal: exit", tag="postfix-two/")

    assert judge([], since, "postfix-two").decisive is not None


def test_other_warnings_are_told_once_and_without_those_about_clients() -> None:
    ignored = "master[1]: warning: to change inet_interfaces, stop and start Postfix"
    client = "smtpd[9]: warning: unknown[192.0.2.1]: SASL LOGIN authentication failed"

    assert warnings(ignored, client, ignored) == [ignored.partition(": ")[2]]
