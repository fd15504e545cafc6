"""Ports and addresses for rehearsals."""

import socket

from pfwizard.prove.rehearsing.loopback import free_ports, secret_address, secret_addresses


def test_no_port_is_given_twice_to_rehearsals_that_go_on_at_once() -> None:
    with free_ports() as another, free_ports() as somebody_elses:
        ports = [find() for _ in range(20) for find in (another, somebody_elses)]

    assert len(set(ports)) == len(ports)


def test_a_server_that_reuses_addresses_can_have_the_port_that_is_kept() -> None:
    with free_ports() as another:
        port = another()
        with socket.socket() as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(("127.0.0.1", port))
            server.listen()

            socket.create_connection(("127.0.0.1", port)).close()


def test_a_newcomer_is_not_taken_for_the_other_probes() -> None:
    prober, newcomer = secret_addresses()

    assert prober != newcomer


def test_probes_come_from_another_address_each_time() -> None:
    addresses = {secret_address() for _ in range(5)}

    assert len(addresses) == 5
    assert all(address.startswith("127.") for address in addresses)
