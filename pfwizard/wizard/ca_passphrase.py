"""The passphrase of the CA's key, asked of whoever walks: what for, and what is wrong with it."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.errors import InputProblem, PfwizardError
from pfwizard.pki.errors import WrongPassphrase
from pfwizard.pki.passphrases import LONGEST, SHORTEST, check_passphrase
from pfwizard.plan.authorities.ca_passphrase import PassphraseNeeded, UnusablePassphrase
from pfwizard.secret import Secret
from pfwizard.wizard.lines import Line, Style

HELP = (
    "Whoever copies the key of a CA can do nothing with it without the passphrase, and neither "
    "can you: it is asked for whenever something is to be signed. Without a terminal, pfwizard "
    "reads it with --ca-passphrase-file or --ca-passphrase-fd. Cancel leads back to the review, "
    "where F5 asks again."
)


@dataclass(frozen=True)
class Inquiry:
    """One passphrase that is to be typed.

    ``key`` is the file of the CA's key; ``is_new`` when it is about to be made, so that the
    passphrase is chosen, and typed twice. ``trouble`` is what was wrong with the one before.
    """

    key: PurePosixPath
    is_new: bool
    trouble: str = ""

    @property
    def title(self) -> str:
        return "A passphrase for the CA's key" if self.is_new else "The passphrase of the CA's key"

    @property
    def purpose(self) -> str:
        """What it is for, and what becomes of it."""
        if self.is_new:
            return (
                f"{self.key} is to be encrypted. Choose {SHORTEST} to {LONGEST} characters. Keep "
                "them where you find them in years: they are saved nowhere, and without them "
                "nothing can be issued or renewed."
            )
        return (
            f"{self.key} is encrypted, and is needed to sign. The passphrase is kept in memory "
            "until this walk ends, and saved nowhere."
        )

    @property
    def without_it(self) -> tuple[Line, ...]:
        """What to show in place of a plan when it was not given."""
        return (
            Line("There is no plan: the passphrase of the CA's key is missing.", Style.REFUSAL),
            Line(f"  {self.key} {'is to be encrypted' if self.is_new else 'is encrypted'}."),
            Line("  F5 asks for the passphrase again."),
        )

    def check(self, typed: str) -> Secret[str]:
        """The passphrase as it was typed once; raises InputProblem, which never quotes it."""
        if self.is_new:
            return check_passphrase(Secret(typed))
        if not typed:
            raise InputProblem("nothing was typed", "Type the passphrase, or press Esc.")
        return Secret(typed)

    def check_both(self, typed: str, again: str) -> Secret[str]:
        """The same after it was typed twice, which only a new one has to be."""
        passphrase = self.check(typed)
        if self.is_new and again != typed:
            raise InputProblem("the two are not the same", "Type it once more in both fields.")
        return passphrase


def inquiry_after(error: PfwizardError, key: PurePosixPath) -> Inquiry | None:
    """What to ask for when a plan has failed with this; None where no passphrase would help.

    ``key`` is the file of the CA's key.
    """
    match error:
        case PassphraseNeeded():
            return Inquiry(error.key, error.is_new)
        case UnusablePassphrase():
            return Inquiry(error.key, is_new=True, trouble=f"{error.message}. {error.remedy}")
        case WrongPassphrase():
            return Inquiry(key, is_new=False, trouble="this is not its passphrase. Type it again.")
    return None
