"""The table of country codes."""

from importlib.resources import files

from pfwizard.pki import countries
from pfwizard.pki.countries import COUNTRIES, USER_ASSIGNED, country_meant


def test_there_are_249_codes_and_kosovo() -> None:
    assert len(COUNTRIES - USER_ASSIGNED) == 249
    assert {"XK"} == USER_ASSIGNED


def test_the_codes_are_those_of_the_time_zone_database() -> None:
    lines = (files("tzdata") / "zoneinfo/iso3166.tab").read_text("utf-8").splitlines()
    assert {line[:2] for line in lines if not line.startswith("#")} == COUNTRIES - USER_ASSIGNED


def test_every_mistake_leads_to_a_code_that_exists() -> None:
    assert set(countries._mistakes().values()) - {""} <= COUNTRIES


def test_no_code_that_exists_is_taken_for_a_mistake() -> None:
    assert not {code for code in COUNTRIES if country_meant(code)}


def test_three_letter_codes_are_249_different_ones() -> None:
    pairs = countries._TWO_AND_THREE_LETTERS.split()
    assert len({pair[3:] for pair in pairs}) == 249
