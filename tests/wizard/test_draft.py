"""Answers that survive a walk that is cut off."""

import stat
from pathlib import Path, PurePosixPath

import pytest

from pfwizard.answers.reading import InvalidAnswers, start_from
from pfwizard.wizard.draft import Draft, draft_file
from pfwizard.wizard.place import Place
from pfwizard.wizard.session import Session

HOME = {"HOME": "/home/ada"}


def session(tmp_path: Path) -> Session:
    return Session(Place(tmp_path, draft=Draft(tmp_path / "state" / "answers.toml")))


def cut_off(tmp_path: Path, **typed: str) -> None:
    """A walk that was cut off after these answers to questions about the CA."""
    walk = session(tmp_path)
    for name, text in typed.items():
        walk.sheet.fill(f"ca.subject.{name}", text)
    walk.cut_off()


def test_the_file_lies_below_the_operators_home() -> None:
    file = draft_file(HOME, Path("/"), None)

    assert file is not None
    assert file.parent == Path("/home/ada/.local/state/pfwizard")


def test_the_directory_for_state_is_heeded() -> None:
    file = draft_file({**HOME, "XDG_STATE_HOME": "/var/tmp/state"}, Path("/"), None)

    assert file is not None
    assert file.parent == Path("/var/tmp/state/pfwizard")


def test_a_relative_directory_for_state_counts_as_none() -> None:
    assert draft_file({**HOME, "XDG_STATE_HOME": "state"}, Path("/"), None) == draft_file(
        HOME, Path("/"), None
    )


def test_where_nobody_is_at_home_nothing_is_kept() -> None:
    assert draft_file({}, Path("/"), None) is None


def test_every_instance_has_a_file_of_its_own() -> None:
    places: list[tuple[Path, PurePosixPath | None]] = [
        (Path("/"), None),
        (Path("/mnt"), None),
        (Path("/"), PurePosixPath("/etc/postfix-out")),
    ]

    assert len({draft_file(HOME, *place) for place in places}) == len(places)


def test_what_was_typed_can_be_taken_up(tmp_path: Path) -> None:
    cut_off(tmp_path, country="DE", state="Bavaria")
    walk = session(tmp_path)
    walk.take_up_draft()

    assert walk.sheet.text("ca.subject.country") == "DE"
    assert walk.sheet.text("ca.subject.state") == "Bavaria"


def test_a_wrong_answer_is_taken_up_as_it_was_typed(tmp_path: Path) -> None:
    cut_off(tmp_path, country="Germany")
    walk = session(tmp_path)
    walk.take_up_draft()

    assert walk.sheet.text("ca.subject.country") == "Germany"
    assert "ca.subject.country" in walk.sheet.problems()


def test_what_was_taken_up_is_still_unsaved(tmp_path: Path) -> None:
    cut_off(tmp_path, country="DE")
    walk = session(tmp_path)
    walk.take_up_draft()

    assert walk.has_unsaved_answers


def test_the_next_walk_knows_of_it(tmp_path: Path) -> None:
    assert session(tmp_path).draft is None
    cut_off(tmp_path, country="DE")
    assert session(tmp_path).draft is not None


def test_a_walk_is_not_offered_its_own_answers(tmp_path: Path) -> None:
    walk = session(tmp_path)
    walk.sheet.fill("ca.subject.country", "DE")
    walk.keep_draft()

    assert walk.draft is None


def test_a_walk_that_begins_with_a_file_is_offered_nothing(tmp_path: Path) -> None:
    cut_off(tmp_path, country="DE")
    file = tmp_path / "answers.toml"
    file.write_text("format = 1\n")
    place = Place(tmp_path, draft=Draft(tmp_path / "state" / "answers.toml"))

    assert Session(place, start_from(file), file).draft is None


def test_nothing_is_written_where_nothing_was_typed(tmp_path: Path) -> None:
    session(tmp_path).cut_off()

    assert not (tmp_path / "state").exists()


def test_a_walk_that_is_left_keeps_nothing(tmp_path: Path) -> None:
    walk = session(tmp_path)
    walk.sheet.fill("ca.subject.country", "DE")
    walk.keep_draft()
    walk.left("")

    assert session(tmp_path).draft is None


def test_answers_that_were_only_offered_stay(tmp_path: Path) -> None:
    cut_off(tmp_path, country="DE")
    session(tmp_path).left("")

    assert session(tmp_path).draft is not None


def test_answers_that_are_in_a_file_of_the_operators_are_not_kept_twice(tmp_path: Path) -> None:
    walk = session(tmp_path)
    walk.sheet.fill("ca.subject.country", "DE")
    walk.keep_draft()
    walk.save(tmp_path / "saved.toml")
    walk.keep_draft()

    assert session(tmp_path).draft is None


def test_only_the_operator_can_read_them(tmp_path: Path) -> None:
    cut_off(tmp_path, country="DE")
    directory = tmp_path / "state"

    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((directory / "answers.toml").stat().st_mode) == 0o600


def test_whoever_is_cut_off_is_told_where_the_answers_are(tmp_path: Path) -> None:
    walk = session(tmp_path)
    walk.sheet.fill("ca.subject.country", "DE")
    walk.cut_off()

    assert f"The answers are in {tmp_path / 'state' / 'answers.toml'}." in walk.outcome.words


def test_where_they_cannot_be_kept_the_walk_goes_on(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    walk = session(tmp_path)
    walk.sheet.fill("ca.subject.country", "DE")

    assert walk.keep_draft() is None


def test_a_file_that_was_damaged_says_so(tmp_path: Path) -> None:
    cut_off(tmp_path, country="DE")
    (tmp_path / "state" / "answers.toml").write_text("format = ")

    with pytest.raises(InvalidAnswers):
        session(tmp_path).take_up_draft()
