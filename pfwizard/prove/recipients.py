"""What a server says of a recipient: asked with RCPT TO alone, so that no mail is ever sent."""

import re
import smtplib
from dataclasses import dataclass

from pfwizard.apply.live.limits import is_limited
from pfwizard.prove.conversation import READY, said, unexpected
from pfwizard.prove.server import Server, Standing
from pfwizard.prove.verdict import Outcome, Statements

FOREIGN = "postmaster@example.com"
"""A domain that nobody's server is responsible for (RFC 2606 section 3)."""

STRANGERS = ("203.0.113.1", "IPV6:2001:db8::1")
"""Addresses that nobody has (RFC 5737 section 3, RFC 3849), as XCLIENT names them."""

FOREIGN_HOST = f"postmaster@[{STRANGERS[0]}]"
"""The same without a domain (RFC 5321 section 4.1.3), for servers that look domains up first:
example.com takes no mail, nor does any other that nobody has (RFC 7505)."""

TAKEN, PUT_OFF, REFUSALS = range(200, 300), range(400, 500), range(400, 600)
"""Codes of replies (RFC 5321 section 4.2.1)."""

IN_TROUBLE = " 4.3."
"""The enhanced status code of a server that cannot work, as with a wrong configuration or a table
that is missing (RFC 3463 section 3.4)."""

RELAY_DENIED = 454
"""How defer_unauth_destination refuses (postconf(5))."""

NOT_OURS = "Relay access denied"
"""What reject_unauth_destination says: the server is not there for that domain."""

NO_MAIL_THERE = 556
"""The domain of the recipient takes no mail (RFC 7504, RFC 7505)."""

OF_THE_DOMAIN = re.compile(r"\A\d{3} [45]\.1\.(?:2|10) |undeliverable address: ")
"""What reject_unknown_recipient_domain and reject_unverified_recipient say, whoever may send what
(reject_unknown_mailhost and reject_unverified_address of src/smtpd/smtpd_check.c; RFC 3463 section
3.2, RFC 7505 section 4.2)."""

NAME_OF_STRANGERS = "stranger.example.net"
"""Many servers take no mail from hosts without a name (RFC 2606 section 3)."""

ON_A_LIST = "blocked using"
"""What reject_rbl_client says (default_rbl_reply of postconf(5)): of others it knows nothing."""

NO_STRANGER = "this host is no stranger to the server, so that nothing is proven"

FROM_ELSEWHERE = "pfwizard verify --host NAME from another network proves it."

LOOKING_DOMAINS_UP_LAST = (
    "Let reject_unknown_recipient_domain and its like stand behind reject_unauth_destination and "
    "what permits, or try with a mail to an address that there is."
)


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
        return not self.is_taken and not (
            self.is_for_now or self.tells_of_trouble or self.is_about_us or self.is_about_domain
        )

    @property
    def denies_relaying(self) -> bool:
        """Whether the server says that it is not there for that domain."""
        return NOT_OURS in self.words

    @property
    def is_for_now(self) -> bool:
        """Whether it may be taken later: by greylisting, for instance."""
        return self.code in PUT_OFF and self.code != RELAY_DENIED

    @property
    def is_about_us(self) -> bool:
        """Whether our address is on a list, and all others may do what we may not."""
        return ON_A_LIST in self.words

    @property
    def is_about_domain(self) -> bool:
        """Whether mail to that domain could go nowhere, and is refused to whoever sends it."""
        return self.code == NO_MAIL_THERE or OF_THE_DOMAIN.search(self.words) is not None

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


def asked_about_elsewhere(client: smtplib.SMTP) -> Reply:
    """Whether we may send to where the server is not responsible; raises Unexpected."""
    reply = asked_about(client, FOREIGN)
    if not reply.is_about_domain:
        return reply
    to_host = asked_about(client, FOREIGN_HOST)  # may be refused for its form alone
    return to_host if to_host.is_taken or to_host.denies_relaying else reply


def undecided(statements: Statements, reply: Reply, remedy: str = "") -> Outcome | None:
    """What is told of a reply that does not say who may send to elsewhere; None of one that does.

    ``remedy``: what whoever ought to be let send can do about being put off or sent away.
    """
    if reply.tells_of_trouble:
        return statements.failed(f"it answers {reply}")
    if reply.is_about_domain:
        return statements.skipped(
            f"the domain takes no mail, which says nothing of who may send to others: {reply}",
            LOOKING_DOMAINS_UP_LAST,
        )
    if reply.is_for_now:
        words = f"mail to elsewhere is put off, which proves nothing: {reply}"
        return statements.skipped(words, remedy)
    if reply.is_about_us:
        words = f"this address may send nothing, which proves nothing: {reply}"
        return statements.skipped(words, remedy)
    return None


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
