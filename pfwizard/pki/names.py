"""The rules for what may be written into a certificate.

The library that builds certificates accepts an empty organisation, an escape sequence in a common
name and a host called ``a..b``; and a certificate lasts for years. So each text is checked here
first, against the upper bounds of RFC 5280 appendix A.1 and of the prompts of ``openssl req``.

Every ``check_…`` returns the value in its normal form or raises NameProblem. Normal form means
Unicode NFC for texts, upper case for countries, lower-case A-labels for host names. A field that
may be left out accepts "" and returns it; it then is not written at all.
"""

import re
from dataclasses import dataclass
from unicodedata import normalize

from pfwizard.pki.countries import COUNTRIES, country_meant
from pfwizard.pki.errors import NameProblem
from pfwizard.quoting import quoted, visible

__all__ = [
    "COMMON_NAME_OCTETS",
    "NameProblem",
    "check_challenge_password",
    "check_common_name",
    "check_company_name",
    "check_country",
    "check_dns_name",
    "check_email",
    "check_friendly_name",
    "check_ip",
    "check_locality",
    "check_organization",
    "check_organizational_unit",
    "check_server_name",
    "check_state",
]


@dataclass(frozen=True, slots=True)
class _Text:
    """A field of free text: how to call it, and how many characters it takes."""

    label: str
    longest: int
    shortest: int = 1
    secret: bool = False  # then no message may quote the value

    def showing(self, text: str) -> str:
        return self.label if self.secret else f"{self.label} {quoted(text)}"


# Upper bounds: RFC 5280 appendix A.1 (ub-state-name and so on). They count characters.
_STATE = _Text("the state or province", 128)
_LOCALITY = _Text("the locality", 128)
_ORGANIZATION = _Text("the organization", 64)
_ORGANIZATIONAL_UNIT = _Text("the organizational unit", 64)
_COMMON_NAME = _Text("the common name", 64)
_EMAIL = _Text("the e-mail address", 128)  # OpenSSL's bound; RFC 5280 would allow 255

# RFC 2985 sections 5.4.1 and 5.4.2; bounds of the prompts of openssl req.
_CHALLENGE_PASSWORD = _Text("the challenge password", 20, shortest=4, secret=True)
_COMPANY_NAME = _Text("the company name", 255)

_FRIENDLY_NAME = _Text("the friendly name", 255)  # RFC 2985 section 5.5.1

# Software that stores common names in 64 octets is common, and so the library holds to octets.
COMMON_NAME_OCTETS = 64

# Zero-width, but Persian and several Indian scripts cannot be written without them.
_JOINERS = frozenset("\u200c\u200d")


def check_country(text: str) -> str:
    """A country code of ISO 3166-1, or XK for Kosovo; upper-cased. May be empty."""
    code = text.upper()
    if not text or (text.isascii() and code in COUNTRIES):
        return code
    meant = country_meant(text)
    raise NameProblem(
        f"{quoted(text)} is not a country code",
        f"Write {meant}." if meant else "Write the two letters of ISO 3166-1, such as IT or DE.",
    )


def check_state(text: str) -> str:
    """A state or province: up to 128 characters. May be empty."""
    return _checked(text, _STATE)


def check_locality(text: str) -> str:
    """A city: up to 128 characters. May be empty."""
    return _checked(text, _LOCALITY)


def check_organization(text: str) -> str:
    """An organization: up to 64 characters. May be empty."""
    return _checked(text, _ORGANIZATION)


def check_organizational_unit(text: str) -> str:
    """A part of an organization: up to 64 characters. May be empty."""
    return _checked(text, _ORGANIZATIONAL_UNIT)


def check_common_name(text: str) -> str:
    """The name of the subject itself: 1 to 64 characters and at most 64 octets of UTF-8."""
    if not text:
        raise NameProblem("the common name is empty", "Give 1 to 64 characters.")
    name = _checked(text, _COMMON_NAME)
    octets = len(name.encode())
    if octets > COMMON_NAME_OCTETS:
        raise NameProblem(
            f"the common name {quoted(name)} has {len(name)} characters,"
            f" but takes {octets} octets in UTF-8",
            f"At most {COMMON_NAME_OCTETS} octets fit; letters outside ASCII take two or more.",
        )
    return name


