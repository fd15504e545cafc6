"""On what kind of file system a path is."""

import os
from pathlib import Path

import pytest

from pfwizard.apply.disk import mounts
from pfwizard.apply.disk.mounts import file_system_type, mount_points


@pytest.mark.parametrize("place", ["/proc", "/proc/self/fd"])
def test_the_type_is_that_of_the_mount_that_a_path_is_below(place: str) -> None:
    assert file_system_type(Path(place)) == "proc"


def test_of_two_mounts_of_one_device_the_last_is_on_top(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = tmp_path.stat().st_dev
    numbers = f"{os.major(device)}:{os.minor(device)}"
    table = tmp_path / "mountinfo"
    table.write_text(
        f"20 1 {numbers} / / rw - ext4 /dev/vda rw\n"
        f"21 20 {numbers} / /srv\\040x rw shared:1 master:2 - xfs /dev/vda rw\n"
        "22 20 0:99 / /other rw - btrfs none rw\n"
    )
    monkeypatch.setattr(mounts, "MOUNTINFO", table)

    assert file_system_type(tmp_path) == "xfs"
    assert mount_points() == {Path("/"), Path("/srv x"), Path("/other")}


def test_where_the_kernel_does_not_tell_the_type_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mounts, "MOUNTINFO", tmp_path / "missing")

    assert file_system_type(tmp_path) == ""
