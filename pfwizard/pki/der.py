"""The few kinds of DER values (X.690) that are written here by hand, and taking one apart."""

from collections.abc import Iterator
from typing import Final

_INTEGER, _OCTET_STRING, _NULL, _OBJECT_IDENTIFIER, _SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30

_LONGEST_SHORT_LENGTH = 127


def integer(value: int) -> bytes:
    """A number that is not negative; one bit more than it needs, for the sign."""
    return _value(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(content: bytes) -> bytes:
    return _value(_OCTET_STRING, content)


def sequence(*elements: bytes) -> bytes:
    return _value(_SEQUENCE, b"".join(elements))


def object_identifier(dotted: str) -> bytes:
    """``1.2.840.113549.1.5.13``: the first two numbers in one octet, the others in base 128."""
    first, second, *others = map(int, dotted.split("."))
    return _value(
        _OBJECT_IDENTIFIER, bytes([40 * first + second]) + b"".join(map(_base_128, others))
    )


def elements(constructed: bytes) -> Iterator[bytes]:
    """The values inside a value such as a SEQUENCE, each with its tag and length.

    It must be sound, as what a library has read already is.
    """
    start, end = _content(constructed, 0)
    while start < end:
        _, following = _content(constructed, start)
        yield constructed[start:following]
        start = following


def _content(data: bytes, start: int) -> tuple[int, int]:
    """Where the content of the value at ``start`` begins and ends."""
    length, begin = data[start + 1], start + 2
    if length > _LONGEST_SHORT_LENGTH:
        octets_of_length = length & 0x7F
        length = int.from_bytes(data[begin : begin + octets_of_length], "big")
        begin += octets_of_length
    return begin, begin + length


def _base_128(number: int) -> bytes:
    """Seven bits in each octet; the eighth says that more follow."""
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(0x80 | number & 0x7F)
    return bytes(reversed(digits))


def _value(tag: int, content: bytes) -> bytes:
    return bytes([tag]) + _length(len(content)) + content


def _length(count: int) -> bytes:
    if count <= _LONGEST_SHORT_LENGTH:
        return bytes([count])
    encoded = count.to_bytes((count.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(encoded)]) + encoded


NULL: Final = _value(_NULL, b"")
