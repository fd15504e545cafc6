"""Another Python of our own: where its code and its byte code come from."""

import subprocess
import sys
from pathlib import Path

import pytest

from pfwizard.apply.process import child

MODULE = """\
import sys
def main(arguments):
    print(sys.pycache_prefix, sys.dont_write_bytecode, *arguments)
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "of_this_test.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    return "of_this_test"


def said_by(module: str) -> str:
    return subprocess.run(
        child.command(module, ["one"]), check=True, capture_output=True
    ).stdout.decode()


@pytest.mark.parametrize("prefix", [None, "/var/cache/bytecode"])
def test_it_reads_byte_code_where_its_parent_does_and_writes_none(
    prefix: str | None, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", prefix)

    assert said_by(module) == f"{prefix} True one\n"
