"""A change as a unified diff, for the eye: bytes are decoded here and nowhere else."""

import difflib
from collections.abc import Iterator

from pfwizard.plan.plan import Change, ChangeKind
from pfwizard.quoting import harmless

NO_FINAL_NEWLINE = "\\ No newline at end of file"


def unified_diff(change: Change) -> str | None:
    """The diff with three lines of context, or None for what is not shown.

    That is a secret, or a directory. Control characters other than the tab are made visible, so
    that a file cannot drive the terminal.
    """
    if change.secret or not change.is_about_a_file:
        return None
    old_name = "/dev/null" if change.kind is ChangeKind.CREATE else str(change.path)
    new_name = "/dev/null" if change.kind is ChangeKind.DELETE else str(change.path)
    lines = difflib.unified_diff(
        _lines(change.before or b""), _lines(change.after or b""), old_name, new_name
    )
    return "".join(f"{line}\n" for line in _marked(lines))


def _lines(content: bytes) -> list[str]:
    """The lines with their ends, so that a missing final newline is a difference.

    Only LF ends a line here as in Postfix, unlike for ``str.splitlines``.
    """
    text = content.decode("utf-8", "backslashreplace")
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [
        last for last in text.split("\n")[-1:] if last
    ]


def _marked(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        body, end = (line[:-1], "\n") if line.endswith("\n") else (line, "")
        yield harmless(body)
        if not end:
            yield NO_FINAL_NEWLINE
