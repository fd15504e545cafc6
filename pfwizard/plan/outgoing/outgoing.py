"""The smtp_tls_* parameters: how mail leaves this server (TLS_README, "SMTP client")."""

from pathlib import PurePosixPath

from pfwizard.answers.outgoing_answers import OutgoingLevel
from pfwizard.answers.wording import Named, Wording
from pfwizard.plan.draft import Draft
from pfwizard.plan.outgoing.levels import LEVEL, LEVELS, REQUIRED, is_answered, outgoing_level
from pfwizard.plan.outgoing.overruled import judge_overruled
from pfwizard.plan.outgoing.reach import judge_reach
from pfwizard.plan.outgoing.relay_host import (
    CLEAR_OPTIONS,
    needs_tls,
    plan_relay_host,
    with_passwords_over_tls,
)
from pfwizard.plan.outgoing.resolver import resolver_of
from pfwizard.plan.outgoing.trust import judge_trust, judge_wrapper_mode
from pfwizard.plan.plan import Finding, note, refusal, warning
from pfwizard.plan.sasl.mechanisms import NO_PLAINTEXT
from pfwizard.plan.server.foreign_chain import BUNDLES
from pfwizard.plan.tls.older_levels import OF_CLIENT
from pfwizard.plan.tls.service_levels import keep_levels

CA_FILE, CA_PATH = "smtp_tls_CAfile", "smtp_tls_CApath"


def plan_outgoing(draft: Draft) -> Draft:
    """Plan TLS towards other servers, and the relay host."""
    for step in (
        plan_relay_host,
        _level,
        _password_behind_tls,
        _ca_file,
        judge_reach,
        judge_trust,
        judge_wrapper_mode,
    ):
        draft = step(draft)
    return judge_overruled(keep_levels(draft, OF_CLIENT))


def _wanted(draft: Draft) -> str:
    """What is answered, or what a login to a relay host takes at least.

    dane stays, because encrypt does without the check of certificates that it makes.
    """
    level = draft.answers.outgoing.tls_security_level
    if level is OutgoingLevel.UNCHANGED and needs_tls(draft.answers.outgoing):
        return "dane" if _present(draft) == "dane" else "encrypt"
    return level.value


def _present(draft: Draft) -> str:
    return outgoing_level(draft.effective_until_now)


def _level(draft: Draft) -> Draft:
    wanted, present = _wanted(draft), _present(draft)
    if LEVELS.index(wanted) < LEVELS.index(present):
        return draft.with_finding(_kept(present)) if is_answered(draft) else draft
    if wanted == "dane" and is_answered(draft):
        draft = _with_dnssec(draft)
    if (present, wanted) == ("dane", "encrypt"):
        draft = draft.with_finding(DANE_GIVEN_UP)
    return draft.with_setting(LEVEL, wanted) if wanted else draft


_LEVEL = Named("outgoing.tls_security_level")


DANE_GIVEN_UP = warning(
    "dane-given-up",
    "until now a server that publishes TLSA records had to show the certificate that they name; "
    '"encrypt" insists on TLS with everybody, and looks at nobody\'s certificate',
    Wording("Set ", Named("outgoing.tls_security_level", "secure"), ", or leave it unanswered."),
)


def _kept(present: str) -> Finding:
    return note(
        "stricter-outgoing-level-kept",
        Wording(
            f'mail leaves with the level "{present}", which is stricter than ',
            _LEVEL,
            "; it stays",
        ),
        f"To relax it, set {LEVEL} in main.cf by hand.",
    )


def _with_dnssec(draft: Draft) -> Draft:
    resolver = resolver_of(draft.facts)
    if resolver.problem:
        return draft.with_finding(
            refusal(
                "no-validating-resolver",
                f"DANE believes what DNS answers, and {resolver.problem}",
                Wording(
                    "Install a resolver that validates, such as unbound, and name 127.0.0.1 in "
                    "/etc/resolv.conf; or set ",
                    Named("outgoing.tls_security_level", "may"),
                    ".",
                ),
            )
        )
    return draft.with_setting("smtp_dns_support_level", "dnssec").with_finding(
        note(
            "resolver-not-tried",
            f"DANE rests on the resolver at {resolver.servers[0]}: whether it validates was not "
            "tried, because nothing is asked over the net before the change is made",
            "Try it: the answer of dig +dnssec . SOA must have the flag ad.",
        )
    )


def _password_behind_tls(draft: Draft) -> Draft:
    """Where the level does not insist on TLS, a password is kept back without it (SASL_README)."""
    is_safe = LEVELS.index(outgoing_level(draft.effective)) >= REQUIRED
    options = draft.effective.elements(CLEAR_OPTIONS)
    if not draft.answers.outgoing.relay_user or is_safe or NO_PLAINTEXT in options:
        return draft
    draft = draft.with_setting(CLEAR_OPTIONS, ", ".join((NO_PLAINTEXT, *options)))
    return with_passwords_over_tls(draft)


def _ca_file(draft: Draft) -> Draft:
    file = draft.answers.outgoing.ca_file
    if file is None:
        return _with_bundle(draft) if outgoing_level(draft.effective) == "secure" else draft
    if not draft.facts.file(file).exists:
        return draft.with_finding(
            refusal(
                "outgoing-ca-file-missing",
                f"{file} does not exist, and Postfix delivers without TLS, or not at all, where "
                "it cannot read it",
                Wording("Correct ", Named("outgoing.ca_file"), ", or leave it empty."),
            )
        )
    return draft.with_setting(CA_FILE, str(file))


def _with_bundle(draft: Draft) -> Draft:
    """The CAs of this system, where certificates are to be checked and none are named."""
    if draft.effective.value(CA_FILE) or draft.effective.value(CA_PATH):
        return draft
    bundle = bundle_of(draft)
    if bundle is None:
        return draft.with_finding(
            refusal(
                "no-ca-for-servers",
                'the level "secure" delivers to servers with a trusted certificate alone, and no '
                "CA is named that could make one trusted",
                Wording("Name the file of the CAs in ", Named("outgoing.ca_file"), "."),
            )
        )
    return draft.with_setting(CA_FILE, str(bundle))


def bundle_of(draft: Draft) -> PurePosixPath | None:
    """The file of the CAs that this system trusts."""
    return next((each for each in BUNDLES if draft.facts.file(each).exists), None)
