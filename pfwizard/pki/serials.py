"""Serial numbers."""

from collections.abc import Callable

_OCTETS = 20
_BITS = 159


def random_serial(randomness: Callable[[int], bytes]) -> int:
    """A positive serial number that nobody can guess, from ``randomness`` (such as os.urandom).

    RFC 5280 section 4.1.2.2 allows 20 octets, and the number must be positive, which leaves 159
    bits. The highest is always set, so that the length never tells anything; 158 are random.
    Counting up from a random start, as ``openssl x509 -CAcreateserial`` does, gives predictable
    numbers from the second certificate on.
    """
    drawn = int.from_bytes(randomness(_OCTETS), "big")
    highest = 1 << (_BITS - 1)
    return highest | (drawn & (highest - 1))
