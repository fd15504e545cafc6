"""Whether Postfix's user reaches what checks passwords: a daemon's socket, or a file."""

from pathlib import PurePosixPath

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.answers.wording import Named, Wording
from pfwizard.machine.platforms.record import Need, Platform, SocketPlace
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import Finding, note, refusal, warning
from pfwizard.plan.sasl.checker import (
    backend_of,
    joins_of,
    replaces_a_checker,
    socket_of,
    store_of,
    with_join,
)
from pfwizard.plan.sasl.daemons import is_restarted
from pfwizard.plan.sasl.socket import (
    TO_CONNECT,
    TO_READ,
    Errand,
    Reach,
    Reachability,
    reachability,
)
from pfwizard.private_file import READABLE_BY_ALL


def plan_reach(draft: Draft) -> Draft:
    """Plan the groups that Postfix's user has to join, and say where no group helps."""
    socket = socket_of(draft.facts, draft.answers.sasl)
    store = store_of(draft.facts, draft.answers.sasl)
    if socket is not None:
        return _judge_socket(draft, socket)
    return draft if store is None else _judge_store(draft, store)


def _judge_socket(draft: Draft, socket: PurePosixPath) -> Draft:
    draft, found = _with_joins(draft, socket, TO_CONNECT)
    if is_restarted(draft):
        return draft if found.reach is Reach.REACHED else _join_group_of_the_daemon(draft)
    if found.reach is Reach.ABSENT:
        return draft.with_finding(_missing_socket(draft, socket))
    if found.reach is Reach.NO_SOCKET:
        return draft.with_finding(
            refusal(
                "not-a-socket",
                f"{socket} is not a socket",
                Wording("Correct ", Named("sasl.socket"), "."),
            )
        )
    if found.reach is Reach.CLOSED:
        return draft.with_finding(_closed_socket(draft, socket, found))
    return draft


def _with_joins(draft: Draft, path: PurePosixPath, errand: Errand) -> tuple[Draft, Reachability]:
    """With every group on the way joined, and what is found then."""
    user = draft.effective.value("mail_owner")
    while True:
        found = reachability(draft.facts, path, user, joined=joins_of(draft, user), errand=errand)
        if found.reach is not Reach.NEEDS_GROUP or found.group is None:
            return draft, found
        draft = _joined(draft, user, found.group.name, path)


def _joined(draft: Draft, user: str, group: str, path: PurePosixPath) -> Draft:
    return with_join(draft, user, group).with_finding(
        note(
            "group-joined",
            f"the user {user} joins the group {group}, whose members alone can reach {path}",
        )
    )


def _join_group_of_the_daemon(draft: Draft) -> Draft:
    """Its socket is made anew, in a directory that its package gives to a group."""
    if draft.answers.sasl.backend is not SaslBackend.SASLAUTHD:
        return draft
    socket = socket_of(draft.facts, draft.answers.sasl)
    place: SocketPlace = draft.facts.platform.saslauthd_socket.value
    return draft if socket is None else _in_group(draft, place.group, socket)


def _in_group(draft: Draft, name: str | None, path: PurePosixPath) -> Draft:
    """With Postfix's user in the group that the path is to have, if this machine has that group."""
    user, accounts = draft.effective.value("mail_owner"), draft.facts.accounts
    group = next((each for each in accounts.groups if each.name == name), None)
    if group is None or group.identifier in accounts.groups_of(user):
        return draft
    return _joined(draft, user, group.name, path)


def _missing_socket(draft: Draft, socket: PurePosixPath) -> Finding:
    """A warning where logins are new, a refusal where it would end those that work today.

    That a tree has no sockets says nothing of what runs where it is used.
    """
    remedy = _how_to_have_it(draft, socket)
    if replaces_a_checker(draft):
        return refusal(
            "logins-would-end",
            f"{socket} does not exist: users who can log in today could not any more",
            remedy,
        )
    if draft.facts.works_on_a_tree:
        return warning(
            "socket-missing",
            f"{socket} is not in the tree; where the tree is used it has to be, or every login "
            "fails",
            remedy,
        )
    if draft.answers.sasl.backend is SaslBackend.DOVECOT:
        return refusal(
            "dovecot-socket-missing",
            f"{socket} does not exist; without it smtpd breaks off every session, and no mail "
            "comes in",
            remedy,
        )
    return warning(
        "socket-missing", f"{socket} does not exist; until it does, every login fails", remedy
    )


