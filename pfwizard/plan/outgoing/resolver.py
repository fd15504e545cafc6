"""Whether DNS answers can be trusted on this machine, which DANE rests on (RFC 7672).

Postfix asks for validated answers and takes the word of whatever resolver is configured
(TLS_README, "DANE TLS authentication"; it sets RES_TRUSTAD by itself, src/dns/dns_lookup.c). So
that resolver has to be on this machine. Nothing is asked over the net while a plan is made.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import PurePosixPath

from pfwizard.machine.checkers import queue_of
from pfwizard.machine.facts import Facts
from pfwizard.machine.resolver_files import DROP_INS, RESOLV_CONF, RESOLVED_CONF, jailed

STUBS = ("127.0.0.53", "127.0.0.54")
"""Where systemd-resolved answers; it validates if it is told to (resolved.conf(5), DNSSEC)."""

SECTION = re.compile(r"\[(?P<name>.*)\]\s*")
DNSSEC = re.compile(r"\s*DNSSEC\s*=\s*(?P<value>.*?)\s*")
YES = ("1", "yes", "y", "true", "t", "on")
"""As systemd reads a boolean (systemd.syntax(7)), in any case."""

BY_DEFAULT = "127.0.0.1"
"""What the library asks where resolv.conf names nobody (resolver(5))."""


@dataclass(frozen=True)
class Resolver:
    """The name servers in the order of resolv.conf, and what is wrong with them, if anything."""

    servers: tuple[str, ...]
    problem: str = ""


def resolver_of(facts: Facts) -> Resolver:
    """The resolver as it is configured, also in the jail where mail leaves from there."""
    files = [RESOLV_CONF]
    jail = jailed(queue_of(facts.effective))
    if _delivers_from_jail(facts) and facts.file(jail).exists:
        files.append(jail)
    found = [_resolver_in(facts, file) for file in files]
    return next((each for each in found if each.problem), found[0])


def _delivers_from_jail(facts: Facts) -> bool:
    services = facts.configuration.master.services
    return any(facts.effective.of(each).is_jailed for each in services if each.command == "smtp")


def _resolver_in(facts: Facts, file: PurePosixPath) -> Resolver:
    servers = tuple(_name_servers(_text(facts, file))) or (BY_DEFAULT,)
    distant = [each for each in servers if not _is_on_this_machine(each)]
    if distant:
        return Resolver(
            servers,
            f"the name server {distant[0]} in {file} is reached over the net, where its answers "
            "can be forged",
        )
    if set(servers) & set(STUBS) and not _insists_on_dnssec(facts):
        return Resolver(
            servers,
            "systemd-resolved does not insist on DNSSEC, because neither "
            f"{RESOLVED_CONF[0]} nor a file in {DROP_INS[0]} says DNSSEC=yes last",
        )
    return Resolver(servers)


def _insists_on_dnssec(facts: Facts) -> bool:
    """The last word counts; what is in drop-ins comes behind (resolved.conf(5))."""
    words = [word for file in _resolved_conf(facts) for word in _dnssec(_text(facts, file))]
    return bool(words) and words[-1].lower() in YES


def _resolved_conf(facts: Facts) -> Iterator[PurePosixPath]:
    """In the order of reading: drop-ins by their names, wherever they are."""
    yield from [file for file in RESOLVED_CONF if facts.file(file).exists][:1]
    drop_ins: dict[str, PurePosixPath] = {}
    for directory in DROP_INS:
        for file in facts.files:
            if file.parent == directory and facts.file(file).exists:
                drop_ins.setdefault(file.name, file)
    yield from (drop_ins[name] for name in sorted(drop_ins))


def _dnssec(text: str) -> Iterator[str]:
    section = ""
    for line in text.splitlines():
        if header := SECTION.fullmatch(line):
            section = header["name"]
        elif section == "Resolve" and (found := DNSSEC.fullmatch(line)):
            yield found["value"]


def _name_servers(text: str) -> Iterator[str]:
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == "nameserver":
            yield words[1]


def _is_on_this_machine(server: str) -> bool:
    try:
        return ip_address(server).is_loopback
    except ValueError:
        return False


def _text(facts: Facts, path: PurePosixPath) -> str:
    return (facts.file(path).content or b"").decode("utf-8", "replace")
