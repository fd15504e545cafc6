"""What holds for every answer on every configuration."""

import ipaddress
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pfwizard.answers.answers import Answers
from pfwizard.machine.effective import Effective, Smtpd
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileStates
from pfwizard.plan.relay.open_relay import RELAY_LISTS, Ruling, ruling
from pfwizard.plan.services import smtp_servers
from tests.plan.builders import (
    GROUP,
    answers,
    applied,
    file,
    guide_pki,
    identifiers,
    machine,
    main_of,
    master_of,
    plan_for,
    socket,
)

CHECKS = st.sampled_from(
    [
        "permit_mynetworks",
        "permit_sasl_authenticated",
        "reject_rbl_client zen.example.org",
        "check_client_access hash:/etc/postfix/clients",
        "warn_if_reject reject_unauth_destination",
        "reject_unauth_destination",
        "defer_unauth_destination",
        "defer_if_permit",
        "permit",
        "permit_auth_destination",
        "reject",
        "$ours",
        "ours",
        "closed",
        "warn_if_reject closed",
    ]
)
SEPARATORS = st.sampled_from([" ", ", ", ",", ",\n    ", "\n\t"])


@st.composite
def restriction_lists(draw: st.DrawFn) -> str:
    return draw(SEPARATORS).join(draw(st.lists(CHECKS, max_size=5)))


VALUES: dict[str, st.SearchStrategy[str]] = {
    "compatibility_level": st.sampled_from(["0", "1", "2", "3.6", "3.11"]),
    "mynetworks": st.sampled_from(
        [
            "127.0.0.0/8",
            "10.0.0.0/8 [::1]/128",
            "0.0.0.0/0",
            "static:all",
            "127.0.0.0/8 hash:/etc/postfix/networks",
            "inline:{10.0.0.7=x}",
            "inline:{unknown=x}",
            "cidr:/etc/postfix/ours",
            "cidr:/etc/postfix/everyone",
            "cidr:/etc/postfix/missing",
            "127.0.0.0/8, /etc/postfix/list",
        ]
    ),
    "relay_domains": st.sampled_from(["", "example.org", "static:all", "hash:/etc/postfix/relay"]),
    "mydestination": st.sampled_from(["$myhostname", "proxy:static:all"]),
    "smtpd_delay_reject": st.sampled_from(["yes", "no"]),
    "smtpd_helo_required": st.sampled_from(["yes", "no"]),
    "smtpd_helo_restrictions": restriction_lists(),
    "smtpd_sender_restrictions": restriction_lists(),
    "smtpd_relay_restrictions": restriction_lists(),
    "smtpd_recipient_restrictions": restriction_lists(),
    "smtpd_client_restrictions": restriction_lists(),
    "smtpd_tls_security_level": st.sampled_from(["", "none", "may", "encrypt", "secure"]),
    "smtpd_tls_protocols": st.sampled_from(["!SSLv2", ">=TLSv1.3", "TLSv1.3", "x"]),
    "smtpd_tls_chain_files": st.just("/etc/old.pem"),
    "smtpd_tls_cert_file": st.just("/etc/old.crt"),
    "smtpd_tls_eccert_file": st.just("/etc/old-ec.crt"),
    "smtpd_tls_auth_only": st.sampled_from(["yes", "no"]),
    "smtpd_enforce_tls": st.sampled_from(["yes", "no"]),
    "smtpd_sasl_auth_enable": st.sampled_from(["yes", "no", "YES"]),
    "smtpd_sasl_type": st.sampled_from(["cyrus", "dovecot"]),
    "smtpd_sasl_path": st.sampled_from(["smtpd", "private/auth", "other"]),
}
FIXED = "smtpd_restriction_classes = ours, closed\nours = permit_mynetworks\nclosed = reject\n"


@st.composite
def main_files(draw: st.DrawFn) -> str:
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), unique=True))
    return FIXED + "".join(f"{name} = {draw(VALUES[name])}\n" for name in names)


