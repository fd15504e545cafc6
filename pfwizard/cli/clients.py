"""``pfwizard client``: the plans that add and revoke, and the list."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from pfwizard.apply.disk.explained import explained
from pfwizard.apply.ledger_file import read_ledger
from pfwizard.apply.recovery import refuse_unfinished
from pfwizard.cli.arguments import Arguments
from pfwizard.cli.ca_secrets import CaSecrets, asked_on_the_terminal
from pfwizard.cli.client_arguments import ClientOptions
from pfwizard.cli.command import Command
from pfwizard.cli.renewal import authority_in, known_files, with_files
from pfwizard.cli.streams import say
from pfwizard.cli.terminal import has_terminal
from pfwizard.engine import Job, Planned
from pfwizard.errors import InputProblem, UsageError
from pfwizard.machine.facts import gather
from pfwizard.pki.passphrases import check_passphrase, generated_passphrase
from pfwizard.pki.pkcs12 import Pkcs12Profile
from pfwizard.plan.authorities.issuer import AuthorityFiles
from pfwizard.plan.authorities.signing_authority import files_of_authorities, signing_authority
from pfwizard.plan.clients.client_list import KnownClient, known_clients
from pfwizard.plan.clients.client_plan import (
    AddClient,
    RevokeClient,
    files_of_client,
    make_client_plan,
)
from pfwizard.plan.clients.clients import ClientFiles, NewClient
from pfwizard.secret import Secret

UNCHANGED = {
    Command.CLIENT_ADD: "Nothing to do: this client has a certificate.",
    Command.CLIENT_REVOKE: "Nothing to do: this client is revoked, and in no table.",
}


@dataclass(frozen=True)
class Passphrase:
    """The passphrase of a PKCS #12 file; None where it is to be kept beside the file.

    ``is_new``: it was made here, and somebody has to be told.
    """

    secret: Secret[str] | None
    is_new: bool = False

    def tell(self) -> None:
        """Show it once, to the person at the terminal."""
        if self.is_new and self.secret is not None:
            say(
                "The passphrase of the PKCS #12 file, which is shown this once:\n"
                f"    {self.secret.reveal()}"
            )


def plan_client(
    job: Job,
    given: Arguments,
    options: ClientOptions,
    passphrase: Passphrase,
    secrets: CaSecrets,
) -> Planned:
    """Look at the machine and plan what is asked for; nothing is changed.

    ``passphrase`` is for the client's PKCS #12 file. Raises Failed when the machine cannot be read,
    PassphraseNeeded and WrongPassphrase where something is to be signed, and what stands in the way
    of a change.
    """
    with explained(job.state_directory):
        refuse_unfinished(job.state)
        ledger = read_ledger(job.state_directory)
        known = known_files(job, given.answers)
    facts = gather(job.tree, job.config_directory, ())
    here = secrets.circumstances(ledger)
    request: AddClient | RevokeClient
    if given.command is Command.CLIENT_REVOKE:
        request = RevokeClient(options.which)
    else:
        facts = with_files(job, facts, files_of_authorities(facts, known))
        authority = signing_authority(facts, known, here, authority_in(given.answers))
        request = AddClient(authority, _new_client(options, authority, passphrase))
    facts = with_files(job, facts, files_of_client(request))
    return Planned(facts, make_client_plan(request, facts, here))


def _new_client(
    options: ClientOptions, authority: AuthorityFiles, passphrase: Passphrase
) -> NewClient:
    profile = Pkcs12Profile.COMPATIBLE if options.compatible else Pkcs12Profile.MODERN
    files = ClientFiles.of(options.which, authority.key, _directory(options.out))
    return NewClient(options.which, files, passphrase.secret, profile)


def _directory(out: Path | None) -> PurePosixPath | None:
    return None if out is None else PurePosixPath(os.path.normpath(out.absolute()))


# --- the passphrase of the PKCS #12 file ----------------------------------------------------------


def passphrase_for(given: Arguments, options: ClientOptions) -> Passphrase:
    """The one for the file that is to be made: from where an option says, or asked for, or made.

    Raises UsageError.
    """
    if given.dry_run or given.command is not Command.CLIENT_ADD:
        return Passphrase(None)
    read = options.passphrase.read()
    if read is not None:
        return Passphrase(_checked(read))
    return _asked() if has_terminal() else Passphrase(None)


def _checked(passphrase: Secret[str]) -> Secret[str]:
    try:
        return check_passphrase(passphrase)
    except InputProblem as problem:
        raise UsageError(problem.message, problem.remedy) from problem


def _asked() -> Passphrase:
    first = asked_on_the_terminal("Passphrase for the PKCS #12 file (empty: one is made): ")
    if not first:
        return Passphrase(generated_passphrase(os.urandom), is_new=True)
    if asked_on_the_terminal("The same again: ") != first:
        raise UsageError("the two passphrases differ", "Run it again.")
    return Passphrase(_checked(Secret(first)))


# --- the list -------------------------------------------------------------------------------------


def clients_of(job: Job) -> tuple[KnownClient, ...]:
    """Everybody in the ledger or in the tables; raises Failed."""
    with explained(job.state_directory):
        ledger = read_ledger(job.state_directory)
    return known_clients(gather(job.tree, job.config_directory, ()), ledger, datetime.now(UTC))


def lines_of(clients: tuple[KnownClient, ...]) -> Iterator[str]:
    """The list for people: a line for each certificate."""
    if not clients:
        yield "No client has a certificate yet. To make one: pfwizard client add NAME"
        return
    width = max(len(client.name) for client in clients)
    for client in clients:
        serial = "" if client.serial is None else f"  serial {client.serial:X}"
        yield f"{client.name:<{width}}  {client.standing}{serial}"


def as_json(clients: tuple[KnownClient, ...]) -> list[dict[str, object]]:
    """The list for programs; days are None for what the ledger does not know."""
    return [
        {
            "name": client.name,
            "serial": None if client.serial is None else f"{client.serial:X}",
            "days_left": client.days_left,
            "revoked": client.is_revoked,
            "in_table": client.is_listed,
            "fingerprint": client.fingerprint,
        }
        for client in clients
    ]
