"""Entries of the table of passwords, read and changed as postmap(1) reads them."""

import pytest

from pfwizard.plan.outgoing.login_table import login_in, with_login
from pfwizard.secret import Secret

NEW = Secret("anna:new")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"[a]:587 anna:new\n"),
        (b"# ours\n", b"# ours\n[a]:587 anna:new\n"),
        (b"[b] x:y", b"[b] x:y\n[a]:587 anna:new\n"),
        (b"[A]:587  old:x\n[b] x:y\n", b"[a]:587 anna:new\n[b] x:y\n"),
        (b"[a]:587\n  old:x\n# ours\n", b"[a]:587 anna:new\n# ours\n"),
        (b"[a]:587 old:x\n[b] x:y\n[a]:587 older:x\n", b"[a]:587 anna:new\n[b] x:y\n"),
        (b"[a]:5 x:y\n\xff\n", b"[a]:5 x:y\n\xff\n[a]:587 anna:new\n"),
        (b"[a]:587\n# ours\n  old:x\n[b] x:y\n", b"[a]:587 anna:new\n# ours\n[b] x:y\n"),
        (b"[a]:587\n \t\n  old:x", b"[a]:587 anna:new\n \t\n"),
        (b"[a]:587 x:\xc2\x85y\x0cz\n[b] x:y\n", b"[a]:587 anna:new\n[b] x:y\n"),
        (b"[b] x\n # [a]:587 y:z\n", b"[b] x\n # [a]:587 y:z\n[a]:587 anna:new\n"),
    ],
)
def test_the_entry_takes_the_place_of_the_former_one(before: bytes, after: bytes) -> None:
    assert with_login(before, "[a]:587", NEW) == after


@pytest.mark.parametrize(
    ("text", "user"),
    [
        (b"[a]:587 anna:x\n", "anna"),
        (b"[a]:587\n\tanna:x:y\n", "anna"),
        (b"#[a]:587 anna:x\n", ""),
        (b"[a]:587\n", ""),
        (b"[a] anna:x\n", ""),
        (b"[a]:587\n# a comment\n\n  anna:x\n", "anna"),
        (b"[a]:587 an\n #na\n na:x\n", "an na"),
        (b"[a]:587\x0banna\xc2\xa0:x\r\n", "anna\xa0"),
        (b"[a]:587 an\x0c\xe2\x80\xa8na:x\n", "an\x0c\u2028na"),
        (b"[a]:587 anna:x\n[a]:587 otto:x\n", "anna"),
        (b"[b]:587 x:y\n [a]:587 anna:x\n", ""),
        (b"  [a]:587 anna:x\n", ""),
        (b"", ""),
    ],
)
def test_the_user_of_an_entry(text: bytes, user: str) -> None:
    assert login_in(text, "[a]:587") == user
