"""The defaults that hang on the platform: one decision for the wizard and for unattended runs."""

from collections.abc import Iterator, Mapping

from pfwizard.answers.question import Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.machine.authdaemond_sockets import found_sockets
from pfwizard.machine.facts import Facts
from pfwizard.machine.platforms.record import Need
from pfwizard.machine.postfix import DEFAULT_CONFIG_DIRECTORY
from pfwizard.plan.sasl.parameters import CYRUS


def usual_answers(facts: Facts) -> Mapping[str, Value]:
    """What counts here in place of a question's own default, by the key of the question."""
    return {**dict(_paths(facts)), **dict(_backend(facts))}


def _paths(facts: Facts) -> Iterator[tuple[str, Value]]:
    """Beside Postfix's own files, where the platform does not have them in /etc/postfix.

    Red Hat's platforms have certificates below /etc/pki/tls; but what is made in /etc/postfix gets
    the SELinux type postfix_etc_t, which Postfix may read (postfix.fc of selinux-policy).
    """
    own, usual = facts.postfix.config_directory, DEFAULT_CONFIG_DIRECTORY
    if own == usual or own not in facts.platform.config_directories.value:
        return  # of another instance (postmulti(1)) the files may well be with the first one's
    for question in QUESTIONS:
        if isinstance(question.default, str) and question.default.startswith(f"{usual}/"):
            yield question.key, question.default.replace(str(usual), str(own), 1)


def _backend(facts: Facts) -> Iterator[tuple[str, Value]]:
    """authdaemond cannot be had everywhere: from no package, or without Cyrus SASL."""
    types = facts.postfix.sasl_types
    if types is not None and CYRUS not in types:
        yield "sasl.backend", SaslBackend.DOVECOT.value
    elif facts.platform.lacks(Need.AUTHDAEMOND) and not found_sockets(facts):
        yield "sasl.backend", SaslBackend.SASLAUTHD.value