SERVICES = st.sampled_from(
    [
        "smtp inet n - y - - smtpd",
        "smtp inet n - - - - smtpd",
        "25 inet n - n - - smtpd -o smtpd_sasl_auth_enable=no",
        "smtps inet n - y - - smtpd\n  -o smtpd_tls_wrappermode=yes",
        "submissions inet n - n - - smtpd",
        "192.0.2.1:465 inet n - - - - smtpd",
        "submission inet n - y - - smtpd\n  -o smtpd_sasl_type=dovecot",
        "10025 inet n - n - - smtpd\n  -o smtpd_relay_restrictions=permit_mynetworks,reject",
        "2525 inet n - n - - smtpd\n  -o smtpd_delay_reject=no\n  -o relay_domains=",
        "2526 inet n - n - - smtpd\n  -o mynetworks=cidr:/etc/postfix/everyone",
        "smtpd pass - - y - - smtpd",
        (
            "#smtps inet n - y - - smtpd\n#  -o smtpd_tls_wrappermode=yes\n"
            "#  -o smtpd_sender_restrictions=$mua_sender_restrictions"
        ),
        (
            "#submissions inet n - y - - smtpd\n#  -o smtpd_sasl_auth_enable=yes\n"
            "#  -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject"
        ),
        "#submission inet n - y - - smtpd\n#  -o syslog_name=postfix/submission",
    ]
)
MASTER_FILES = st.lists(SERVICES, unique=True, max_size=6).map(
    lambda services: "".join(f"{service}\n" for service in services)
)

NETWORK_FILES = (
    file(PurePosixPath("/etc/postfix/ours"), b"# ours\n10.0.0.0/8 x\n"),
    file(PurePosixPath("/etc/postfix/everyone"), b"192.0.2.1 x\n0.0.0.0/0 x\n"),
    file(PurePosixPath("/etc/postfix/list"), b"10.0.0.0/8\nhash:/etc/postfix/networks\n"),
)

ANSWERS = st.builds(
    answers,
    server__layout=st.sampled_from(["pair", "chain"]),
    tls__security_level=st.sampled_from(["may", "encrypt"]),
    tls__minimum_version=st.sampled_from(["", "TLSv1", "TLSv1.2", "TLSv1.3"]),
    tls__auth_only=st.booleans(),
    services__smtps=st.booleans(),
    services__submission=st.booleans(),
    sasl__enabled=st.booleans(),
    sasl__scope=st.sampled_from(["everywhere", "submission"]),
    sasl__local_domain=st.sampled_from(["", "$mydomain"]),
    sasl__recipient_restrictions=st.sampled_from(
        [
            [],
            ["permit_mynetworks", "permit_sasl_authenticated"],
            ["permit_sasl_authenticated", "check_client_access hash:/ours", "reject"],
        ]
    ),
)
FACTS = st.builds(
    lambda main_cf, master_cf, version, mode, gid: machine(
        main_cf,
        master_cf,
        *guide_pki(),
        *NETWORK_FILES,
        socket(mode=mode, gid=gid),
        version=version,
        group=GROUP,
    ),
    main_files(),
    MASTER_FILES,
    st.sampled_from(["3.3.22", "3.5.25", "3.7.11", "3.11.7"]),
    st.sampled_from([0o777, 0o660, 0o600]),
    st.sampled_from([0, 110, 4711]),
)

many = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])


@many
@given(FACTS, ANSWERS)
def test_a_second_plan_has_nothing_to_do(facts: Facts, wanted: Answers) -> None:
    assert plan_for(applied(facts, plan_for(facts, wanted)), wanted).is_empty


STRANGER = ipaddress.ip_address("203.0.113.9")
FATAL_WITHOUT = {
    *("reject", "defer", "defer_if_permit"),
    *("reject_unauth_destination", "defer_unauth_destination"),
}


