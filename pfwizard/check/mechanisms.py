"""The ways to log in that Cyrus SASL offers, and what each of them needs."""

from collections.abc import Iterator, Mapping

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.check.inspection import Inspection
from pfwizard.check.password_checkers import asking_cyrus, smtpd_conf_of
from pfwizard.check.place import Place
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.enumeration import listed
from pfwizard.plan.plan import Severity
from pfwizard.plan.sasl.backends import BACKENDS
from pfwizard.plan.sasl.mechanism_filter import FILTER, is_hidden
from pfwizard.plan.sasl.mechanisms import BUILT_IN, MECHANISMS
from pfwizard.plan.sasl.parameters import DEFAULT_CHECKER

PLUGINS: Mapping[str, str] = {
    **{name: mechanism.plugin for name, mechanism in MECHANISMS.items()},
    "ANONYMOUS": "anonymous",
    "GS2-IAKERB": "gs2",
    "GS2-KRB5": "gs2",
    "GSS-SPNEGO": "gssapiv2",
    "GSSAPI": "gssapiv2",
    "PASSDSS-3DES-1": "passdss",
    "SCRAM-SHA-224": "scram",
    "SCRAM-SHA-384": "scram",
    "SRP": "srp",
}
"""By mechanism the plug-in that has it."""

ONE_THAT_IS_ASKED = BACKENDS[SaslBackend.SASLAUTHD]
"""Stands for every checker that is given name and password."""

ASKS_A_PROGRAM = frozenset({"saslauthd", "authdaemond", "pwcheck"})
"""Values of pwcheck_method for checkers that are given name and password."""


def _listed(inspection: Inspection) -> tuple[Place, tuple[str, ...]] | None:
    """mech_list as it is written, or None where there is none."""
    found = smtpd_conf_of(inspection)
    if found is None or not asking_cyrus(inspection):
        return None
    path, document = found
    for option in document.options:
        if option.key == "mech_list":
            return Place(path, option.line), tuple(option.value.split())
    return None


def offered(inspection: Inspection) -> frozenset[str] | None:
    """The mechanisms that the library offers, or None where that is not known.

    Those of mech_list, or else those of every plug-in.
    """
    names = _listed(inspection)
    plugins = inspection.facts.sasl_plugins
    if names is not None:
        wanted = frozenset(name.upper() for name in names[1])
        return wanted if plugins is None else wanted & _of(plugins)
    return None if plugins is None else _of(plugins)


def _of(plugins: frozenset[str]) -> frozenset[str]:
    return frozenset(name for name, plugin in PLUGINS.items() if plugin in plugins)


def _unknown(inspection: Inspection) -> Iterator[Occurrence]:
    place, names = _listed(inspection) or (Place(), ())
    for name in names:
        if name.upper() not in PLUGINS and name.upper() not in BUILT_IN:
            meant = [each for each, plugin in PLUGINS.items() if plugin == name.lower()]
            yield Occurrence(
                f"there is no mechanism {name}"
                + ("; this is the name of the plug-in" if meant else ""),
                f"Write {meant[0]}." if meant else "Take it out of mech_list.",
                place,
                f"mech_list: {' '.join(names)}",
            )


def _without_plugin(inspection: Inspection) -> Iterator[Occurrence]:
    place, names = _listed(inspection) or (Place(), ())
    plugins = inspection.facts.sasl_plugins
    if plugins is None:
        return
    missing = [
        name for name in names if name.upper() in PLUGINS and name.upper() not in _of(plugins)
    ]
    if missing:
        yield Occurrence(
            f"no plug-in for {listed(missing)} is installed",
            f"Install {inspection.facts.platform.plugin_package}, or take it out of mech_list.",
            place,
            f"mech_list: {' '.join(names)}",
        )


def _filtered(inspection: Inspection) -> Iterator[Occurrence]:
    """Without a mech_list a filter is how mechanisms are chosen, and hides what it is meant to."""
    place_and_names = _listed(inspection)
    wanted = offered(inspection) if place_and_names else None
    asking = asking_cyrus(inspection)
    for value in inspection.in_force(FILTER, asking) if wanted else ():
        if value.place.line is None:
            continue  # the default hides nothing but EXTERNAL
        elements = value.daemons[0].effective.elements(FILTER)
        hidden = sorted(name for name in wanted or () if is_hidden(name, elements))
        if hidden and wanted:
            is_all = len(hidden) == len(wanted)
            yield Occurrence(
                f"hides {listed(hidden)} of mech_list"
                + (", so that smtpd breaks off every session" if is_all else ""),
                "Take it out, and leave the choice to mech_list in smtpd.conf.",
                value.place,
                str(value),
            )


def _beyond(inspection: Inspection) -> Iterator[Occurrence]:
    found = smtpd_conf_of(inspection)
    if found is None or not asking_cyrus(inspection):
        return
    path, document = found
    method = document.get("pwcheck_method") or DEFAULT_CHECKER
    if not set(method.lower().split()) <= ASKS_A_PROGRAM:
        return
    names = _listed(inspection)
    present = offered(inspection) or frozenset()
    beyond = sorted(name for name in present if ONE_THAT_IS_ASKED.why_not(name))
    if beyond:
        why = "" if names else ", for want of a mech_list,"
        yield Occurrence(
            f"{method} is given name and password, and so cannot do {listed(beyond)}, which"
            f"{why} is offered: clients that prefer it cannot log in",
            "Write mech_list: PLAIN LOGIN.",
            names[0] if names else Place(path),
            f"pwcheck_method: {method}",
        )


RULES = (
    Rule(
        "mechanism-unknown",
        Severity.WARNING,
        "A way to log in that does not exist",
        "mech_list has the names of mechanisms, such as CRAM-MD5, and not those of the plug-ins' "
        "files. What the library does not know it does not offer.",
        _unknown,
    ),
    Rule(
        "sasl-plugin-missing",
        Severity.WARNING,
        "A way to log in whose plug-in is not installed",
        "Each mechanism is a plug-in of the SASL library, in packages of their own on many "
        "platforms.",
        _without_plugin,
    ),
    Rule(
        "mechanism-filtered",
        Severity.WARNING,
        "A way to log in that Postfix hides",
        "smtpd_sasl_mechanism_filter is for Dovecot, which has no mech_list, and is easily left "
        "over when Cyrus SASL takes its place. Where it hides all that is offered, smtpd stops.",
        _filtered,
    ),
    Rule(
        "mechanism-beyond-checker",
        Severity.WARNING,
        "A way to log in that the password checker cannot do",
        "Clients choose the strongest mechanism that is offered. CRAM-MD5, DIGEST-MD5 and SCRAM "
        "need the password or a verifier on the server; saslauthd and authdaemond only say "
        "whether a password is right.",
        _beyond,
    ),
)
