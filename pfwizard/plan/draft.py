"""A plan in the making: each subject's function takes a draft and returns a further one."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Self, TypeVar

from pfwizard.answers.answers import Answers
from pfwizard.cf.expansion import BadExpansion, references
from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.cf.service import Service
from pfwizard.machine.effective import Effective
from pfwizard.machine.facts import Facts
from pfwizard.machine.parameter_names import is_known
from pfwizard.machine.tables import Build
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.ledger import Ledger
from pfwizard.pki.ledger_entries import Entry
from pfwizard.plan.plan import Change, ChangeKind, Finding, JoinGroup, RestartDaemon, Severity
from pfwizard.secret import Secret

if TYPE_CHECKING:
    from pfwizard.pki.keys import PrivateKey  # brings the whole cryptography library
    from pfwizard.plan.authorities.brought_key import BroughtKey
    from pfwizard.plan.authorities.issuer import Issuer

PUBLIC_FILE = 0o644
PRIVATE_FILE = 0o600
PUBLIC_DIRECTORY = 0o755
PRIVATE_DIRECTORY = 0o700


@dataclass(frozen=True)
class Circumstances:
    """What a plan depends on besides answers and facts: the time, chance, and what was issued.

    ``now`` is an aware datetime. ``build_table`` makes what Postfix reads of a table's text.
    ``ca_passphrase`` opens the CA's key, or is to be put on it. ``ca_key`` is a key that is kept
    elsewhere, and signs in place of one on this machine.
    """

    now: datetime
    randomness: Callable[[int], bytes]
    generate_key: Callable[[KeyType], "PrivateKey"]
    build_table: Build
    ledger: Ledger = field(default_factory=Ledger)
    ca_passphrase: Secret[str] | None = field(default=None, repr=False)
    ca_key: "BroughtKey | None" = None


@dataclass(frozen=True)
class Sketch:
    """What has been planned so far, for whatever purpose."""

    facts: Facts
    circumstances: Circumstances
    main: MainCf
    master: MasterCf
    changes: tuple[Change, ...] = ()
    joins: tuple[JoinGroup, ...] = ()
    daemons: tuple[RestartDaemon, ...] = ()
    findings: tuple[Finding, ...] = ()
    entries: tuple[Entry, ...] = ()

    @property
    def effective(self) -> Effective:
        """The parameters as they will be."""
        return Effective(self.main, self.facts.postfix.defaults)

    @property
    def effective_until_now(self) -> Effective:
        """The parameters as they are."""
        return self.facts.effective

    @property
    def is_refused(self) -> bool:
        """Whether something was found that keeps the plan from being applied."""
        return any(finding.severity is Severity.REFUSAL for finding in self.findings)

    def with_finding(self, finding: Finding) -> Self:
        return replace(self, findings=(*self.findings, finding))

    def with_setting(self, name: str, value: str) -> Self:
        """Plan what main.cf says; nothing where it comes to that by the operator's own parameters.

        By Postfix's parameters it may come to something else before the plan is finished.
        """
        if self._rests_on_own_parameters(name) and self.effective.value(name) == value:
            return self
        return replace(self, main=self.main.set(name, value))

    def _rests_on_own_parameters(self, name: str) -> bool:
        mentioned = self._mentioned_by(name)
        return bool(mentioned) and not any(map(is_known, mentioned))

    def _mentioned_by(self, name: str) -> frozenset[str]:
        """The parameters to which a value in main.cf leads, at whatever distance."""
        found: set[str] = set()
        wanted = [name]
        while wanted:
            try:
                mentioned = set(references(self.main.get(wanted.pop()) or "")) - found
            except BadExpansion:
                continue
            found |= mentioned
            wanted += mentioned
        return frozenset(found)

    def without_setting(self, name: str) -> Self:
        """Plan that main.cf does not set the parameter, so that its default holds."""
        return replace(self, main=self.main.without(name))

    def with_option(self, service: Service, name: str, value: str) -> Self:
        """Plan a ``-o`` option of a service."""
        return replace(self, master=self.master.with_option(service, name, value))

    def with_entry(self, entry: Entry) -> Self:
        """Plan an entry of the ledger."""
        return replace(self, entries=(*self.entries, entry))

    @property
    def ledger(self) -> Ledger:
        """The ledger as it is, without the entries that are planned."""
        return self.circumstances.ledger

    def with_file(
        self,
        path: PurePosixPath,
        content: bytes,
        mode: int,
        *,
        secret: bool = False,
        summary: tuple[str, ...] = (),
        sets_mode: bool = False,
    ) -> Self:
        """Plan a file's new content; nothing when it has that content already.

        ``mode`` is for a file that is created; one that is replaced keeps its own, unless the
        change ``sets_mode``.
        """
        state = self.facts.file(path)
        if state.content == content:
            return self
        kind = ChangeKind.REPLACE if state.exists else ChangeKind.CREATE
        before = state.content
        change = Change(kind, path, state.real, mode, before, content, secret, summary, sets_mode)
        draft = self._with_directories(state.real.parent)
        return replace(draft, changes=(*draft.changes, change))

    def with_directory(self, directory: PurePosixPath) -> Self:
        """Plan a directory, with those above it that are missing."""
        return self._with_directories(directory)

    def _with_directories(self, directory: PurePosixPath) -> Self:
        planned = {change.real for change in self.changes}
        if directory in planned or self._exists(directory):
            return self
        draft = self._with_directories(directory.parent)
        change = Change(ChangeKind.MKDIR, directory, directory, PUBLIC_DIRECTORY)
        return replace(draft, changes=(*draft.changes, change))

    def _exists(self, directory: PurePosixPath) -> bool:
        return any(state.exists and state.real == directory for state in self.facts.files.values())


@dataclass(frozen=True)
class Draft(Sketch):
    """What has been planned so far to give the operator what the answers ask for.

    ``issuer`` is the CA, once it is known, and None where there is none. While it
    ``awaits_certificate``, nothing of Postfix is planned.
    """

    answers: Answers = field(kw_only=True)
    issuer: "Issuer | None" = field(default=None, kw_only=True)
    awaits_certificate: bool = field(default=False, kw_only=True)


AnySketch = TypeVar("AnySketch", bound=Sketch)
