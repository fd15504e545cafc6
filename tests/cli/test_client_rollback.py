"""``pfwizard rollback`` of clients: in their order, and whoever was issued to is not forgotten."""

import pytest

from tests.cli.program import Machine, contents, pfwizard_process
from tests.cli.test_client import ANNA, RELAY, added, client, listed, table


@pytest.fixture
def server(machine: Machine) -> Machine:
    """Two clients, added by the transactions 2 and 3."""
    assert machine.pfwizard().returncode == 0
    added(machine, ANNA)
    added(machine, RELAY)
    return machine


def roll_back(server: Machine, transaction: str) -> tuple[int, str]:
    """Exit status and standard error."""
    done = pfwizard_process("rollback", transaction, "--root", server.root)
    return done.returncode, done.stderr


def standing(server: Machine) -> dict[str, tuple[bool, bool]]:
    """Of each client in the ledger: whether it is revoked, and whether it may relay."""
    return {each["name"]: (each["revoked"], each["in_table"]) for each in listed(server)}


def test_the_older_one_is_in_conflict_with_the_younger_one_and_nothing_is_touched(
    server: Machine,
) -> None:
    before, ledger = contents(server.root), (server.state / "certificates").read_bytes()

    status, said = roll_back(server, "2")

    assert status == 5
    assert "/etc/postfix/relay_clientcerts: was changed since by 0003-" in said
    assert "Nothing was touched. Take back first what came later: pfwizard rollback 0003-" in said
    assert contents(server.root) == before
    assert (server.state / "certificates").read_bytes() == ledger
    assert standing(server) == {ANNA: (False, True), RELAY: (False, True)}


def test_the_younger_one_and_then_the_older_one_go_back_and_the_ledger_keeps_both(
    server: Machine,
) -> None:
    assert roll_back(server, "3")[0] == 0
    assert table(server) == [ANNA]
    assert roll_back(server, "2")[0] == 0

    assert not (server.root / "etc/postfix/relay_clientcerts").exists()
    assert standing(server) == {ANNA: (False, False), RELAY: (False, False)}


def test_who_was_taken_back_can_be_revoked_and_the_other_one_still_relays(server: Machine) -> None:
    roll_back(server, "3")

    assert client(server, "revoke", RELAY).returncode == 0

    assert table(server) == [ANNA]
    assert standing(server) == {ANNA: (False, True), RELAY: (True, False)}


def test_a_revocation_that_is_taken_back_is_told_in_the_list(
    server: Machine,
) -> None:
    """The table is a file of the transaction; that somebody was revoked is in the ledger."""
    client(server, "revoke", ANNA)
    assert roll_back(server, "2")[0] == 5
    assert table(server) == [RELAY]

    assert roll_back(server, "4")[0] == 0

    assert standing(server) == {ANNA: (True, True), RELAY: (False, True)}
    assert "  revoked, BUT MAY RELAY  " in client(server, "list").stdout
