"""The subject of a certificate, as asked by the guide's prompts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Self

from pfwizard.pki import names
from pfwizard.quoting import visible


@dataclass(frozen=True, slots=True)
class Subject:
    """A distinguished name. "" leaves an attribute out."""

    country: str = ""
    state: str = ""
    locality: str = ""
    organization: str = ""
    organizational_unit: str = ""
    common_name: str = ""
    email: str = ""

    def __bool__(self) -> bool:
        return bool(self.attributes())

    def attributes(self) -> tuple[tuple[str, str], ...]:
        """The attributes there are, by short name, in the order they are encoded in."""
        pairs = ((short, getattr(self, field)) for field, (short, _) in _ATTRIBUTES.items())
        return tuple((short, value) for short, value in pairs if value)

    def checked(self) -> Self:
        """The same subject in its normal form.

        Raises NameProblem for the first attribute that cannot be.
        """
        given = {field: getattr(self, field) for field in _ATTRIBUTES if getattr(self, field)}
        return replace(self, **{field: _ATTRIBUTES[field][1](v) for field, v in given.items()})

    def one_line(self) -> str:
        """``/C=IT/O=Example/CN=mail.example.org``, as ``openssl req -subj`` takes it."""
        return one_line(self.attributes())


def subject_of(attributes: Iterable[tuple[str, str]]) -> Subject:
    """The subject with these attributes, by short name; those that we never ask for are left out.

    Of several with one name the last one counts.
    """
    fields = {short: field for field, (short, _) in _ATTRIBUTES.items()}
    known = {fields[short]: value for short, value in attributes if short in fields}
    return Subject(**known)


def one_line(attributes: Iterable[tuple[str, str]]) -> str:
    """Attributes on one line, safe to show; "/" when there are none."""
    return "".join(f"/{short}={_escaped(value)}" for short, value in attributes) or "/"


def _escaped(value: str) -> str:
    for special in ("\\", "/", "+"):
        value = value.replace(special, "\\" + special)
    return visible(value)


# In the order of the guide's prompts, which is the order openssl req encodes them in.
_ATTRIBUTES: dict[str, tuple[str, Callable[[str], str]]] = {
    "country": ("C", names.check_country),
    "state": ("ST", names.check_state),
    "locality": ("L", names.check_locality),
    "organization": ("O", names.check_organization),
    "organizational_unit": ("OU", names.check_organizational_unit),
    "common_name": ("CN", names.check_common_name),
    "email": ("emailAddress", names.check_email),
}
