"""What the ledger must know of a certificate that a fault may let out. Runs in the machine."""

from collections.abc import Iterator
from dataclasses import dataclass

from pfwizard.apply.ledger_file import read_ledger
from pfwizard.errors import PfwizardError
from pfwizard.plan.plan import EnterInLedger, Plan
from tests.torture.strace_state import PLACES, STATE_DIRECTORY


@dataclass(frozen=True)
class HandedOut:
    """A certificate in PEM, its serial number, and that of one which was issued before."""

    certificate: bytes
    serial: int
    earlier: tuple[int, ...]

    @classmethod
    def by(cls, plan: Plan) -> "HandedOut":
        """The one certificate of a plan; what is in the ledger now but for it came before."""
        (serial,) = (each.entry.serial for each in plan.actions if isinstance(each, EnterInLedger))
        (certificate,) = (
            change.after for change in plan.changes if change.after and change.path.suffix == ".crt"
        )
        known = tuple(entry.serial for entry in read_ledger(STATE_DIRECTORY).entries)
        return cls(certificate, serial, tuple(each for each in known if each != serial))

    def trouble(self) -> Iterator[str]:
        """Nothing, or in words what the ledger should know and does not."""
        try:
            known = {entry.serial for entry in read_ledger(STATE_DIRECTORY).entries}
        except PfwizardError as error:
            yield error.message
            return
        if not known.issuperset(self.earlier):
            yield "the ledger has lost what was issued before"
        if self.serial not in known and self._is_out():
            yield "a certificate is out that the ledger does not know"

    def _is_out(self) -> bool:
        files = (path for place in (*PLACES, STATE_DIRECTORY) for path in place.rglob("*"))
        return any(self.certificate in path.read_bytes() for path in files if path.is_file())
