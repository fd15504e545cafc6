"""The CA and the server's certificate, the one signed by the other."""

from pfwizard.pki.errors import OutsideLimits, PkiError, WrongPassphrase
from pfwizard.plan.authorities.authority import outside_limits, plan_authority
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import refusal
from pfwizard.plan.server.server_source import plan_server


def plan_certificates(draft: Draft) -> Draft:
    """Plan whatever of the CA and the server's files is missing.

    Raises PassphraseNeeded, UnusablePassphrase and WrongPassphrase, which concern the CA's key.
    """
    try:
        draft = plan_authority(draft)
        return plan_server(draft)
    except WrongPassphrase:
        raise
    except PkiError as error:
        if isinstance(error, OutsideLimits) and draft.issuer is not None:
            return draft.with_finding(outside_limits(draft, draft.issuer, error))
        return draft.with_finding(refusal("unusable-certificate", error.message, error.remedy))
