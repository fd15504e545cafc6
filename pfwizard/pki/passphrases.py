"""Passphrases: what a new one must be, and making one."""

from collections.abc import Callable

from pfwizard.pki.errors import NameProblem
from pfwizard.secret import Secret

SHORTEST = 12

# What openssl asks for on a terminal ends at 1023; nobody types that.
LONGEST = 128

# Without l and o, which are taken for 1 and 0; 32 of them, so that each is as likely as the others.
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_GROUPS = 5
_LETTERS_IN_A_GROUP = 5


def check_passphrase(passphrase: Secret[str]) -> Secret[str]:
    """A passphrase for a new file: 12 to 128 printable characters of ASCII.

    Programs disagree on how others are encoded (RFC 7292 appendix B.1 and RFC 8018 section 3 say
    different things), and then the right passphrase is wrong. Raises NameProblem, which never
    quotes it.
    """
    text = passphrase.reveal()
    if not (text.isascii() and text.isprintable()):
        raise NameProblem(
            "the passphrase has a character outside printable ASCII",
            "Use ASCII letters, digits, punctuation and plain spaces.",
        )
    if text != text.strip():
        raise NameProblem(
            "the passphrase begins or ends with a blank", "Remove the blanks around it."
        )
    if not SHORTEST <= len(text) <= LONGEST:
        raise NameProblem(
            f"the passphrase has {len(text)} characters",
            f"Give {SHORTEST} to {LONGEST} characters.",
        )
    return passphrase


def generated_passphrase(randomness: Callable[[int], bytes]) -> Secret[str]:
    """Five groups of five small letters and digits, to be typed on a telephone; 125 random bits.

    ``randomness`` is such as os.urandom.
    """
    drawn = randomness(_GROUPS * _LETTERS_IN_A_GROUP)
    letters = "".join(_ALPHABET[octet % len(_ALPHABET)] for octet in drawn)
    starts = range(0, len(letters), _LETTERS_IN_A_GROUP)
    return Secret("-".join(letters[start : start + _LETTERS_IN_A_GROUP] for start in starts))
