"""What a server says of a recipient: asked with RCPT TO alone, so that no mail is ever sent."""

import smtplib
from dataclasses import dataclass

from pfwizard.apply.live.limits import is_limited
from pfwizard.prove.conversation import READY, said, unexpected
from pfwizard.prove.server import Server, Standing

FOREIGN = "postmaster@example.com"
"""A domain that nobody's server is responsible for (RFC 2606 section 3)."""

STRANGERS = ("203.0.113.1", "IPV6:2001:db8::1")
"""Addresses that nobody has (RFC 5737 section 3, RFC 3849), as XCLIENT names them."""

TAKEN, PUT_OFF, REFUSALS = range(200, 300), range(400, 500), range(400, 600)
"""Codes of replies (RFC 5321 section 4.2.1)."""

IN_TROUBLE = " 4.3."
"""The enhanced status code of a server that cannot work, as with a wrong configuration or a table
that is missing (RFC 3463 section 3.4)."""

RELAY_DENIED = 454
"""How defer_unauth_destination refuses (postconf(5))."""

NAME_OF_STRANGERS = "stranger.example.net"
"""Many servers take no mail from hosts without a name (RFC 2606 section 3)."""

ON_A_LIST = "blocked using"
"""What reject_rbl_client says (default_rbl_reply of postconf(5)): of others it knows nothing."""

NO_STRANGER = "this host is no stranger to the server, so that nothing is proven"

FROM_ELSEWHERE = "pfwizard verify --host NAME from another network proves it."


@dataclass(frozen=True)
class Reply:
    """What a server says of a recipient; ``words`` are all of it."""

    code: int
    words: str

    def __str__(self) -> str:
        return self.words

    @property
    def is_taken(self) -> bool:
        return self.code in TAKEN

    @property
    def is_refused(self) -> bool:
        """Whether the mail may not come, by the rules of a server that works."""
        is_about_mail = not (self.is_for_now or self.tells_of_trouble or self.is_about_us)
        return is_about_mail and not self.is_taken

    @property
    def is_for_now(self) -> bool:
        """Whether it may be taken later: by greylisting, for instance."""
        return self.code in PUT_OFF and self.code != RELAY_DENIED

    @property
    def is_about_us(self) -> bool:
        """Whether our address is on a list, and all others may do what we may not."""
        return ON_A_LIST in self.words

    @property
    def tells_of_trouble(self) -> bool:
        """Whether it is not the mail that is at fault, but the server."""
        return IN_TROUBLE in self.words


def asked_about(client: smtplib.SMTP, recipient: str) -> Reply:
    """Ends before DATA: nothing is queued; raises Unexpected where it is no reply to that."""
    code, words = client.mail("")
    if code in TAKEN:
        code, words = client.rcpt(recipient)
        client.rset()
    if is_limited(said(code, words)) or (code not in TAKEN and code not in REFUSALS):
        raise unexpected("it answers RCPT with", code, words)
    return Reply(code, said(code, words))


def is_stranger(
    client: smtplib.SMTP, server: Server, standing: Standing, stranger: str = STRANGERS[0]
) -> bool:
    return standing is Standing.STRANGER or pose(client, server, stranger)


def pose(client: smtplib.SMTP, server: Server, stranger: str = STRANGERS[0]) -> bool:
    """Whether the server takes us for the stranger now, with a name that fits its address.

    One that lets our address pose may keep quiet about it (smtpd_discard_ehlo_keywords).
    """
    if not client.has_extn("xclient") and not server.comes_from:
        return False
    names = f"NAME={NAME_OF_STRANGERS} REVERSE_NAME={NAME_OF_STRANGERS}"
    code, _ = client.docmd("XCLIENT", f"ADDR={stranger} {names}")
    if code != READY:
        return False
    client.ehlo(f"[{stranger}]")
    return True
