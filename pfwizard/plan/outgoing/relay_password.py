"""The table with the login for the relay host, which nobody but root can read (SASL_README)."""

from dataclasses import replace
from pathlib import PurePosixPath

from pfwizard.answers.wording import Named, Wording
from pfwizard.enumeration import listed
from pfwizard.errors import Failed
from pfwizard.machine.facts import Facts, table_of_passwords
from pfwizard.machine.tables import Table, tables_in
from pfwizard.machine.tree import FileState
from pfwizard.plan.clients.client_access import type_of_new_table
from pfwizard.plan.draft import PRIVATE_FILE, Draft, Sketch
from pfwizard.plan.outgoing.login_table import can_hold, entry_for, login_in, with_login
from pfwizard.plan.plan import Change, ChangeKind, Finding, note, refusal, warning
from pfwizard.plan.sasl.password_file import password_in
from pfwizard.private_file import OPEN_TO_OTHERS
from pfwizard.secret import Secret

PASSWORD_MAPS = "smtp_sasl_password_maps"  # noqa: S105 - a parameter, not a password

OPEN_TO_ALL = 0o007
"""Permissions for users outside the file's group (chmod(2))."""


def plan_password(draft: Draft) -> Draft:
    """Plan the entry of the relay host, in the table that is in use or in one of pfwizard's own."""
    outgoing = draft.answers.outgoing
    table = _own_table(draft)
    draft = _with_table_named(draft, table)
    text = draft.facts.file(table.text).content or b""
    file = outgoing.relay_password_file
    is_there = login_in(text, outgoing.relay_host) == outgoing.relay_user
    if file is None or (is_there and not draft.facts.file(file).exists):
        if is_there:
            return _written(draft, table, text)
        return draft.with_finding(
            refusal(
                "relay-password-missing",
                f"{table.text} has no password of {outgoing.relay_user} for {outgoing.relay_host}",
                Wording(
                    "Write it into the first line of a file that only root can read, and name the "
                    "file in ",
                    Named("outgoing.relay_password_file"),
                    ".",
                ),
            )
        )
    draft, password = password_in(draft, file)
    if password is None:
        return draft
    login = Secret(f"{outgoing.relay_user}:{password.reveal()}")
    if not can_hold(login):
        return draft.with_finding(
            refusal(
                "relay-password-cut",
                f"the password in {file} ends with a blank, which Postfix cuts off",
                "Take the blank out of the file, or have the password changed.",
            )
        )
    return _written(draft, table, with_login(text, outgoing.relay_host, login))


def login_today(facts: Facts, relay_host: str) -> str:
    """The user by whom this server logs in to the relay host, as far as can be read."""
    for table in tables_in(facts.effective.value(PASSWORD_MAPS)):
        user = login_in(facts.file(table.text).content or b"", relay_host)
        if user:
            return user
    return ""


def _own_table(draft: Sketch) -> Table:
    for table in tables_in(draft.effective.value(PASSWORD_MAPS)):
        if not table.is_built or not draft.facts.works_on_a_tree:
            return table
    return Table(type_of_new_table(draft), table_of_passwords(draft.facts.postfix))


def _with_table_named(draft: Draft, table: Table) -> Draft:
    if table in tables_in(draft.effective.value(PASSWORD_MAPS)):
        return draft
    present = draft.main.get(PASSWORD_MAPS) or ""
    return draft.with_setting(PASSWORD_MAPS, f"{table} {present}".strip())


def _written(draft: Draft, table: Table, text: bytes) -> Draft:
    """The text and what is built of it, in files that are closed to other users."""
    draft = _judge_modes(_judge_other_entry(draft, text), table)
    is_new = text != draft.facts.file(table.text).content
    words = "the login for the relay host"
    draft = _with_private_file(draft, table.text, text, words)
    if not table.is_built:
        return draft
    built = draft.facts.file(table.built).content
    if is_new or built is None:
        try:
            built = draft.circumstances.build_table(table.type, text)
        except Failed as error:
            return draft.with_finding(refusal("passwords-not-built", error.message, error.remedy))
    return _with_private_file(draft, table.built, built, f"built by postmap from {table.text.name}")


def _with_private_file(draft: Draft, path: PurePosixPath, content: bytes, words: str) -> Draft:
    """A file that others can read is closed, also where what is in it stays."""
    state = draft.facts.file(path)
    closes = _is_open(state) and not _is_for_proxymap(draft, path)
    if not closes or state.content != content:
        return draft.with_file(
            path, content, PRIVATE_FILE, secret=True, summary=(words,), sets_mode=closes
        )
    change = Change(
        ChangeKind.REPLACE,
        path,
        state.real,
        PRIVATE_FILE,
        state.content,
        content,
        secret=True,
        summary=("the logins in it stay, and are closed to other users",),
        sets_mode=True,
    )
    return replace(draft, changes=(*draft.changes, change))


def _judge_other_entry(draft: Draft, text: bytes) -> Draft:
    """The name of the host alone is looked up first (src/smtp/smtp_sasl_glue.c)."""
    outgoing = draft.answers.outgoing
    host, bracket, _ = outgoing.relay_host.removeprefix("[").partition("]")
    other = entry_for(text, host) if bracket else None
    ours = entry_for(text, outgoing.relay_host)
    if other is None or ours is None or other.reveal() == ours.reveal():
        return draft
    return draft.with_finding(
        warning(
            "another-login-counts",
            f"the table of passwords has an entry for {host} too, which is looked up before the "
            f"one for {outgoing.relay_host}: this server goes on logging in with that",
            f"Take the entry for {host} out of the table.",
        )
    )


def _judge_modes(draft: Draft, table: Table) -> Draft:
    states = [draft.facts.file(path) for path in table.files]
    if _is_for_proxymap(draft, table.text):
        opened = [state for state in states if state.exists and state.mode & OPEN_TO_ALL]
        return draft.with_finding(_left_open(opened)) if opened else draft
    opened = [state for state in states if _is_open(state)]
    return draft.with_finding(_closed(opened)) if opened else draft


def _is_for_proxymap(draft: Draft, path: PurePosixPath) -> bool:
    """proxymap(8) opens tables with the rights of Postfix's user, smtp(8) with those of root."""
    elements = draft.effective.elements(PASSWORD_MAPS)
    return any(
        path in table.files
        for element in elements
        if element.startswith("proxy:")
        for table in tables_in(element)
    )


def _is_open(state: FileState) -> bool:
    return state.exists and bool(state.mode & OPEN_TO_OTHERS)


def _left_open(opened: list[FileState]) -> Finding:
    files = " ".join(str(state.path) for state in opened)
    return refusal(
        "passwords-open",
        f"every user can read {opened[0].path} (mode {opened[0].mode:04o}), which holds passwords, "
        "and it cannot be root's alone, because proxymap reads it as Postfix's user",
        f"Take proxy: out of {PASSWORD_MAPS}, which smtp reads by itself; or give the file to "
        f"Postfix's group: chgrp postfix {files} && chmod 640 {files}.",
    )


def _closed(opened: list[FileState]) -> Finding:
    files = listed(str(state.path) for state in opened)
    return note(
        "passwords-closed",
        f"other users could read {files} (mode {opened[0].mode:04o}); with the login for the relay "
        "host in it, it is for root alone (mode 0600)",
        "If others log in to this machine, change the passwords that were in it.",
    )
