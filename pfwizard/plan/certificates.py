"""The CA and the server's certificate, the one signed by the other."""

from dataclasses import replace

from pfwizard.pki.errors import PkiError
from pfwizard.plan.authority import plan_authority
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import refusal
from pfwizard.plan.server_certificate import plan_server


def plan_certificates(draft: Draft) -> Draft:
    """Plan whatever of the CA and the server's files is missing."""
    try:
        draft, authority = plan_authority(draft)
        draft = replace(draft, authority=authority)
        return draft if authority is None else plan_server(draft, authority)
    except PkiError as error:
        return draft.with_finding(refusal("unusable-certificate", error.message, error.remedy))
