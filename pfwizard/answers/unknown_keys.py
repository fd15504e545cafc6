"""Keys and tables that nobody asks for, and what was probably meant by them."""

import difflib

from pfwizard.answers.question import shown
from pfwizard.answers.questions import QUESTIONS, SECTIONS

Unknown = tuple[str, str, str]
"""Key, what is wrong, what would be right."""

KNOWN = frozenset({"format", *(question.key for question in QUESTIONS)})


def unknown(key: str, value: object) -> Unknown:
    """What to say of a key that is not among the known ones."""
    if key in SECTIONS:
        return (
            key,
            f"{shown(value)} is not a table",
            f"Write [{key}] in a line of its own, and its answers in the lines below.",
        )
    if isinstance(value, dict):
        return key, "there is no such table", _table_meant(key)
    return key, "there is no such key", _key_meant(key)


def _table_meant(key: str) -> str:
    close = difflib.get_close_matches(key, sorted(SECTIONS), n=1)
    return f"Did you mean [{close[0]}]?" if close else _known_tables()


def _known_tables() -> str:
    return f"The tables are: {', '.join(sorted(SECTIONS))}."


def _key_meant(key: str) -> str:
    section, _, name = key.rpartition(".")
    siblings = [question.name for question in QUESTIONS if question.section == section]
    close = [
        *(f"{section}.{match}" for match in difflib.get_close_matches(name, siblings, n=1)),
        *(question.key for question in QUESTIONS if question.name == name),
    ]
    if not close and not siblings:
        close = difflib.get_close_matches(key, sorted(KNOWN), n=1)
    if close:
        return f"Did you mean {close[0]}?"
    return f"The keys of [{section}] are: {', '.join(siblings)}." if siblings else _known_tables()
