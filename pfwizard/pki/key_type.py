"""The key types pfwizard generates."""

from enum import StrEnum
from typing import Self

from pfwizard.pki.errors import KeyTypeProblem
from pfwizard.quoting import quoted


def family_of(label: str) -> str:
    """RSA or EC, of a key that is called ``RSA 2048`` or ``EC P-256``."""
    return label.partition(" ")[0]


class KeyType(StrEnum):
    """A key type as written in the answers.

    The list is short on purpose. RSA 2048 is what every peer accepts and the least that OpenSSL's
    security level 2 does; P-256 and P-384 are the curves every TLS stack offers. Ed25519 is left
    out: BoringSSL clients do not offer it.
    """

    RSA_2048 = "rsa:2048"
    RSA_3072 = "rsa:3072"
    RSA_4096 = "rsa:4096"
    EC_P256 = "ec:p256"
    EC_P384 = "ec:p384"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The type named by ``text``, in either case.

        Raises KeyTypeProblem.
        """
        try:
            return cls(text.lower())
        except ValueError:
            raise KeyTypeProblem(
                f"{quoted(text)} is not a key type pfwizard generates",
                f"Choose one of {', '.join(cls)}.",
            ) from None

    @property
    def label(self) -> str:
        """For people: ``RSA 2048``, ``EC P-256``."""
        family, _, size = self.value.partition(":")
        return f"{family.upper()} {size.upper().replace('P', 'P-')}"