@dataclass
class Session:
    """A stranger without a name who sends no HELO unless it must and writes to example.com.

    This is smtpd_check.c once more, with nothing of what the plan is made with but the reading
    of parameters. Tables that cannot be seen hold whoever wants to be in them.
    """

    effective: Effective
    files: FileStates
    knows_recipient: bool = False
    deferred: bool = False

    def relays(self) -> bool:
        """Without one of some restrictions smtpd is fatal on every connection."""
        works = any(self.has_required(self.words(name)) for name in RELAY_LISTS)
        return works and self.refuses_nothing()

    def refuses_nothing(self) -> bool:
        early = ["smtpd_client_restrictions", "smtpd_sender_restrictions"]
        if self.effective.is_on("smtpd_helo_required"):
            early.append("smtpd_helo_restrictions")
        self.knows_recipient = self.effective.is_on("smtpd_delay_reject")
        refused = any(self.refuses(name) for name in early)
        self.knows_recipient = True
        refused = refused or any(self.refuses(name) for name in RELAY_LISTS)
        return not refused and not self.deferred

    def words(self, name: str) -> list[str]:
        return list(self.effective.elements(name))

    def has_required(self, words: Sequence[str]) -> bool:
        for before, word in zip(["", *words], words, strict=False):
            if before == "warn_if_reject":
                continue
            if word == "permit":
                return False
            if word in FATAL_WITHOUT:
                return True
            if word in self.effective.classes and self.has_required(self.words(word)):
                return True
        return False

    def refuses(self, name: str) -> bool:
        return self.check(self.words(name), warned=False) == "no"

    def check(self, words: Iterable[str], *, warned: bool) -> str:
        warned_here = warned
        for word in words:
            if word == "warn_if_reject":
                warned_here = True
                continue
            found = self.restriction(word, warned=warned_here)
            if found:
                return found
            warned_here = warned
        return ""

    def restriction(self, word: str, *, warned: bool) -> str:
        if word in self.effective.classes:
            return self.check(self.words(word), warned=warned)
        if word == "permit" or (word == "permit_mynetworks" and self.is_in_mynetworks()):
            return "yes"
        if word == "permit_auth_destination":
            return "yes" if self.knows_recipient and self.is_for_us() else ""
        if word == "defer_if_permit" and not warned:
            self.deferred = self.deferred or self.knows_recipient
        elsewhere = self.knows_recipient and not self.is_for_us()
        refused = word in ("reject", "defer") or (
            word.endswith("_unauth_destination") and elsewhere
        )
        return "no" if refused and not warned else ""

    def is_for_us(self) -> bool:
        """Of trivial-rewrite(8), which reads main.cf alone."""
        main = Effective(self.effective.main, self.effective.defaults)
        names = ("relay_domains", "mydestination")
        return any("static:" in main.value(name) for name in names)

    def is_in_mynetworks(self) -> bool:
        return any(self.is_in(element) for element in self.words("mynetworks"))

    def is_in(self, element: str) -> bool:
        if element in ("static:all", "inline:{unknown=x}"):
            return True
        if element == "inline:{10.0.0.7=x}":
            return False
        kind, _, path = element.rpartition(":")
        if path.startswith("/"):
            state = self.files.get(PurePosixPath(path))
            if kind == "hash" or state is None or state.content is None:
                return True
            lines = state.content.decode().splitlines()
            return any(self.is_in(line.split()[0]) for line in lines if line[0] != "#")
        return STRANGER in ipaddress.ip_network(element.replace("[", "").replace("]", ""))


@many
@given(FACTS, ANSWERS)
def test_nobody_relays_without_a_word(facts: Facts, wanted: Answers) -> None:
    found = plan_for(facts, wanted)
    effective = Effective(main_of(found), facts.postfix.defaults)

    services = smtp_servers(master_of(found), effective)
    relays = [Session(effective.of(service), facts.files).relays() for service in services]

    assert not any(relays) or found.refusals or "mynetworks-not-judged" in identifiers(found)


@many
@given(FACTS, ANSWERS)
def test_who_is_refused_for_an_open_relay_has_one(facts: Facts, wanted: Answers) -> None:
    found = plan_for(facts, wanted)
    refused = {each.identifier for each in found.refusals if each.identifier.startswith("open-")}
    effective = Effective(main_of(found), facts.postfix.defaults)

    services = [effective.of(service) for service in smtp_servers(master_of(found), effective)]
    sessions = [Session(each, facts.files) for each in (effective, *services)]

    assert not refused or any(session.refuses_nothing() for session in sessions)


@many
@given(FACTS, ANSWERS)
def test_users_who_log_in_may_relay(facts: Facts, wanted: Answers) -> None:
    effective = Effective(main_of(plan_for(facts, wanted)), facts.postfix.defaults)
    smtpd = Smtpd(effective, facts.files)

    rulings = {ruling(smtpd, name, logged_in=True) for name in RELAY_LISTS}

    assert not wanted.sasl.enabled or Ruling.REFUSED not in rulings


@many
@given(FACTS, ANSWERS)
def test_every_endpoint_is_listed_as_often_as_before(facts: Facts, wanted: Answers) -> None:
    before = Counter(service.endpoint for service in facts.configuration.master.services)
    after = Counter(service.endpoint for service in master_of(plan_for(facts, wanted)).services)

    assert all(count == max(before[endpoint], 1) for endpoint, count in after.items())


@many
@given(FACTS, ANSWERS)
def test_nothing_but_what_is_announced_is_lost(facts: Facts, wanted: Answers) -> None:
    lists = ("smtpd_relay_restrictions", "smtpd_recipient_restrictions")
    before, after = facts.configuration.main, main_of(plan_for(facts, wanted))

    for name in lists:
        remaining = iter((after.get(name) or "").replace(",", " ").split())
        assert all(word in remaining for word in (before.get(name) or "").replace(",", " ").split())
