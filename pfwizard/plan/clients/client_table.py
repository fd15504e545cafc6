"""The text of a table of clients: a fingerprint, blanks, and whose it is (postconf(5),
relay_clientcerts; postmap(1) for the form)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

INTRODUCTION = b"""\
# Clients that may relay when they show their certificate (relay_clientcerts):
# the fingerprint of its public key, and whose it is. pfwizard client add, list, revoke.
"""

BLANKS = (" ", "\t")

LINES = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True)
class ListedClient:
    """A fingerprint as it stands in the table, and the text beside it."""

    fingerprint: str
    name: str

    def is_one_of(self, fingerprints: Iterable[str]) -> bool:
        """Postfix looks fingerprints up without regard to case."""
        return self.fingerprint.upper() in {each.upper() for each in fingerprints}


def clients_in(text: bytes) -> tuple[ListedClient, ...]:
    """The entries of the table, in their order."""
    found = []
    for lines in _entries(text.decode("utf-8", "surrogateescape")):
        if not _is_filler(lines[0]):
            words = " ".join(line for line in lines if not _is_filler(line)).split(maxsplit=1)
            found.append(ListedClient(words[0], " ".join(words[1:]).strip()))
    return tuple(found)


def with_client(text: bytes, client: ListedClient) -> bytes:
    """The text with one more entry at its end."""
    present = text or INTRODUCTION
    gap = b"" if present.endswith(b"\n") else b"\n"
    return present + gap + f"{client.fingerprint} {client.name}\n".encode()


def without(text: bytes, unwanted: Iterable[ListedClient]) -> bytes:
    """The text without these entries; comments stay."""
    left_out = set(unwanted)
    kept = []
    for lines in _entries(text.decode("utf-8", "surrogateescape")):
        whole = "".join(lines).encode("utf-8", "surrogateescape")
        if left_out.isdisjoint(clients_in(whole)):
            kept.append(whole)
        else:
            comments = (line for line in lines if _is_filler(line))
            kept.append("".join(comments).encode("utf-8", "surrogateescape"))
    return b"".join(kept)


def _entries(text: str) -> Iterator[list[str]]:
    """Each entry with the lines that continue it, and with comments between these."""
    entry: list[str] = []
    for line in LINES.findall(text):
        goes_on = bool(entry) and (line.startswith(BLANKS) or _is_filler(line))
        if entry and not goes_on:
            yield entry
            entry = []
        entry.append(line)
    if entry:
        yield entry


def _is_filler(line: str) -> bool:
    """A line that is empty or a comment (postmap(1)); it does not end the entry before it."""
    return not line.strip() or line.lstrip().startswith("#")
