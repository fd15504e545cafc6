"""Realms: whether a login without a domain is found under the realm that it gets."""

from pfwizard.answers.sasl_answers import LoginNames, SaslBackend
from pfwizard.answers.wording import Named, Wording
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import warning
from pfwizard.plan.sasl.checker import store_of
from pfwizard.plan.sasl.reach import realm_of

REALM = Named("sasl.local_domain")


def judge_realm(draft: Draft) -> Draft:
    """Say where users who leave out their domain could not log in."""
    match draft.answers.sasl.backend:
        case SaslBackend.SASLDB:
            return _judge_sasldb(draft)
        case SaslBackend.SASLAUTHD:
            return _judge_saslauthd(draft)
        case _:
            return draft


def _judge_sasldb(draft: Draft) -> Draft:
    """Its keys are user, realm and property with null bytes between them (sasldb/db_berkeley.c)."""
    store = store_of(draft.facts, draft.answers.sasl)
    content = draft.facts.file(store).content if store else None
    realm = realm_of(draft)
    if not content or b"\0" + realm.encode() + b"\0" in content:
        return draft
    return draft.with_finding(
        warning(
            "realm-unknown",
            f"{store} has no user of the realm {realm}, which a login without a domain gets",
            Wording("Let users log in as user@domain, or correct ", REALM, "."),
        )
    )


def _judge_saslauthd(draft: Draft) -> Draft:
    sasl = draft.answers.sasl
    wants_both = sasl.saslauthd.login_names is LoginNames.USER_AT_DOMAIN
    if not wants_both or draft.effective.value("smtpd_sasl_local_domain"):
        return draft
    return draft.with_finding(
        warning(
            "realm-missing",
            "saslauthd looks for user@domain, and a login without a domain gets none",
            Wording("Let users log in with their domain, or give it in ", REALM, "."),
        )
    )
