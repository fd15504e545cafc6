"""Dovecot's part: a file among its own that opens a socket for Postfix.

Source: the block that dovecot.conf's conf.d/10-master.conf has in comments; Dovecot 2.3 and 2.4
read it alike. 2.4 reads nothing at all unless dovecot.conf names its version first.
"""

import fnmatch
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.answers.wording import Named, Wording
from pfwizard.machine.checkers import DOVECOT_CONF, DROP_IN, queue_of, socket_of_dovecot
from pfwizard.machine.facts import Facts
from pfwizard.machine.platforms.record import DovecotGeneration, Need
from pfwizard.plan.draft import PUBLIC_FILE, Draft
from pfwizard.plan.plan import Finding, note, refusal
from pfwizard.plan.sasl.checker import socket_of
from pfwizard.plan.sasl.daemons import with_restart
from pfwizard.plan.sasl.parameters import DOVECOT
from pfwizard.plan.sasl.socket import Reach, reachability
from pfwizard.plan.services import smtp_servers

INCLUDE = re.compile(rb"^[ \t]*!include(?:_try)?[ \t]+(\S+)", re.MULTILINE)
VERSION = re.compile(rb"^[ \t]*dovecot_config_version[ \t]*=", re.MULTILINE)

NO_LISTENER = Named("sasl.dovecot.listener", False)

UNIX_LISTENER = re.compile(rb"^[ \t]*unix_listener[ \t]+(/\S+)", re.MULTILINE)

OURS = "# Written by pfwizard"
"""How the file begins, as long as it is ours."""

LISTENER = f"""\
{OURS}: the socket through which Postfix has passwords checked.
service auth {{{{
  unix_listener {{socket}} {{{{
    mode = 0660
    user = {{user}}
    group = {{group}}
  }}}}
}}}}
"""


def dovecot_conf(facts: Facts) -> PurePosixPath:
    return next((path for path in DOVECOT_CONF if facts.file(path).exists), DOVECOT_CONF[0])


def drop_in_of(draft: Draft) -> PurePosixPath:
    """The file that opens the socket."""
    return draft.answers.sasl.dovecot.drop_in or dovecot_conf(draft.facts).parent / DROP_IN


def plan_dovecot(draft: Draft) -> Draft:
    """Plan the listener, unless there is one already that Postfix's user can reach."""
    sasl = draft.answers.sasl
    is_local = socket_of(draft.facts, sasl) is not None
    if sasl.backend is not SaslBackend.DOVECOT or not sasl.dovecot.listener or not is_local:
        return draft
    drop_in, conf = drop_in_of(draft), dovecot_conf(draft.facts)
    if not draft.facts.file(drop_in).exists and _listens_already(draft):
        return draft
    problem = _problem(draft, conf, drop_in)
    if problem is not None:
        return draft.with_finding(problem)
    before = len(draft.changes)
    draft = draft.with_file(drop_in, _listener(draft).encode(), PUBLIC_FILE)
    return draft if len(draft.changes) == before else with_restart(draft)


def judge_listener_left(draft: Draft) -> Draft:
    """Tell of the socket that Dovecot keeps open for a Postfix that does not ask there any more.

    The file stays, because Postfix needs it again as soon as the change is taken back.
    """
    drop_in = drop_in_of(draft)
    socket = _socket_in(draft.facts.file(drop_in).content or b"")
    if socket is None or not _was_for_this_postfix(draft, socket) or _asks_dovecot(draft):
        return draft
    return draft.with_finding(
        note(
            "dovecot-listener-left",
            f"Dovecot keeps {socket} open for Postfix, which does not ask there any more: "
            f"pfwizard once wrote that into {drop_in}",
            "When you are sure that you will not take this change back, remove that file and "
            "restart Dovecot.",
        )
    )


def _socket_in(content: bytes) -> PurePosixPath | None:
    """The socket that a file of ours opens; None for any other file."""
    found = UNIX_LISTENER.search(content) if content.startswith(OURS.encode()) else None
    return None if found is None else PurePosixPath(found[1].decode("utf-8", "surrogateescape"))


def _was_for_this_postfix(draft: Draft, socket: PurePosixPath) -> bool:
    """And not for another instance on the same machine (postmulti(1))."""
    until_now = draft.effective_until_now
    return socket.is_relative_to(queue_of(until_now)) or socket == socket_of_dovecot(until_now)


def _asks_dovecot(draft: Draft) -> bool:
    contexts = map(draft.effective.of, smtp_servers(draft.master, draft.effective))
    return any(each.value("smtpd_sasl_type") == DOVECOT for each in contexts)


def _listens_already(draft: Draft) -> bool:
    socket = socket_of(draft.facts, draft.answers.sasl)
    user = draft.effective.value("mail_owner")
    if socket is None or socket in draft.facts.deserted:
        return False
    found = reachability(draft.facts, socket, user)
    return found.reach in (Reach.REACHED, Reach.NEEDS_GROUP)


def _listener(draft: Draft) -> str:
    user = draft.effective.value("mail_owner")
    accounts = draft.facts.accounts
    primary = accounts.group(accounts.users[user][1]) if user in accounts.users else None
    socket = socket_of(draft.facts, draft.answers.sasl)
    return LISTENER.format(socket=socket, user=user, group=primary.name if primary else user)


def _problem(draft: Draft, conf: PurePosixPath, drop_in: PurePosixPath) -> Finding | None:
    content = draft.facts.file(conf).content
    if content is None:
        return refusal(
            "dovecot-not-installed",
            f"{conf} is not there, so that Dovecot is not installed",
            draft.facts.platform.how_to_install([Need.DOVECOT]),
        )
    there = draft.facts.file(drop_in)
    if there.exists and not (there.content or b"").startswith(OURS.encode()):
        return refusal(
            "drop-in-of-others",
            f"{drop_in} is there, and was not written by pfwizard, which would replace all of it",
            Wording("Name a file that is not there yet in ", Named("sasl.dovecot.drop_in"), "."),
        )
    is_new = draft.facts.platform.dovecot.value is DovecotGeneration.FROM_2_4
    if is_new and not VERSION.search(content):
        return refusal(
            "dovecot-conf-old",
            f"{conf} does not name its version, and Dovecot 2.4 reads no such file",
            "Bring it to the syntax of Dovecot 2.4 first (dovecot_config_version comes first).",
        )
    if not any(_matches(drop_in, conf, pattern) for pattern in _included(content)):
        return refusal(
            "drop-in-not-read",
            f"{conf} does not include {drop_in}, so that Dovecot would never read it",
            Wording(
                f"Add the line !include {drop_in} to {conf}; or open the socket by hand, and say ",
                NO_LISTENER,
                ".",
            ),
        )
    return None


def _included(content: bytes) -> Iterator[str]:
    for match in INCLUDE.finditer(content):
        yield match[1].decode("utf-8", "surrogateescape")


def _matches(path: PurePosixPath, conf: PurePosixPath, pattern: str) -> bool:
    """A pattern is relative to the file it stands in, and its stars match no slash (glob(3))."""
    whole = conf.parent / pattern
    return whole.parent == path.parent and fnmatch.fnmatchcase(path.name, whole.name)
