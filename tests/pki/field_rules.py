"""What may be written into the fields of a certificate, and what may not, for Hypothesis.

It is a second statement of the rules, in words other than those of the code.
"""

from collections.abc import Callable
from dataclasses import dataclass
from unicodedata import normalize

from hypothesis import strategies as st

from pfwizard.pki import names
from pfwizard.pki.countries import COUNTRIES

Check = Callable[[str], str]
Texts = st.SearchStrategy[str]

# --- what anybody might type ---------------------------------------------------------------------

seen = st.characters(categories=["L", "N", "P", "S"])  # what prints and is no blank
hidden = st.one_of(
    st.characters(categories=["Cc", "Cs", "Co", "Cn", "Zl", "Zp"]),
    st.characters(categories=["Cf"], exclude_characters="\u200c\u200d"),
    st.characters(categories=["Zs"], exclude_characters=" "),
)
words = st.lists(st.text(seen, min_size=1, max_size=12), min_size=1, max_size=4).map(" ".join)
anything = st.one_of(
    st.text(max_size=80), words, st.text(st.sampled_from("ab.-_*@:[]%/ 0x\0é"), max_size=80)
)

let_dig = "abcdefghijklmnopqrstuvwxyz0123456789"
label = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True).filter(
    lambda text: not text.startswith("xn--")
)
top_level = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True).filter(
    lambda text: not text.startswith("xn--")
)
hosts = st.builds(
    lambda below, top: ".".join([*below, top]), st.lists(label, min_size=1, max_size=4), top_level
).filter(lambda text: len(text) <= 253)
local_parts = st.lists(
    st.text(let_dig + "!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=10), min_size=1, max_size=3
).map(".".join)
mailboxes = st.builds("{}@{}".format, local_parts, hosts).filter(lambda text: len(text) <= 128)


def with_one(texts: Texts, bad: Texts) -> Texts:
    """A text that would pass, with something in its midst that must not be there."""
    return st.builds(
        lambda text, one, at: text[: at % (len(text) + 1)] + one + text[at % (len(text) + 1) :],
        texts,
        bad,
        st.integers(0, 100),
    )


def fitting(longest: int) -> Texts:
    return words.map(lambda text: normalize("NFC", text)).filter(
        lambda text: 0 < len(text) <= longest and text == text.strip()
    )


def in_octets(texts: Texts, longest: int) -> Texts:
    return texts.filter(lambda text: len(text.encode()) <= longest)


def too_long(longest: int) -> Texts:
    return st.integers(longest + 1, longest + 300).map(lambda count: "x" * count)


blank_at_an_end = st.builds(
    lambda text, blanks, first: blanks + text if first else text + blanks,
    words,
    st.sampled_from([" ", "  ", "\u3000"]),
    st.booleans(),
)


# --- the two tables ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """A field, texts that must pass, and texts that must be refused, by why."""

    check: Check
    good: Texts
    bad: dict[str, Texts]


def free_text(check: Check, longest: int) -> Rule:
    return Rule(
        check,
        fitting(longest),
        {
            "a character that cannot be seen": with_one(fitting(longest), hidden),
            "a blank at an end": blank_at_an_end,
            "too long": too_long(longest),
        },
    )


RULES: dict[str, Rule] = {
    "state": free_text(names.check_state, 128),
    "locality": free_text(names.check_locality, 128),
    "organization": free_text(names.check_organization, 64),
    "organizational unit": free_text(names.check_organizational_unit, 64),
    "company name": free_text(names.check_company_name, 255),
    "friendly name": free_text(names.check_friendly_name, 255),
    "common name": Rule(
        names.check_common_name,
        in_octets(fitting(64), 64),
        {
            "empty": st.just(""),
            "a character that cannot be seen": with_one(in_octets(fitting(64), 64), hidden),
            "a blank at an end": blank_at_an_end,
            "too long": too_long(64),
            "too many octets": st.integers(33, 64).map(lambda count: "é" * count),
        },
    ),
    "country": Rule(
        names.check_country,
        st.sampled_from(sorted(COUNTRIES)).flatmap(
            lambda code: st.sampled_from([code, code.lower()])
        ),
        {
            "of no country": st.text(
                st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), min_size=2, max_size=2
            ).filter(lambda code: code not in COUNTRIES),
            "of another length": st.text(seen, min_size=1).filter(lambda text: len(text) != 2),
            "not in letters of ASCII": with_one(
                st.sampled_from("ABC"), st.text("1!é\0 ıß", min_size=1, max_size=1)
            ),
        },
    ),
    "challenge password": Rule(
        names.check_challenge_password,
        fitting(20).filter(lambda text: len(text) >= 4),
        {
            "too short": st.text("abc", min_size=1, max_size=3),
            "too long": too_long(20),
            "a character that cannot be seen": with_one(fitting(10), hidden),
        },
    ),
    "e-mail address": Rule(
        names.check_email,
        mailboxes,
        {
            "no @": st.text(let_dig + ".-", min_size=1),
            "nothing on one side": st.one_of(
                hosts.map("@{}".format), local_parts.map("{}@".format)
            ),
            "outside ASCII before the @": st.builds("é{}".format, mailboxes),
            "a name and angle brackets": st.builds("Danilo <{}>".format, mailboxes),
            "dots that separate nothing": st.builds(".{}".format, mailboxes),
            "an address for a host": st.ip_addresses().map("a@[{}]".format),
            "a final dot and more": st.builds("{}..".format, mailboxes),
            "a character that cannot be seen": with_one(mailboxes, hidden),
            "too long": too_long(64).map("{}@example.org".format),
        },
    ),
    "host name": Rule(
        names.check_dns_name,
        st.one_of(
            hosts,
            hosts.map("{}.".format),
            hosts.map(str.upper),
            hosts.filter(lambda text: len(text) < 252).map("*.{}".format),
        ),
        {
            "empty": st.sampled_from(["", ".", " ", "*", "*."]),
            "one label": label,
            "an empty label": st.builds("{}..{}".format, hosts, hosts),
            "a dot before": st.builds(".{}".format, hosts),
            "a hyphen at an end of a label": st.one_of(
                hosts.map("-{}".format), st.builds("{}-.{}".format, label, hosts)
            ),
            "a label too long": st.integers(64, 100).map(
                lambda count: "a" * count + ".example.org"
            ),
            "too long": st.integers(5, 9).map(
                lambda count: "a.".join(["a" * 50 + "."] * count) + "example"
            ),
            "another character": with_one(hosts, st.sampled_from("_!@/:,;\\\"' \t\n\0#")),
            "a wildcard elsewhere": st.one_of(
                hosts.map("a.*.{}".format), hosts.map("*a.{}".format), hosts.map("*.*.{}".format)
            ),
            "a wildcard for a top level": top_level.map("*.{}".format),
            "an IP address": st.ip_addresses().map(str),
            "a number for a top level": st.builds("{}.{}".format, hosts, st.integers(0, 10**6)),
            "a character that cannot be seen": with_one(hosts, hidden),
        },
    ),
    "IP address": Rule(
        names.check_ip,
        st.ip_addresses()
        .filter(lambda address: not (address.is_unspecified or address.is_multicast))
        .map(str),
        {
            "empty": st.just(""),
            "a host name": hosts,
            "a zone": st.ip_addresses(v=6).map("{}%eth0".format),
            "a network": st.ip_addresses().map("{}/24".format),
            "in brackets": st.ip_addresses(v=6).map("[{}]".format),
            "octets too large": st.integers(256, 999).map("192.0.2.{}".format),
            "a blank before": st.ip_addresses().map(" {}".format),
        },
    ),
}
OPTIONAL = {
    "state",
    "locality",
    "organization",
    "organizational unit",
    "company name",
    "country",
    "challenge password",
    "e-mail address",
}
