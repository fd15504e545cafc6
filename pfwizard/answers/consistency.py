"""Answers that are right one by one and wrong together."""

from collections.abc import Callable, Iterator, Mapping

from pfwizard.answers.question import Value, shown

Contradiction = tuple[str, str, str]
"""Key, what is wrong, what would be right."""

FILES = ("ca.certificate", "ca.key", "server.certificate", "server.key", "server.request")


def contradictions(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    """Every pair of answers that cannot both be meant."""
    for rule in RULES:
        yield from rule(values)


def _one_path_for_two_files(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    seen: dict[Value, str] = {}
    for key in FILES:
        first = seen.setdefault(values[key], key)
        if first != key:
            yield (
                key,
                f"{shown(values[key])} is the file of {first} already",
                "Give each of them a file of its own.",
            )


def _one_subject_for_ca_and_server(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    ca = {key.rpartition(".")[2]: values[key] for key in values if key.startswith("ca.subject.")}
    server = {
        key.rpartition(".")[2]: values[key] for key in values if key.startswith("server.subject.")
    }
    if ca == server:
        yield (
            "server.subject",
            "is the same as ca.subject, so that programs take the certificate for its own issuer",
            "Give the CA another common name or organizational unit.",
        )


def _nowhere_to_log_in(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    no_submission = not values["services.smtps"] and not values["services.submission"]
    if values["sasl.enabled"] and values["sasl.scope"] == "submission" and no_submission:
        yield (
            "sasl.scope",
            'is "submission", but neither services.smtps nor services.submission is on',
            "Switch one of the two services on.",
        )


def _no_mechanism(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    if values["sasl.enabled"] and not values["sasl.mechanisms"]:
        yield ("sasl.mechanisms", "is empty, so that nobody can log in", "Name at least one.")


RULES: tuple[Callable[[Mapping[str, Value]], Iterator[Contradiction]], ...] = (
    _one_path_for_two_files,
    _one_subject_for_ca_and_server,
    _nowhere_to_log_in,
    _no_mechanism,
)
