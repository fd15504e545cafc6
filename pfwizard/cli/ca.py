"""``pfwizard ca move-key``: the CA's key leaves this machine, behind a passphrase."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pfwizard.apply.disk.explained import explained
from pfwizard.apply.disk.mounts import IN_MEMORY, file_system_type
from pfwizard.apply.key_removal import KeyRemoval, refuse_destination
from pfwizard.apply.recovery import refuse_unfinished
from pfwizard.cli.arguments import Arguments
from pfwizard.cli.ca_secrets import CaSecrets
from pfwizard.cli.renewal import authority_in, known_files, with_files
from pfwizard.cli.report import Report, Result
from pfwizard.engine import Job
from pfwizard.errors import ExitStatus
from pfwizard.machine.facts import gather
from pfwizard.pki.errors import NotAKey
from pfwizard.pki.keys import load_private_key
from pfwizard.plan.authorities.departing_key import DepartingKey, departing_key
from pfwizard.plan.authorities.keys_in_use import keys_in_use
from pfwizard.plan.authorities.signing_authority import files_of_authorities
from pfwizard.plan.plan import Finding, Plan, note, warning
from pfwizard.secret import Secret

NOTHING_IS_WIPED = note(
    "old-blocks",
    "removing is not wiping: spare blocks of an SSD, snapshots of the disk or of the machine, and "
    "backups may still have the key as it was",
    "Delete such snapshots and backups, or see that they are as safe as the key has to be.",
)


@dataclass(frozen=True)
class Move:
    """A key on its way from this machine into a new file."""

    job: Job
    departing: DepartingKey
    destination: Path

    @property
    def removal(self) -> KeyRemoval:
        return KeyRemoval(
            self.job.ending(lambda words: None),
            self.job.tree,
            self.departing.removal,
            self.departing.moved,
            self.departing.is_in,
            self._refuse_another_key,
        )

    def dry_run(self) -> Report:
        """What would be removed; nothing is."""
        copies = self.removal.kept_copies()
        return Report(
            Result.PENDING,
            ExitStatus.PENDING,
            self._plan(),
            words="\n".join(
                (
                    *(f"{path}: this copy would be removed too." for path in copies),
                    "Nothing was changed: this was a dry run.",
                )
            ),
        )

    def carry_out(self, announce: Callable[[str], None]) -> Report:
        """Move it; raises as KeyRemoval does."""
        copies = self.removal.carry_out(self.destination, announce)
        return Report(
            Result.APPLIED, ExitStatus.DONE, self._plan(), words="\n".join(self._ending(copies))
        )

    def _plan(self) -> Plan:
        """The same to look at as any other change."""
        findings = (*self.departing.findings, *self._where(), NOTHING_IS_WIPED)
        return Plan((self.departing.removal,), (), findings, b"", b"")

    def _ending(self, copies: tuple[Path, ...]) -> Iterator[str]:
        yield f"Done: the key of the CA was moved into {self.destination}."
        yield from (f"  A copy that pfwizard had kept was removed too: {path}" for path in copies)
        yield "  For a renewal, or a client's certificate, bring it back and name it:"
        yield f"    pfwizard renew --ca-key {self.destination}"

    def _where(self) -> Iterator[Finding]:
        """Whether the new file is on this host's own disks yet."""
        directory = self.destination.parent
        place = self.job.tree.outside(self.departing.file.real)
        own = {each.stat().st_dev for each in (Path("/"), place.parent, self.job.tree.root)}
        if file_system_type(directory) in IN_MEMORY:
            yield warning(
                "key-in-memory",
                f"{self.destination}: this file is in memory, and gone with the next restart",
                "Copy it away before, and prove that the copy opens.",
            )
        elif directory.stat().st_dev in own:
            yield warning(
                "key-still-here",
                f"{self.destination}: this file is still on this host",
                "Copy it away, onto a medium that you lock up, then remove it here.",
            )
        else:
            yield note(
                "key-on-another-file-system",
                f"{self.destination}: this file is on a file system of its own",
                "If it is a medium: unmount it and lock it up. Have a second copy of the key.",
            )

    def _refuse_another_key(self, written: Secret[bytes]) -> None:
        key = load_private_key(written, "the key", self.departing.passphrase)
        if not key.matches(self.departing.authority.certificate):
            raise NotAKey("the key", "is not that of the CA", "Nothing was removed.")


def move_of(job: Job, given: Arguments, secrets: CaSecrets, destination: Path) -> Move:
    """Look at the machine for the key, and encrypt it; nothing is changed.

    Raises Failed, Refused, PassphraseNeeded, WrongPassphrase and UnusablePassphrase.
    """
    refuse_destination(destination)
    with explained(job.state_directory):
        refuse_unfinished(job.state)
        known = known_files(job, given.answers)
    facts = gather(job.tree, job.config_directory, ())
    paths = files_of_authorities(facts, known)
    facts = with_files(job, facts, (*paths, *(each.path for each in keys_in_use(facts))))
    named = authority_in(given.answers)
    departing = departing_key(facts, paths, named, secrets.passphrases, os.urandom)
    return Move(job, departing, destination)
