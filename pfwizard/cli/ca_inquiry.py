"""Asking a person for the passphrase of the CA's key, line by line."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pfwizard.errors import InputProblem, PfwizardError, UsageError
from pfwizard.pki.errors import WrongPassphrase
from pfwizard.plan.authorities.ca_passphrase import PassphraseNeeded, UnusablePassphrase
from pfwizard.secret import Secret
from pfwizard.wizard.ca_passphrase import Inquiry

TRIES = 3

Planned = TypeVar("Planned")


@dataclass(frozen=True)
class Asking:
    """How a person is asked: ``secretly`` shows nothing of what is typed, ``say`` says a line.

    ``secretly`` raises whatever ends the dialogue.
    """

    secretly: Callable[[str], str]
    say: Callable[[str], None]

    def plan_with_it(
        self, needed: PassphraseNeeded, make: Callable[[Secret[str]], Planned]
    ) -> Planned:
        """Ask for the passphrase that a plan needs, up to three times, and make the plan.

        Raises WrongPassphrase or UsageError after the last.
        """
        inquiry = Inquiry(needed.key, needed.is_new)
        if inquiry.is_new:
            self.say(inquiry.purpose)
        for tries_left in reversed(range(TRIES)):
            trouble: PfwizardError
            try:
                return make(self._typed(inquiry))
            except InputProblem as problem:
                trouble = UsageError(problem.message, problem.remedy)
            except (WrongPassphrase, UnusablePassphrase) as error:
                trouble = error
            if not tries_left:
                raise trouble
            self.say(f"Error: {trouble.message}.")
        raise AssertionError("the last try has an end")

    def _typed(self, inquiry: Inquiry) -> Secret[str]:
        """Raises InputProblem."""
        if not inquiry.is_new:
            return inquiry.check(self._text(f"Passphrase of the CA's key {inquiry.key}: "))
        first = self._text(f"New passphrase for the CA's key {inquiry.key}: ")
        inquiry.check(first)
        return inquiry.check_both(first, self._text("The same again: "))

    def _text(self, prompt: str) -> str:
        """What is typed; raises InputProblem for bytes that the terminal's encoding does not have.

        The message of the error itself would quote them.
        """
        typed: str | None
        try:
            typed = self.secretly(prompt)
            typed.encode()
        except UnicodeError:
            typed = None
        if typed is None:
            raise InputProblem(
                "what was typed is no text in this terminal's encoding",
                "Set the terminal to UTF-8, or give the passphrase in a file.",
            )
        return typed
