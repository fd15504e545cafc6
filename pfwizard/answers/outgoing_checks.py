"""The validators of the questions about outgoing mail."""

import re

from pfwizard.answers.checks import one_line
from pfwizard.errors import InputProblem
from pfwizard.pki import names
from pfwizard.quoting import quoted

RELAY_HOST = re.compile(r"\[(?P<host>[^\[\]]+)\](?::(?P<port>\w+))?|(?P<domain>[^:\[\]]+)(?::\w+)?")
"""``[host]:port`` for this very host, ``domain:port`` for the MX hosts of a domain (postconf(5),
relayhost)."""


def relay_host(text: str) -> str:
    """A value of relayhost that does without a name of a service but those Postfix knows."""
    match = RELAY_HOST.fullmatch(one_line(text))
    if match is None:
        raise InputProblem(
            f"{quoted(text)} is not a host with a port",
            'Write "[mail.example.org]:587", in brackets where no MX record is to be looked up.',
        )
    names.check_server_name(match["host"] or match["domain"])
    return text


def relay_user(text: str) -> str:
    """A login; in the table of passwords it ends with the first colon (SASL_README)."""
    one_line(text)
    if ":" in text or " " in text:
        raise InputProblem(
            f"{quoted(text)} holds a colon or a blank, which no login may have there",
            "Ask whoever runs the relay host for a login without.",
        )
    return text
