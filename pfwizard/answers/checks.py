"""The validators of the questions: each returns the answer in its normal form or objects."""

import re

from pfwizard.errors import InputProblem
from pfwizard.pki import names
from pfwizard.quoting import quoted

LONGEST_PATH = 4095
"""Bytes, without the terminating NUL (PATH_MAX of Linux)."""

LONGEST_NAME = 255
"""Bytes between two slashes (NAME_MAX of Linux)."""

LONGEST_SOCKET_PATH = 107
"""Bytes, without the terminating NUL (sun_path in unix(7))."""

UNSAFE_IN_PATH = re.compile(r"[\s$,{}=#]")
"""What main.cf or smtpd.conf would read as something other than part of a path."""


def path(text: str) -> str:
    """An absolute path that Postfix reads as it is written."""
    parts = text.split("/")
    if not text.startswith("/"):
        raise InputProblem(
            f"{quoted(text)} is a relative path", "Give the whole path, from the first slash on."
        )
    if parts[-1] in ("", "."):
        raise InputProblem(f"{quoted(text)} names a directory", "Give the path of a file.")
    if ".." in parts:
        raise InputProblem(f"{quoted(text)} goes through '..'", "Give the path without detours.")
    if UNSAFE_IN_PATH.search(text) or not text.isprintable():
        raise InputProblem(
            f"{quoted(text)} holds a blank or a character that means something else to Postfix",
            "Use letters, digits and . _ - + @ only.",
        )
    if len(text.encode()) > LONGEST_PATH:
        raise InputProblem("the path is too long", f"Use at most {LONGEST_PATH} bytes.")
    if any(len(part.encode()) > LONGEST_NAME for part in parts):
        raise InputProblem(
            "a name in the path is too long", f"Use at most {LONGEST_NAME} bytes between slashes."
        )
    return "/" + "/".join(part for part in parts if part not in ("", "."))


def socket_path(text: str) -> str:
    """The path of a socket, for which the kernel has little room."""
    normal = path(text)
    if len(normal.encode()) > LONGEST_SOCKET_PATH:
        raise InputProblem(
            f"{quoted(text)} is too long for a socket",
            f"At most {LONGEST_SOCKET_PATH} bytes fit; put the socket into a shorter directory.",
        )
    return normal


def one_line(text: str) -> str:
    """A value for a configuration file: one line, no control characters."""
    if not text.isprintable() or text != text.strip():
        raise InputProblem(
            f"{quoted(text)} holds a control character, or a blank at one end",
            "Write it in one line, without blanks around it.",
        )
    return text


def parameter_value(text: str) -> str:
    """A value of main.cf, in which ``$name`` stands for another parameter."""
    from pfwizard.cf.expansion import BadExpansion, references  # a parser, for a rare answer

    try:
        references(one_line(text))
    except BadExpansion as error:
        raise InputProblem(
            f"{quoted(text)} is no value for main.cf: {error}",
            "Write $name or ${name} for another parameter, and $$ for a dollar sign.",
        ) from error
    return text


def client_name(text: str) -> str:
    """The e-mail address of a person, or the host name of a mail server, as a common name too."""
    if text.startswith("*"):
        raise InputProblem(f"{quoted(text)} stands for many hosts", "Name one client at a time.")
    if not text:
        raise InputProblem("a client has no name", "Give an e-mail address or a host name.")
    name = names.check_email(text) if "@" in text else names.check_dns_name(text)
    if len(name) > names.COMMON_NAME_OCTETS:
        raise InputProblem(
            f"the client {quoted(name)} has {len(name)} characters, and a certificate has room for "
            f"{names.COMMON_NAME_OCTETS}",
            "Give a shorter address of this person, or a shorter name of this host.",
        )
    return name


WITH_ARGUMENT = (
    "check_[a-z0-9_]+|reject_rbl_client|reject_rhsbl_[a-z_]+|permit_dnswl_client"
    "|permit_rhswl_client|sleep"
)
"""The restrictions that are followed by an argument; no other one is (postconf(5))."""

ARGUMENT = r"\{[^{}]*\}|[^\s,{}#]+"

RESTRICTION = re.compile(
    rf"(?:warn_if_reject )?(?:(?:{WITH_ARGUMENT}) (?:{ARGUMENT})"
    rf"|(?!(?:{WITH_ARGUMENT})$)[a-z][a-z0-9_]*)"
)


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
