"""The passphrase of the CA's key: wanted in the middle of a plan, and known to a person only."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.errors import ExitStatus, InputProblem, PfwizardError
from pfwizard.secret import Secret


@dataclass(frozen=True)
class GivenPassphrases:
    """What was given to open a key, and what was given to be put on one that lies open.

    They are the same where a file has the passphrase. What was typed once may be a slip, and is
    never ``chosen``: a key would be lost behind it.
    """

    opening: Secret[str] | None = None
    chosen: Secret[str] | None = None


class PassphraseNeeded(PfwizardError):
    """The plan cannot be made without it. Whoever can ask does so, and plans again.

    ``key`` is the file of the CA's key; ``is_new`` when it is about to be made, so that the
    passphrase is to be chosen, and typed twice.
    """

    exit_status = ExitStatus.USAGE

    def __init__(self, key: PurePosixPath, *, is_new: bool) -> None:
        what = "is to be encrypted" if is_new else "is encrypted"
        super().__init__(
            f"{key}: the CA's key {what}, and no passphrase was given",
            "Give it with --ca-passphrase-file FILE, with --ca-passphrase-fd NUMBER, or as the "
            "systemd credential pfwizard-ca-passphrase.",
        )
        self.key = key
        self.is_new = is_new


class UnusablePassphrase(PfwizardError):
    """The passphrase that was chosen for a new key, in the file ``key``, is too easy to guess."""

    exit_status = ExitStatus.USAGE

    def __init__(self, key: PurePosixPath, problem: InputProblem) -> None:
        super().__init__(f"{key}: {problem.message}", problem.remedy)
        self.key = key
