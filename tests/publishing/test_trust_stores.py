"""The commands by which systems come to trust a CA, for whatever name its file has."""

import re

import pytest

from pfwizard.publishing.commands import WIDTH
from pfwizard.publishing.trust_stores import how_to_trust, on_every_system


@pytest.mark.parametrize("ca", ["ca.crt", "ca.pem", "our-ca"])
def test_the_copy_for_debian_has_the_only_ending_that_debian_takes(ca: str) -> None:
    """update-ca-certificates(8) passes over every file that does not end with .crt."""
    copy = " ".join(" ".join(how_to_trust(ca)).replace("\\", "").split())
    (name,) = re.findall(f"cp {ca} /usr/local/share/ca-certificates/([^ ]*)", copy)

    assert name.endswith(".crt")


def test_no_line_is_too_long_to_be_copied() -> None:
    lines = [*how_to_trust("ca.pem"), *on_every_system("ca.pem")]

    assert [line for line in lines if len(line) > WIDTH + 2] == []


def test_every_place_for_the_name_is_filled_in() -> None:
    assert [line for line in how_to_trust("ca.pem") if "{" in line] == []
