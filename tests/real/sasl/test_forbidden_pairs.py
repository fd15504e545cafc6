"""Every pair of back end and mechanism that is refused has a real server that shows why."""

from collections.abc import Iterator

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.plan.sasl.backends import BACKENDS
from tests.real.sasl import test_forbidden_mechanisms as real

OF_DOVECOT = next(
    mark.args[1]
    for mark in vars(real.test_a_mechanism_that_dovecot_cannot_do_ends_all_mail)["pytestmark"]
    if mark.name == "parametrize"
)


def tried() -> Iterator[tuple[SaslBackend, str]]:
    for checker in real.CHECKERS:
        for mechanism in checker.refuses:
            yield SaslBackend(checker.name), mechanism
    for _, mechanism, _ in OF_DOVECOT:
        yield SaslBackend.DOVECOT, mechanism


def test_each_is_tried_on_a_real_server() -> None:
    refused = {(backend, each) for backend, one in BACKENDS.items() for each in one.impossible}

    assert set(tried()) == refused