def _how_to_have_it(draft: Draft, socket: PurePosixPath) -> Wording:
    backend, platform = backend_of(draft), draft.facts.platform
    return Wording(
        f"Start {backend.name}, or correct ",
        Named("sasl.socket"),
        f"{_usual_place(draft, socket)}; {_package_of(backend.need, platform)}.",
    )


def _usual_place(draft: Draft, socket: PurePosixPath) -> str:
    """Where the platform's authdaemond makes its socket, for whoever asks for another one."""
    platform = draft.facts.platform
    usual = platform.authdaemond_socket.value.path
    is_asked = draft.answers.sasl.backend is SaslBackend.AUTHDAEMOND
    if not is_asked or usual == socket or platform.lacks(Need.AUTHDAEMOND):
        return ""
    return f", which is usually {usual} here"


def _package_of(need: Need | None, platform: Platform) -> str:
    if need is None or platform.lacks(need):
        return f"{platform.name} has no package of it"
    return f"the package is {platform.package(need)}"


def _closed_socket(draft: Draft, path: PurePosixPath, found: Reachability) -> Finding:
    user = draft.effective.value("mail_owner")
    words = f"the user {user} cannot reach {path}: {found.closed_at} does not let it pass"
    remedy = f"Give {user} access to {found.closed_at}."
    if replaces_a_checker(draft):
        return refusal("logins-would-end", words, remedy)
    return warning("socket-closed", words, remedy)


def _judge_store(draft: Draft, store: PurePosixPath) -> Draft:
    draft, found = _with_joins(draft, store, TO_READ)
    if found.reach is Reach.ABSENT:
        draft = _in_group(draft, _group_for_passwords(draft), store)
        return draft.with_finding(_missing_store(draft, store))
    if found.reach is Reach.NO_SOCKET:
        return draft.with_finding(
            refusal("not-a-store", f"{store} is not a regular file", "Name the file of passwords.")
        )
    if found.reach is Reach.CLOSED:
        return draft.with_finding(_closed_store(draft, store))
    if draft.facts.file(store).mode & READABLE_BY_ALL:
        return draft.with_finding(
            warning(
                "passwords-readable",
                f"{store} holds passwords in clear, and every user of this machine can read it",
                f"{_closing(draft, store)}.",
            )
        )
    return draft


def _missing_store(draft: Draft, store: PurePosixPath) -> Finding:
    words = f"{store} does not exist; until it does, every login fails"
    remedy = "Make the database with its users first."
    if draft.answers.sasl.backend is SaslBackend.SASLDB:
        tool = draft.facts.platform.package(Need.SASLPASSWD)
        remedy = (
            f"Enter the users: saslpasswd2 -c -u {realm_of(draft)} USER (package {tool}); then "
            f"{_closing(draft, store)}."
        )
    if replaces_a_checker(draft):
        return refusal("logins-would-end", words, remedy)
    return warning("store-missing", words, remedy)


def realm_of(draft: Draft) -> str:
    """The realm of a login without a domain (_plug_parseuser of Cyrus SASL)."""
    return draft.effective.value("smtpd_sasl_local_domain") or draft.effective.value("myhostname")


def _closed_store(draft: Draft, store: PurePosixPath) -> Finding:
    user = draft.effective.value("mail_owner")
    return refusal(
        "store-closed",
        f"the user {user} cannot read {store}, and every login would fail",
        f"Give it to a group for it, and to nobody else: {_closing(draft, store)}.",
    )


def _closing(draft: Draft, store: PurePosixPath) -> str:
    """The commands that let Postfix read the file, and nobody else but root."""
    return f"chgrp {_group_for_passwords(draft)} {store} && chmod 640 {store}"


def _group_for_passwords(draft: Draft) -> str:
    """The one that the platform has for it, or else that of Postfix's user."""
    accounts, user = draft.facts.accounts, draft.effective.value("mail_owner")
    usual = draft.facts.platform.saslauthd_socket.value.group
    if any(group.name == usual for group in accounts.groups):
        return usual
    primary = accounts.group(accounts.users[user][1]) if user in accounts.users else None
    return primary.name if primary else user
