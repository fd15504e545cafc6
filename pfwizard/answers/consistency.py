"""Answers that are right one by one and wrong together."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields

from pfwizard.answers.question import Value, shown
from pfwizard.answers.wording import Named, Wording
from pfwizard.pki.subject import Subject

Contradiction = tuple[str, str, str]
"""Key, what is wrong, what would be right."""

FILES = ("ca.certificate", "ca.key", "server.certificate", "server.key", "server.request")
PRIVATE_FILES = ("ca.key", "server.key", "server.request")

SUBJECT = tuple(field.name for field in fields(Subject))


def contradictions(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    """Every pair of answers that cannot both be meant.

    ``values`` may lack answers that are wrong already; what depends on them is not judged.
    """
    for rule in RULES:
        yield from rule(values)


def _one_path_for_two_files(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    seen: dict[Value, str] = {}
    for key in FILES:
        if key not in values:
            continue
        first = seen.setdefault(values[key], key)
        if first != key:
            yield (
                key,
                Wording(f"{shown(values[key])} is the file of ", Named(first), " already"),
                "Give each of them a file of its own.",
            )


def _a_file_below_a_file(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    for key in FILES:
        for other in FILES:
            if key in values and f"{values[key]}".startswith(f"{values.get(other)}/"):
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
    if ca == server and None not in ca.values():
        yield (
            "server.subject",
            Wording(
                "is the same as ",
                Named("ca.subject"),
                ", so that programs take the certificate for its own issuer",
            ),
            "Give the CA another common name or organizational unit.",
        )


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


def _no_mechanism(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    if values.get("sasl.enabled") and values.get("sasl.mechanisms") == ():
        yield (
            "sasl.mechanisms",
            "is empty, so that nobody can log in",
            Wording("Name at least one, or set ", Named("sasl.enabled", False), "."),
        )


RULES: tuple[Callable[[Mapping[str, Value]], Iterator[Contradiction]], ...] = (
    _one_path_for_two_files,
    _a_file_below_a_file,
    _a_private_file_for_clients,
    _one_subject_for_ca_and_server,
    _nowhere_to_log_in,
    _no_mechanism,
)