def check_challenge_password(text: str) -> str:
    """The challenge password of a request: 4 to 20 characters. May be empty.

    It is stored in clear in the request. No message quotes it.
    """
    return _checked(text, _CHALLENGE_PASSWORD)


def check_company_name(text: str) -> str:
    """The company name (unstructuredName) of a request: up to 255 characters. May be empty."""
    return _checked(text, _COMPANY_NAME)


def check_friendly_name(text: str) -> str:
    """What a client calls a certificate in a PKCS #12 file: 1 to 255 characters."""
    if not text:
        raise NameProblem("the friendly name is empty", "Give 1 to 255 characters.")
    return _checked(text, _FRIENDLY_NAME)


def _checked(text: str, field: _Text) -> str:
    if not text:
        return ""
    _refuse_unprintable(text, field)
    _refuse_surrounding_blanks(text, field)
    normal = normalize("NFC", text)
    _refuse_wrong_length(normal, field)
    return normal


def _refuse_unprintable(text: str, field: _Text) -> None:
    hidden = next((c for c in text if not (c.isprintable() or c in _JOINERS)), "")
    if hidden:
        raise NameProblem(
            f"{field.showing(text)} holds {_described(hidden)}",
            "Use characters that can be seen, and plain spaces.",
        )


def _described(hidden: str) -> str:
    if hidden < " " or "\x7f" <= hidden < "\xa0":
        return f"the control character 0x{ord(hidden):02x}"
    return f"the invisible character U+{ord(hidden):04X}"


def _refuse_surrounding_blanks(text: str, field: _Text) -> None:
    if text.strip() == "":
        raise NameProblem(f"{field.label} holds nothing but blanks", "Leave it empty.")
    if text != text.strip():
        raise NameProblem(
            f"{field.showing(text)} begins or ends with a blank", "Remove the blanks around it."
        )


def _refuse_wrong_length(text: str, field: _Text) -> None:
    if not field.shortest <= len(text) <= field.longest:
        raise NameProblem(
            f"{field.showing(text)} has {_characters(len(text))}",
            f"Give {field.shortest} to {field.longest} characters.",
        )


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count} characters"


# --- e-mail addresses, host names, IP addresses --------------------------------------------------

_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LONGEST_LOCAL_PART = 64

_LONGEST_HOST_NAME = 253
_HOST_NAME = _Text("the host name", _LONGEST_HOST_NAME)
_LONGEST_LABEL = 63
_LDH = re.compile(r"[a-z0-9-]+")
_ACE_PREFIX = "xn--"


def check_email(text: str) -> str:
    """An e-mail address in ASCII, the domain as for ``check_dns_name``. May be empty.

    RFC 5321 section 4.1.2, without quoted local parts; the certificate's IA5String has no room for
    the internationalised ones of RFC 6531.
    """
    address = _checked(text, _EMAIL)
    if not address:
        return ""
    local, at, domain = address.rpartition("@")
    if not at:
        raise NameProblem(
            f"the e-mail address {quoted(text)} has no @", "Write it as postmaster@example.org."
        )
    if len(local) > _LONGEST_LOCAL_PART or not _LOCAL_PART.fullmatch(local):
        raise NameProblem(
            f"the e-mail address {quoted(text)} has no usable part before the @",
            "Use ASCII letters, digits and single dots, without a name or angle brackets around.",
        )
    normal = f"{local}@{_check_plain_host(domain)}"
    _refuse_wrong_length(normal, _EMAIL)
    return normal


def check_server_name(text: str) -> str:
    """A name clients dial: a host name, or an IP address where it reads as one."""
    return check_ip(text) if is_ip(text) else check_dns_name(text)


