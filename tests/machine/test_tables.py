"""Lookup tables in a list of postconf(5), and the files that belong to them."""

from pathlib import PurePosixPath

import pytest

from pfwizard.machine.tables import Table, tables_in


@pytest.mark.parametrize(
    ("kind", "built"),
    [("hash", "/x.db"), ("btree", "/x.db"), ("lmdb", "/x.lmdb"), ("cdb", "/x.cdb")],
)
def test_postmap_writes_beside_the_text(kind: str, built: str) -> None:
    assert Table(kind, PurePosixPath("/x")).built == PurePosixPath(built)


def test_a_text_that_postfix_reads_itself_is_one_file() -> None:
    table = Table("texthash", PurePosixPath("/x"))

    assert not table.is_built
    assert table.files == (PurePosixPath("/x"),)


def test_tables_without_a_text_are_passed_over() -> None:
    value = "ldap:/x.cf, proxy:hash:/a inline:{A=b} $undefined lmdb:/b"

    assert [str(table) for table in tables_in(value)] == ["hash:/a", "lmdb:/b"]
