"""What has to be installed for the back end: Postfix's own support of it, and the plug-ins."""

from pfwizard.enumeration import listed
from pfwizard.machine.platforms.record import Need
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import refusal, warning
from pfwizard.plan.sasl.backends import NEED_OF_ENGINE
from pfwizard.plan.sasl.checker import backend_of, mechanisms_of
from pfwizard.plan.sasl.mechanisms import MECHANISMS, how_to_install
from pfwizard.plan.sasl.parameters import CYRUS


def judge_possible(draft: Draft) -> Draft:
    """A mechanism that the back end cannot do would fail for whoever prefers it."""
    backend = backend_of(draft)
    reasons = [(name, backend.why_not(name)) for name in mechanisms_of(draft)]
    impossible = [(name, why) for name, why in reasons if why]
    if not impossible:
        return draft
    names = listed(name for name, _ in impossible)
    whys = "; ".join(dict.fromkeys(why for _, why in impossible))
    possible = listed(name for name in MECHANISMS if not backend.why_not(name))
    return draft.with_finding(
        refusal(
            "mechanism-impossible",
            f"{backend.name} cannot do {names}: {whys}",
            f"It can do {possible}.",
        )
    )


def judge_sasl_type(draft: Draft) -> Draft:
    """A type that Postfix was built without stops every SMTP server that is to offer AUTH."""
    types, wanted = draft.facts.postfix.sasl_types, backend_of(draft).sasl_type
    if types is None or wanted in types:
        return draft
    there_are = f"(postconf -a: {' '.join(types) or 'nothing'})"
    if wanted == CYRUS:
        package = draft.facts.platform.package(Need.POSTFIX_WITH_CYRUS)
        return draft.with_finding(
            refusal(
                "no-cyrus-sasl",
                f"this Postfix was built without Cyrus SASL {there_are}",
                f"Install the variant of the Postfix package that has it: {package}.",
            )
        )
    return draft.with_finding(
        refusal(
            "no-dovecot-sasl",
            f"this Postfix was built without Dovecot SASL {there_are}",
            "Install the variant of the Postfix package that has it.",
        )
    )


def judge_plugins(draft: Draft) -> Draft:
    """The plug-ins of Cyrus SASL: of the mechanisms, and of the store of passwords."""
    if any(finding.identifier == "no-cyrus-sasl" for finding in draft.findings):
        return draft
    return _judge_store(_judge_mechanisms(draft))


def _judge_mechanisms(draft: Draft) -> Draft:
    facts, mechanisms = draft.facts, mechanisms_of(draft)
    installed = facts.sasl_plugins
    missing = [name for name in mechanisms if MECHANISMS[name].plugin not in (installed or ())]
    if not missing:
        return draft
    words = f"no SASL plug-in for {listed(missing)} is installed"
    remedy = how_to_install(facts.platform, missing)
    if len(missing) < len(mechanisms):
        return draft.with_finding(
            warning("sasl-plugin-missing", f"{words}, so that nobody can log in with it", remedy)
        )
    if installed is None and not facts.platform.is_known:
        return draft.with_finding(
            warning("sasl-plugins-not-found", f"{words} in the places that are known", remedy)
        )
    return draft.with_finding(
        refusal(
            "no-sasl-plugin",
            f"{words}; without any mechanism smtpd breaks off every session, and no mail comes in",
            remedy,
        )
    )


def _judge_store(draft: Draft) -> Draft:
    backend, installed = backend_of(draft), draft.facts.sasl_plugins
    if not backend.auxprop or installed is None or backend.auxprop in installed:
        return draft
    need = backend.need or NEED_OF_ENGINE[draft.answers.sasl.sql.engine]
    return draft.with_finding(
        refusal(
            "no-auxprop-plugin",
            f"the SASL plug-in {backend.auxprop}, which reads the passwords, is not installed",
            draft.facts.platform.how_to_install([need]),
        )
    )
