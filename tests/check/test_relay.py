"""Which networks in mynetworks are those of containers."""

import pytest

from tests.check.builders import found, main_cf


@pytest.mark.parametrize(
    ("network", "is_told"),
    [
        ("172.16.0.0/12", True),
        ("172.16.0.0/15", True),
        ("172.17.0.0/16", True),
        ("172.31.0.0/16", True),
        ("172.16.0.0/16", False),
        ("172.16.0.0/17", False),
        ("172.17.0.0/24", False),
        ("172.32.0.0/16", False),
        ("[2001:db8::]/32", False),
    ],
)
def test_the_networks_of_containers_begin_with_172_17(network: str, is_told: bool) -> None:
    facts = main_cf(f"mynetworks = 127.0.0.0/8 {network}\n")

    assert bool(found(facts, "mynetworks-of-containers")) is is_told