def check_dns_name(text: str, *, single_label: bool = False) -> str:
    """A host name as it goes into a dNSName: lower-case A-labels, without the final dot.

    At least two labels are wanted unless ``single_label``, which a caller may allow for a host
    known by a short name only. ``*`` may stand for the whole left-most label when two more follow
    (RFC 6125 section 6.4.3). Underscores are refused: no client matches them (RFC 5280 section
    4.2.1.6 wants the preferred name syntax).
    """
    wildcard, host = ("*.", text[2:]) if text.startswith("*.") else ("", text)
    name = _check_plain_host(host, single_label=single_label and not wildcard)
    if len(wildcard + name) > _LONGEST_HOST_NAME:
        raise _bad_host(text, "is too long", f"At most {_LONGEST_HOST_NAME} characters.")
    return wildcard + name


def check_domain(text: str) -> str:
    """A domain that stands for itself and all below it. Raises NameProblem."""
    if text.startswith("*"):
        raise NameProblem(
            f"the domain {quoted(text)} begins with a *",
            "Write the domain alone; all names below it are meant too.",
        )
    return check_dns_name(text, single_label=True)


def check_ip(text: str) -> str:
    """An IPv4 or IPv6 address in its shortest form."""
    from ipaddress import ip_address

    try:
        address = ip_address(text)
    except ValueError:
        raise NameProblem(
            f"{quoted(text)} is not an IP address", "Write it as 192.0.2.1 or 2001:db8::1."
        ) from None
    if "%" in text:
        raise NameProblem(
            f"the address {quoted(text)} has a zone, which means nothing to another host",
            "Leave out the % and what follows.",
        )
    if address.is_unspecified or address.is_multicast:
        raise NameProblem(
            f"no client can connect to {quoted(text)}", "Give the address of one host."
        )
    return str(address)


def is_ip(text: str) -> bool:
    """Whether ``text`` reads as an IP address, so that it cannot be a host name."""
    from ipaddress import ip_address

    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _check_plain_host(text: str, *, single_label: bool = False) -> str:
    _refuse_unprintable(text, _HOST_NAME)  # IDNA would leave some of them away without a word
    name = _in_ascii(text).lower().removesuffix(".")
    if not name:
        raise _bad_host(text, "is empty", "Write it as mail.example.org.")
    if is_ip(name.strip("[]")):
        raise _bad_host(text, "is an IP address", "Give the name of the host.")
    for label in name.split("."):
        _refuse_bad_label(text, label)
    if len(name) > _LONGEST_HOST_NAME:
        raise _bad_host(text, "is too long", f"At most {_LONGEST_HOST_NAME} characters.")
    last = name.rpartition(".")[2]
    if last.isdigit():
        raise _bad_host(text, f"ends in the number {last}", "No top-level domain is a number.")
    if last == name and not single_label:
        raise _bad_host(text, "has no domain", f"Write the full name, such as {name}.example.org.")
    return name


def _in_ascii(text: str) -> str:
    """``text`` with its U-labels as A-labels (IDNA 2008, RFC 5891)."""
    if text.isascii() and _ACE_PREFIX not in text.lower():
        return text
    import idna  # 20 ms, for the few names that need it

    try:
        return idna.encode(text, uts46=True).decode("ascii")
    except idna.IDNAError as problem:
        raise _bad_host(
            text,
            "is not an internationalised domain name",
            f"{visible(str(problem)).rstrip('.')} (IDNA 2008).",
        ) from None


def _refuse_bad_label(host: str, label: str) -> None:
    if not label:
        raise _bad_host(host, "has an empty label", "Exactly one dot stands between two labels.")
    if "*" in label:
        raise _bad_host(
            host,
            "has a * where none can be",
            "It stands for the whole left-most label only, as in *.example.org.",
        )
    if not _LDH.fullmatch(label):
        raise _bad_host(
            host,
            f"has a character that no host name has in {quoted(label)}",
            "Use letters, digits, hyphens and dots.",
        )
    if label.startswith("-") or label.endswith("-"):
        raise _bad_host(
            host, f"has a hyphen at an end of {quoted(label)}", "Hyphens stand inside a label."
        )
    if len(label) > _LONGEST_LABEL:
        raise _bad_host(
            host,
            f"has a label of {len(label)} characters",
            f"At most {_LONGEST_LABEL} stand between two dots.",
        )


def _bad_host(host: str, problem: str, remedy: str) -> NameProblem:
    return NameProblem(f"the host name {quoted(host)} {problem}", remedy)
