"""Replies to a client that comes too often: they say nothing of how the server works."""

import re
from collections.abc import Mapping

LIMITS: Mapping[str, str] = {
    "Error: too many connections from": (
        "smtpd_client_connection_count_limit or smtpd_client_connection_rate_limit"
    ),
    "Error: too many connections": "postscreen_client_connection_count_limit",
    "Error: too many AUTH commands": "smtpd_client_auth_rate_limit",
    "Error: too many new TLS sessions": "smtpd_client_new_tls_session_rate_limit",
    "Error: too many recipients from": "smtpd_client_recipient_rate_limit",
    "Error: too much mail from": "smtpd_client_message_rate_limit",
    "All server ports are busy": "postscreen_post_queue_limit",
    "All screening ports are busy": "postscreen_pre_queue_limit",
}
"""What smtpd and postscreen say when a limit of anvil(8), or their own, is reached, and which one
that is (src/smtpd/smtpd.c, src/smtpd/smtpd_sasl_proto.c, src/postscreen/postscreen.c). The first
that is in a reply counts."""

LIMITED = re.compile("|".join(LIMITS))


def is_limited(reply: str) -> bool:
    """Whether the reply is one to whoever comes too often."""
    return LIMITED.search(reply) is not None


def lifting(reply: str) -> str:
    """What to do about such a reply (postconf(5))."""
    found = LIMITED.search(reply)
    limit = LIMITS[found[0]] if found else "a limit"
    return (
        f"That is {limit}. Try again in a minute (anvil_rate_time_unit), or list this host's own "
        "addresses in smtpd_client_event_limit_exceptions."
    )
