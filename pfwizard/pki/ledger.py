"""The ledger: every certificate that was issued here, and every one that was revoked.

It is a text of one JSON object a line, the first of them ``{"format": 1}``, and it only ever grows.
A certificate is entered before it is handed out, so that none is in use that the ledger does not
know. A line that a kill has torn is the last one and has no line end: what it was to enter was
never handed out, and it is left away on reading.

Postfix reads no revocation lists; a revoked client is kept out because its fingerprint is taken
from a table. The ledger is where one learns which fingerprint that is.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from pfwizard.errors import InputProblem
from pfwizard.pki.errors import CannotSign, NotALedger
from pfwizard.pki.ledger_entries import Entry, Issued, Reason, Revoked, entry_of, line_of
from pfwizard.pki.serials import random_serial
from pfwizard.quoting import visible

_FORMAT = 1
_HEADER = b'{"format": 1}\n'

_WHAT = "the ledger of certificates"
_RESTORE = "Restore it from a backup; without it nobody knows which certificates are in use."

# One draw in 2**158 is a repetition; a second one says that the numbers are not random.
_DRAWS = 2


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the ledger says. ``encoded`` is the content of its file; ``torn`` is whether it ended in
    an unfinished line, which was left away."""

    entries: tuple[Entry, ...] = ()
    encoded: bytes = field(default=b"", repr=False)
    torn: bool = False

    @classmethod
    def load(cls, content: bytes) -> Self:
        """The ledger with this content; an empty one where nothing is written yet.

        Raises NotALedger, naming the line, for what pfwizard would not have written.
        """
        lines, torn = _whole_lines(content)
        if not lines:
            return cls(torn=torn)
        _refuse_other_format(lines[0])
        entries = tuple(_decoded(line, number) for number, line in enumerate(lines[1:], start=2))
        _refuse_contradictions(entries)
        return cls(entries, b"".join(lines), torn)

    def with_issued(self, entry: Issued) -> Self:
        """The ledger with another certificate.

        Raises CannotSign for a serial number that is in it already.
        """
        if self.issued(entry.serial):
            raise CannotSign(
                "the CA", f"has used the serial number {entry.serial:X} before", "Run it again."
            )
        return self._with(entry)

    def with_revoked(self, serial: int, reason: Reason, *, at: datetime) -> Self:
        """The ledger with the certificate of this serial number revoked.

        Raises InputProblem when it is not in the ledger, or revoked already.
        """
        if not self.issued(serial):
            raise InputProblem(
                f"no certificate has the serial number {serial:X}", "Name one of the ledger's."
            )
        before = self.revocation(serial)
        if before:
            raise InputProblem(
                f"the certificate with the serial number {serial:X} is revoked already,"
                f" since {before.at:%Y-%m-%d}",
                "There is nothing left to do.",
            )
        return self._with(Revoked(at.replace(microsecond=0), serial, reason))

    def new_serial(self, randomness: Callable[[int], bytes]) -> int:
        """A random serial number that no certificate has; ``randomness`` is such as os.urandom.

        Raises CannotSign when the numbers repeat themselves, which random ones do not.
        """
        for _ in range(_DRAWS):
            serial = random_serial(randomness)
            if not self.issued(serial):
                return serial
        raise CannotSign(
            "the source of random numbers",
            "repeats itself",
            "Do not create keys on this machine before that is put right.",
        )

    def issued(self, serial: int) -> Issued | None:
        """The certificate with this serial number."""
        found = (each for each in self.entries if isinstance(each, Issued))
        return next((each for each in found if each.serial == serial), None)

    def revocation(self, serial: int) -> Revoked | None:
        """When and why the certificate with this serial number was revoked, if it was."""
        found = (each for each in self.entries if isinstance(each, Revoked))
        return next((each for each in found if each.serial == serial), None)

    @property
    def fingerprints(self) -> frozenset[str]:
        """Those of every certificate that was issued here."""
        return frozenset(each.fingerprint for each in self.entries if isinstance(each, Issued))

    def in_force(self, now: datetime) -> tuple[Issued, ...]:
        """The certificates that are neither revoked nor expired, in the order of their issue."""
        revoked = {each.serial for each in self.entries if isinstance(each, Revoked)}
        return tuple(
            each
            for each in self.entries
            if isinstance(each, Issued) and each.serial not in revoked and now <= each.not_after
        )

    def _with(self, entry: Entry) -> Self:
        written = (self.encoded or _HEADER) + line_of(entry)
        return replace(self, entries=(*self.entries, entry), encoded=written)


def _whole_lines(content: bytes) -> tuple[list[bytes], bool]:
    """The lines that were written to their ends, and whether there is a piece of one more."""
    *lines, rest = content.split(b"\n")
    return [line + b"\n" for line in lines], bool(rest)


def _refuse_other_format(line: bytes) -> None:
    try:
        found = json.loads(line)["format"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise NotALedger(_WHAT, "does not begin with its format", _RESTORE) from error
    if found != _FORMAT:
        raise NotALedger(
            _WHAT,
            f"is of the format {visible(str(found))}, which this pfwizard does not know",
            "Use the pfwizard that wrote it, or a later one.",
        )


def _decoded(line: bytes, number: int) -> Entry:
    try:
        return entry_of(line)
    except (ValueError, RecursionError) as error:
        raise NotALedger(_WHAT, f"makes no sense in line {number}", _RESTORE) from error


def _refuse_contradictions(entries: tuple[Entry, ...]) -> None:
    """A serial number is issued once, and then revoked once at most."""
    issued: set[int] = set()
    revoked: set[int] = set()
    for number, entry in enumerate(entries, start=2):
        serial = entry.serial
        if isinstance(entry, Issued):
            repeated, seen = serial in issued, issued
        else:
            repeated, seen = serial in revoked or serial not in issued, revoked
        if repeated:
            raise NotALedger(
                _WHAT,
                f"contradicts itself in line {number}, about the serial number {serial:X}",
                _RESTORE,
            )
        seen.add(serial)
