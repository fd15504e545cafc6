"""Messages on a narrow terminal are broken between words."""

import pytest

from pfwizard.cli.streams import fitted


def test_a_long_message_is_broken_between_words() -> None:
    assert fitted("warning: the server certificate is too old", 30) == (
        "warning: the server\ncertificate is too old"
    )


def test_what_follows_is_indented_as_its_line_is() -> None:
    assert fitted("note: short\n  Set server.days to 397 if Macs are to connect.", 30) == (
        "note: short\n  Set server.days to 397 if\n  Macs are to connect."
    )


def test_a_path_stays_whole_so_that_it_can_be_copied() -> None:
    path = "/var/lib/pfwizard/history/c9854c1fc5684f0c9ea1daf97e0c81ea/0012-main.cf"

    assert path in fitted(f"What was there before is kept in {path}.", 40)


@pytest.mark.parametrize("width", [0, 1, 20, 80, 1000])
def test_no_word_is_lost_at_any_width(width: int) -> None:
    text = "refusal: no SASL plug-in for PLAIN and LOGIN is installed\n  Install libsasl2-modules."

    assert fitted(text, width).split() == text.split()
