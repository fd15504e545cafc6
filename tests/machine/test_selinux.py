"""The type that SELinux knows a file by."""

import errno
import os
from pathlib import Path

import pytest

from pfwizard.machine.selinux import type_of


def label(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Every file has this one."""
    monkeypatch.setattr(os, "getxattr", lambda *arguments, **options: content, raising=False)


def test_it_is_the_third_part_of_the_label(monkeypatch: pytest.MonkeyPatch) -> None:
    label(monkeypatch, b"unconfined_u:object_r:admin_home_t:s0\0")

    assert type_of(Path("/etc/postfix/main.cf")) == "admin_home_t"


def test_a_label_of_another_form_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    label(monkeypatch, b"")

    assert type_of(Path("/etc/postfix/main.cf")) == ""


def test_a_file_without_a_label_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*arguments: object, **options: object) -> bytes:
        raise OSError(errno.ENODATA, "no such attribute")

    monkeypatch.setattr(os, "getxattr", none, raising=False)

    assert type_of(Path("/etc/postfix/main.cf")) == ""


def test_a_system_without_such_attributes_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "getxattr", raising=False)

    assert type_of(Path("/etc/postfix/main.cf")) == ""
