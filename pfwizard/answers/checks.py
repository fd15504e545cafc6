"""The validators of the questions: each returns the answer in its normal form or objects."""

import re
from pathlib import PurePosixPath

from pfwizard.errors import InputProblem
from pfwizard.pki.quoting import quoted

LONGEST_PATH = 4095
"""Bytes, without the terminating NUL (PATH_MAX of Linux)."""

UNSAFE_IN_PATH = re.compile(r"[\s$,{}=#\x00-\x1f\x7f]")
"""What main.cf or smtpd.conf would read as something other than part of a path."""


def path(text: str) -> str:
    """An absolute path that Postfix reads as it is written."""
    if not text.startswith("/"):
        raise InputProblem(
            f"{quoted(text)} is a relative path", "Give the whole path, from the first slash on."
        )
    if text.endswith("/"):
        raise InputProblem(f"{quoted(text)} names a directory", "Give the path of a file.")
    if ".." in PurePosixPath(text).parts:
        raise InputProblem(f"{quoted(text)} goes through '..'", "Give the path without detours.")
    if UNSAFE_IN_PATH.search(text):
        raise InputProblem(
            f"{quoted(text)} holds a blank or a character that means something else to Postfix",
            "Use letters, digits and . _ - + @ only.",
        )
    if len(text.encode()) > LONGEST_PATH:
        raise InputProblem("the path is too long", f"Use at most {LONGEST_PATH} bytes.")
    return str(PurePosixPath(text.replace("//", "/")))


def one_line(text: str) -> str:
    """A value for a configuration file: one line, no control characters."""
    if not text.isprintable() or text != text.strip():
        raise InputProblem(
            f"{quoted(text)} holds a control character, or a blank at one end",
            "Write it in one line, without blanks around it.",
        )
    return text


RESTRICTION = re.compile(r"[a-z][a-z0-9_]*( (\{[^{}]*\}|[^\s,{}#]+))?")


def restriction(text: str) -> str:
    """One element of a restriction list (postconf(5), smtpd_recipient_restrictions)."""
    one_line(text)
    if not RESTRICTION.fullmatch(text):
        raise InputProblem(
            f"{quoted(text)} is not one restriction",
            'Write each restriction as a text of its own, such as "permit_mynetworks".',
        )
    return text


TLS_VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")


def random_source(text: str) -> str:
    """A value of tls_random_source (postconf(5)): ``dev:/path``, ``egd:/path`` or a file."""
    prefix, colon, rest = text.partition(":")
    if colon and prefix in ("dev", "egd"):
        return f"{prefix}:{path(rest)}"
    return path(text)
