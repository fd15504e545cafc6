"""Dovecot beside the private Postfix: what of its planned configuration is closed."""

from pathlib import Path, PurePosixPath

import pytest

from pfwizard.errors import Failed
from pfwizard.plan.plan import RestartDaemon
from pfwizard.prove.rehearsing.private_dovecot import closing, listeners, private_dovecot
from tests.plan import builders

SOCKET = PurePosixPath("/var/spool/postfix/private/auth")
CONF = PurePosixPath("/etc/dovecot/dovecot.conf")

SERVICE = "service doveadm {{\n  {listener} {{\n    {setting}\n  }}\n}}\n"


def closed(listener: str, setting: str = "mode = 0600") -> str:
    """What is added for a listener that ``doveconf -n`` prints."""
    found = listeners(SERVICE.format(listener=listener, setting=setting))
    return "".join(closing(found, Path(SOCKET)))


def test_a_port_is_closed() -> None:
    assert closed("inet_listener http", "port = 8080") == SERVICE.format(
        listener="inet_listener http", setting="port = 0"
    )


@pytest.mark.parametrize("kind", ["unix_listener", "fifo_listener"])
def test_a_socket_elsewhere_is_closed(kind: str) -> None:
    listener = f"{kind} /run/exim/auth"

    assert closed(listener) == SERVICE.format(listener=listener, setting="mode = 0")


@pytest.mark.parametrize(
    ("listener", "setting"),
    [
        (f"unix_listener {SOCKET}", "mode = 0660"),
        ("unix_listener auth-userdb", "mode = 0600"),
        ("inet_listener imap", "port = 0"),
        ("inet_listener imaps", "ssl = yes"),
    ],
    ids=["the one that Postfix asks", "one of base_dir", "no port", "a port of a protocol"],
)
def test_what_meets_nobody_else_stays(listener: str, setting: str) -> None:
    assert closed(listener, setting) == ""


def test_a_port_that_cannot_be_closed_ends_the_attempt() -> None:
    with pytest.raises(Failed, match="doveadm has a port without a name"):
        closed("inet_listener", "port = 8080")


def test_every_listener_is_that_of_its_own_service() -> None:
    first = SERVICE.format(listener="inet_listener one", setting="port = 1")
    second = SERVICE.format(listener="inet_listener two", setting="port = 2")

    found = listeners(first + second.replace("doveadm", "stats"))

    assert [(each.service, each.name) for each in found] == [("doveadm", "one"), ("stats", "two")]


@pytest.mark.parametrize(
    ("conf", "versions"),
    [
        (b"!include conf.d/*.conf\n", b""),
        (
            b"# 2.4\ndovecot_config_version = 2.4.1\n dovecot_storage_version = 2.4.0\nssl = no\n",
            b"dovecot_config_version = 2.4.1\n dovecot_storage_version = 2.4.0\n",
        ),
    ],
    ids=["2.3", "2.4"],
)
def test_its_configuration_begins_with_the_versions_of_the_planned_one(
    conf: bytes, versions: bytes
) -> None:
    facts = builders.machine("", "", builders.file(CONF, conf))

    made = private_dovecot(facts, RestartDaemon("dovecot", SOCKET), Path("/var/spool/postfix"))

    assert (made.conf, made.versions) == (Path(CONF), versions)
