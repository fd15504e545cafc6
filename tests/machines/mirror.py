"""Where this host fetches Debian from: the mirror in its own apt sources."""

import re
from collections.abc import Iterator
from pathlib import Path

FALLBACK = "http://deb.debian.org/debian"
SOURCES = Path("/etc/apt")


def mirror(sources: Path = SOURCES) -> str:
    """The first Debian archive (not the security one) among the host's sources."""
    for uri in _uris(sources):
        if uri.rstrip("/").endswith("/debian"):
            return uri.rstrip("/")
    return FALLBACK


def _uris(sources: Path) -> Iterator[str]:
    folder = sources / "sources.list.d"
    for path in sorted(folder.glob("*.sources")):
        yield from deb822_uris(path.read_text())
    for path in [sources / "sources.list", *sorted(folder.glob("*.list"))]:
        if path.is_file():
            yield from one_line_uris(path.read_text())


def deb822_uris(text: str) -> Iterator[str]:
    """The values of the `URIs:` fields of the enabled stanzas."""
    for stanza in re.split(r"\n\s*\n", text):
        if re.search(r"^Enabled:\s*no", stanza, re.IGNORECASE | re.MULTILINE):
            continue
        for field in re.finditer(r"^URIs:(.*(?:\n[ \t].*)*)", stanza, re.IGNORECASE | re.MULTILINE):
            yield from field[1].split()


def one_line_uris(text: str) -> Iterator[str]:
    """The archives of lines like `deb [options] http://deb.debian.org/debian bookworm main`."""
    for line in text.splitlines():
        entry = re.match(r"\s*deb\s+(?:\[[^]]*\]\s+)?(\S+)", line)
        if entry:
            yield entry[1]
