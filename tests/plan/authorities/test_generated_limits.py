"""Whatever is to be certified: other programs accept it, or the plan refuses it."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pfwizard.pki.domains import is_within
from pfwizard.pki.names import is_ip
from pfwizard.plan.plan import Plan
from tests.pki.verifiers import (
    Purpose,
    complaint_of_openssl,
    verify_as_a_client,
    verify_as_a_server,
)
from tests.plan.authority_builders import certificate_in, refusals, written
from tests.plan.builders import CA, SERVER, answers, machine, plan_for

DOMAINS = ["kernel-panic.it", "it.example.org", "example.org", "co.uk", "example.co.uk", "lan"]
domains = st.sampled_from([*DOMAINS, "bücher.example", "xn--bcher-kva.example", "a-b.museum"])
labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True).filter(
    lambda label: label[2:4] != "--"
)
hosts = st.builds(lambda first, domain: f"{first}.{domain}", labels, domains)
wildcards = domains.filter(lambda domain: "." in domain).map(lambda domain: f"*.{domain}")
addresses = st.ip_addresses().filter(lambda ip: not ip.is_unspecified and not ip.is_multicast)
names = st.lists(
    st.one_of(hosts, hosts.map(lambda host: f"smtp.{host}"), wildcards, addresses.map(str)),
    min_size=1,
    max_size=4,
)
mailboxes = st.builds(
    lambda local, host: f"{local}@{host}",
    st.from_regex(r"[A-Za-z0-9+_-]{1,9}(\.[A-Za-z0-9]{1,5})?", fullmatch=True),
    st.one_of(hosts, domains.filter(lambda domain: "." in domain)),
)
clients = st.lists(st.one_of(mailboxes, hosts), max_size=1)
contacts = st.one_of(st.just(""), mailboxes)
common_names = st.one_of(hosts.filter(str.isascii), st.sampled_from(["Postfix", "a_b.example"]))


def planned(**overrides: object) -> Plan:
    return plan_for(
        machine("myhostname = mail.it.example.org\nmydomain = it.example.org\n"),
        answers(ca__key_type="ec:p256", server__key_type="ec:p256", **overrides),
    )


def every_certificate_is_accepted(of: Plan) -> bool:
    authority, server = certificate_in(of, CA), certificate_in(of, SERVER)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        for host in (*server.facts.dns_names, *server.facts.ip_addresses):
            connected = host.replace("*", "mail")
            check = "-verify_ip" if is_ip(host) else "-verify_hostname"
            assert not complaint_of_openssl(
                authority, server, check, connected, directory=directory
            )
            verify_as_a_client(authority, server, connected)
        for path in written(of):
            if "clients" in path.parts and path.suffix == ".crt":
                client = certificate_in(of, path)
                assert not complaint_of_openssl(
                    authority, client, purpose=Purpose.CLIENT, directory=directory
                )
                verify_as_a_server(authority, client)
    return True


some = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@some
@given(names=names, users=clients, contact=contacts, host=hosts.filter(str.isascii))
@example(names=["192.0.2.25"], users=["a@kernel-panic.it"], contact="", host="mail.example.net")
def test_with_the_domains_of_the_names_nothing_is_refused(
    names: list[str], users: list[str], contact: str, host: str
) -> None:
    found = planned(
        server__names=names,
        server__subject__email=contact,
        server__subject__common_name=host,
        clients__names=users,
    )

    assert refusals(found) == []
    assert every_certificate_is_accepted(found)


@some
@given(
    names=names,
    users=clients,
    contact=contacts,
    host=common_names,
    permitted=st.lists(domains, max_size=3),
)
def test_with_other_domains_it_is_accepted_by_all_or_refused_by_the_plan(
    names: list[str], users: list[str], contact: str, host: str, permitted: list[str]
) -> None:
    found = planned(
        ca__domains=permitted,
        server__names=names,
        server__subject__email=contact,
        server__subject__common_name=host,
        clients__names=users,
    )

    refused = set(refusals(found))
    assert refused <= {"name-outside-limits"}
    assert refused or every_certificate_is_accepted(found)


@some
@given(names=names, permitted=st.lists(domains.filter(str.isascii), min_size=1, max_size=3))
def test_what_is_refused_lies_outside(names: list[str], permitted: list[str]) -> None:
    found = planned(
        ca__domains=permitted, server__names=names, server__subject__common_name="Postfix"
    )

    shown = [name.encode("idna").decode() if not name.isascii() else name for name in names]
    inside = all(
        is_ip(name) or any(is_within(name, domain) for domain in permitted) for name in shown
    )
    assert (refusals(found) == []) is inside
