"""Answers that are right one by one and wrong together."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields

from pfwizard.answers.question import Value, shown
from pfwizard.answers.questions import QUESTIONS
from pfwizard.answers.relevance import is_relevant
from pfwizard.answers.wording import Named, Wording
from pfwizard.pki.domains import is_within
from pfwizard.pki.names import is_ip
from pfwizard.pki.subject import Subject

Contradiction = tuple[str, str, str]
"""Key, what is wrong, what would be right."""

FILES = (
    "ca.certificate",
    "ca.key",
    "server.certificate",
    "server.key",
    "server.ecdsa_certificate",
    "server.ecdsa_key",
    "server.request",
)
PRIVATE_FILES = ("ca.key", "server.key", "server.ecdsa_key", "server.request")

MAY_BE_ONE = (
    {"server.certificate", "server.key"},
    {"server.ecdsa_certificate", "server.ecdsa_key"},
)
"""Where somebody else makes them, a certificate and its key may be in one file."""

_BY_KEY = {question.key: question for question in QUESTIONS}

SUBJECT = tuple(field.name for field in fields(Subject))


@dataclass(frozen=True)
class LimitedAuthority:
    """A CA that is there, in the file ``certificate``, and signs for nothing but some names.

    ``allows`` tells whether a name is one of them, and ``permitted`` lists them.
    """

    certificate: str
    permitted: tuple[str, ...]
    allows: Callable[[str], bool]


def contradictions(
    values: Mapping[str, Value], limited: LimitedAuthority | None = None
) -> Iterator[Contradiction]:
    """Every pair of answers that cannot both be meant.

    ``values`` may lack answers that are wrong already; what depends on them is not judged. To
    ``limited`` the names are held where it is the CA of these answers.
    """
    for rule in RULES:
        yield from rule(values)
    if limited is not None and values.get("ca.certificate") == limited.certificate:
        yield from _outside_of_the_limits(values, limited)
    else:
        yield from _outside_of_the_domains(values)


def _one_path_for_two_files(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    seen: dict[Value, str] = {}
    are_others = values.get("server.source") == "files"
    for key in _files(values):
        first = seen.setdefault(values[key], key)
        if first != key and not (are_others and {first, key} in MAY_BE_ONE):
            yield (
                key,
                Wording(f"{shown(values[key])} is the file of ", Named(first), " already"),
                "Give each of them a file of its own.",
            )


def _files(values: Mapping[str, Value]) -> tuple[str, ...]:
    """The files that these answers are about."""
    return tuple(key for key in FILES if key in values and is_relevant(_BY_KEY[key], values))


def _a_file_below_a_file(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    files = _files(values)
    for key in files:
        for other in files:
            if f"{values[key]}".startswith(f"{values[other]}/"):
                place = f"{shown(values[key])} lies below {shown(values[other])}"
                yield (
                    key,
                    Wording(f"{place}, which is the file of ", Named(other)),
                    "Put one of them into another directory.",
                )


def _a_private_file_for_clients(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    for key in PRIVATE_FILES:
        if key in values and values.get("tls.ca_file") == values[key]:
            yield (
                "tls.ca_file",
                Wording(
                    f"{shown(values[key])} is the file of ",
                    Named(key),
                    ", and holds no CA certificate",
                ),
                "Name the file of a CA certificate, or leave it empty.",
            )


def _one_subject_for_ca_and_server(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    ca, server = (
        {name: values.get(f"{section}.subject.{name}") for name in SUBJECT}
        for section in ("ca", "server")
    )
    is_new = values.get("ca.source") == "create"
    if is_new and ca == server and None not in ca.values():
        yield (
            "server.subject",
            Wording(
                "is the same as ",
                Named("ca.subject"),
                ", so that programs take the certificate for its own issuer",
            ),
            "Give the CA another common name or organizational unit.",
        )


def _signed_by_no_ca(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    if values.get("ca.source") != "none":
        return
    if values.get("server.source") == "ca":
        yield (
            "server.source",
            Wording('is "ca", but by ', Named("ca.source"), " there is none"),
            'Use "request" or "files", or have a CA.',
        )
    if values.get("clients.names"):
        yield (
            "clients.names",
            Wording("need a CA that signs for them, and by ", Named("ca.source"), " there is none"),
            "Name none, or have a CA.",
        )


def _a_second_key_without_a_certificate(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    if values.get("server.ecdsa") and values.get("server.source") == "request":
        yield (
            "server.ecdsa",
            Wording("is not possible where ", Named("server.source"), ' is "request"'),
            Wording("Set ", Named("server.ecdsa", False), "; one key is requested for."),
        )


def _outside_of_the_domains(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    domains = values.get("ca.domains")
    if (
        not is_relevant(_BY_KEY["ca.domains"], values)
        or not isinstance(domains, tuple)
        or not domains
    ):
        return
    for key, name in _to_be_signed(values):
        if not is_ip(name) and not any(is_within(name, domain) for domain in domains):
            yield (
                key,
                Wording(
                    f"{shown(name)} is outside of ",
                    Named("ca.domains"),
                    ", and the CA cannot sign for it",
                ),
                Wording("Add its domain to ", Named("ca.domains"), ", or take the name out."),
            )


def _outside_of_the_limits(
    values: Mapping[str, Value], limited: LimitedAuthority
) -> Iterator[Contradiction]:
    if values.get("ca.source") == "none":
        return
    for key, name in _to_be_signed(values):
        if not limited.allows(name):
            refused = f"the CA in {limited.certificate} cannot sign for {shown(name)}"
            permitted = ", ".join(limited.permitted) or "other names"
            yield (
                key,
                f"{refused}: it is limited to {permitted}",
                Wording(
                    "Take the name out, or name the file of another CA in ",
                    Named("ca.certificate"),
                    ": the limits of a CA cannot be changed.",
                ),
            )


def _to_be_signed(values: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    """Whatever our CA is to sign for, with its key."""
    signed_here = ("server.names",) if values.get("server.source") == "ca" else ()
    for key in (*signed_here, "clients.names"):
        named = values.get(key)
        for name in named if isinstance(named, tuple) else ():
            yield key, name


def _nowhere_to_log_in(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    no_submission = values.get("services.smtps") is values.get("services.submission") is False
    if values.get("sasl.enabled") and values.get("sasl.scope") == "submission" and no_submission:
        yield (
            "sasl.scope",
            Wording(
                'is "submission", but neither ',
                Named("services.smtps"),
                " nor ",
                Named("services.submission"),
                " is on",
            ),
            "Switch one of the two services on.",
        )


def _a_login_to_nobody(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    if values.get("outgoing.relay_user") and values.get("outgoing.relay_host") == "":
        yield (
            "outgoing.relay_user",
            Wording("is a login, but ", Named("outgoing.relay_host"), " names no host"),
            "Name the relay host, or no login.",
        )


def _a_password_in_clear(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    level = values.get("outgoing.tls_security_level")
    if values.get("outgoing.relay_user") and level in ("may", "dane"):
        yield (
            "outgoing.tls_security_level",
            Wording(
                f'is "{level}", which does not insist on TLS, but ',
                Named("outgoing.relay_user"),
                " sends a password",
            ),
            'Use "encrypt" or "secure", or make no choice.',
        )


RULES: tuple[Callable[[Mapping[str, Value]], Iterator[Contradiction]], ...] = (
    _one_path_for_two_files,
    _a_file_below_a_file,
    _a_private_file_for_clients,
    _one_subject_for_ca_and_server,
    _signed_by_no_ca,
    _a_second_key_without_a_certificate,
    _nowhere_to_log_in,
    _a_login_to_nobody,
    _a_password_in_clear,
)
