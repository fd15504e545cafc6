"""The server's certificate signing request."""

from pfwizard.pki.errors import PkiError
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.requests import build_request, load_request
from pfwizard.plan.certificate_files import content_of
from pfwizard.plan.draft import PRIVATE_FILE, PUBLIC_FILE, Draft


def with_request(draft: Draft, key: PrivateKey) -> Draft:
    """Plan the request, unless there is one that asks for the same."""
    wanted = draft.answers.server
    if _is_requested(draft, key):
        return draft
    attributes = wanted.request_attributes
    request = build_request(
        key,
        wanted.subject,
        wanted.names,
        challenge_password=attributes.challenge_password,
        company_name=attributes.company_name,
    )
    return draft.with_file(
        wanted.request,
        request.pem().reveal(),
        PRIVATE_FILE if attributes.challenge_password else PUBLIC_FILE,
        secret=bool(attributes.challenge_password),
        summary=(
            f"certificate signing request for {request.subject}",
            f"names: {', '.join(request.names)}",
        ),
    )


def _is_requested(draft: Draft, key: PrivateKey) -> bool:
    wanted = draft.answers.server
    if not draft.facts.file(wanted.request).exists:
        return False
    try:
        request = load_request(content_of(draft, wanted.request))
    except PkiError:
        return False
    same = request.subject == wanted.subject.one_line() and request.names == wanted.names
    return same and key.matches(request)
