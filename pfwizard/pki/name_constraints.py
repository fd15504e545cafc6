"""Limits of a CA: the names that it may sign for (RFC 5280 section 4.2.1.10).

Whoever installs a private CA trusts it for the whole Internet. With its limits in its certificate,
a stolen CA key is of use for the operator's own names only.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from pfwizard.pki.names import check_domain, check_ip
from pfwizard.quoting import visible

_NOWHERE = "nowhere.invalid"
"""Below invalid there will never be a host (RFC 2606 section 2)."""

_EVERY_ADDRESS = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))

# As OpenSSL has it (cn2dnsid in crypto/x509/v3_ncons.c), and a little wider.
_LIKE_A_HOST = re.compile(r"\w[\w-]*(\.[\w-]+)+", re.ASCII)


def limited_to(domains: Sequence[str], addresses: Sequence[str] = ()) -> x509.NameConstraints:
    """Limits to these domains with all that is below them, and to these single IP addresses.

    Without addresses no certificate with any is valid, and without domains none with a host or a
    mailbox: not to name a kind at all would allow all of it. Raises NameProblem.
    """
    names = dict.fromkeys(check_domain(domain) for domain in domains or [_NOWHERE])
    single = [ip_network(check_ip(address)) for address in addresses]
    return x509.NameConstraints(
        permitted_subtrees=[
            *(x509.DNSName(name) for name in names),
            *(x509.RFC822Name(form) for name in names for form in _of_mailboxes(name)),
            *(x509.IPAddress(network) for network in single),
        ],
        excluded_subtrees=None if single else [x509.IPAddress(every) for every in _EVERY_ADDRESS],
    )


def _of_mailboxes(domain: str) -> tuple[str, str]:
    """For e-mail addresses, other than for hosts, those below a domain are a form of their own."""
    return domain, f".{domain}"


def permitted_names(limits: x509.NameConstraints) -> tuple[str, ...]:
    """The domains and the IP addresses that a CA is limited to, safe to show."""
    permitted = limits.permitted_subtrees or []
    domains = [each.value for each in permitted if isinstance(each, x509.DNSName)]
    networks = [each.value for each in permitted if isinstance(each, x509.IPAddress)]
    return (
        *(visible(domain) for domain in domains if domain != _NOWHERE),
        *(str(network).removesuffix(f"/{network.max_prefixlen}") for network in networks),
    )


def outside(
    limits: x509.NameConstraints | None, subject: x509.Name, names: x509.SubjectAlternativeName
) -> tuple[str, ...]:
    """Which of a certificate's names the limits of its CA do not allow; none without limits.

    Host names, IP addresses and e-mail addresses are looked at. Limits for other kinds of names are
    left to the programs that verify.
    """
    if limits is None:
        return ()
    return tuple(
        str(name.value)
        for name in (*names, *_hosts_in_common_names(subject, names))
        if not _allowed(name, limits)
    )


def reads_as_a_host(common_name: str) -> bool:
    """Whether OpenSSL takes a common name for a host name, as it does ``d.mazzocchio``."""
    return _LIKE_A_HOST.fullmatch(common_name) is not None


def _hosts_in_common_names(
    subject: x509.Name, names: x509.SubjectAlternativeName
) -> Iterator[x509.DNSName]:
    """OpenSSL holds these to the limits as well, when there is no dNSName."""
    if names.get_values_for_type(x509.DNSName):
        return
    for attribute in subject.get_attributes_for_oid(NameOID.COMMON_NAME):
        if isinstance(attribute.value, str) and reads_as_a_host(attribute.value):
            yield x509.DNSName(attribute.value)


def _allowed(name: x509.GeneralName, limits: x509.NameConstraints) -> bool:
    is_within = _WITHIN.get(type(name))
    if is_within is None:
        return True
    permitted = _of_its_kind(name, limits.permitted_subtrees)
    excluded = _of_its_kind(name, limits.excluded_subtrees)
    return (
        not permitted or any(is_within(name.value, subtree) for subtree in permitted)
    ) and not any(is_within(name.value, subtree) for subtree in excluded)


def _of_its_kind(name: x509.GeneralName, subtrees: Iterable[x509.GeneralName] | None) -> list[Any]:
    return [subtree.value for subtree in subtrees or () if type(subtree) is type(name)]


def _host_within(host: str, subtree: str) -> bool:
    """A domain allows itself and what is below it; with a leading dot, only what is below it."""
    host, subtree = host.lower(), subtree.lower()
    if not subtree or subtree.startswith("."):
        return host.endswith(subtree)
    return host == subtree or host.endswith(f".{subtree}")


def _mailbox_within(mailbox: str, subtree: str) -> bool:
    """One mailbox, all of one host, or with a leading dot all below a domain."""
    if "@" in subtree:
        return mailbox == subtree
    host, subtree = mailbox.rpartition("@")[2].lower(), subtree.lower()
    return host.endswith(subtree) if subtree.startswith(".") else host == subtree


def _address_within(address: IPv4Address | IPv6Address, network: IPv4Network | IPv6Network) -> bool:
    return address in network


_WITHIN: dict[type[x509.GeneralName], Callable[[Any, Any], bool]] = {
    x509.DNSName: _host_within,
    x509.RFC822Name: _mailbox_within,
    x509.IPAddress: _address_within,
}
