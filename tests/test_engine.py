"""A job and the places it works in."""

from pathlib import Path

from pfwizard.engine import Job


def test_the_state_of_a_tree_is_kept_in_the_tree_whatever_links_say(tmp_path: Path) -> None:
    (tmp_path / "root/var").mkdir(parents=True)
    (tmp_path / "root/srv/state").mkdir(parents=True)
    (tmp_path / "root/var/lib").symlink_to("/srv/state")

    job = Job.on(tmp_path / "root", None, None)

    assert job.state_directory == tmp_path / "root/srv/state/pfwizard"


def test_a_state_directory_that_is_named_is_taken_as_it_is(tmp_path: Path) -> None:
    job = Job.on(tmp_path, None, Path("/srv/elsewhere"))

    assert job.state_directory == Path("/srv/elsewhere")
