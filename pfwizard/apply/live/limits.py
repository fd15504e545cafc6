"""Replies to a client that comes too often: they say nothing of how the server works."""

import re

LIMITED = re.compile(
    r"Error: too (?:many (?:connections|AUTH commands|new TLS sessions|recipients from)"
    r"|much mail from)"
    r"|All (?:server|screening) ports are busy"
)
"""What smtpd and postscreen say when a limit of anvil(8), or their own, is reached
(src/smtpd/smtpd.c, src/smtpd/smtpd_sasl_proto.c, src/postscreen/postscreen.c)."""

LIFTING = (
    "Try again in a minute (anvil_rate_time_unit), or list this host's own addresses in "
    "smtpd_client_event_limit_exceptions."
)
"""What to do about it (postconf(5))."""


def is_limited(reply: str) -> bool:
    """Whether the reply is one to whoever comes too often."""
    return LIMITED.search(reply) is not None
