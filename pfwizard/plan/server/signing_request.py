"""The server's certificate signing request."""

from pfwizard.pki import pem
from pfwizard.pki.errors import PkiError
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.requests import Request, build_request, load_request
from pfwizard.plan.certificate_files import content_of
from pfwizard.plan.draft import PRIVATE_FILE, PUBLIC_FILE, Draft
from pfwizard.plan.plan import refusal, warning
from pfwizard.private_file import OPEN_TO_OTHERS

LABELS = frozenset({"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"})


def with_request(draft: Draft, key: PrivateKey) -> Draft:
    """Plan the request, unless there is one that asks for the same."""
    wanted = draft.answers.server
    content = content_of(draft, wanted.request)
    if content and LABELS.isdisjoint(pem.labels(content)):
        return _refused(draft)
    present = _request_in(content)
    if present is not None and _is_the_same(draft, present, key):
        return _warn_of_legible_password(draft, present)
    attributes = wanted.request_attributes
    request = build_request(
        key,
        wanted.subject,
        wanted.names,
        challenge_password=attributes.challenge_password,
        company_name=attributes.company_name,
    )
    is_secret = bool(attributes.challenge_password)
    closed = ("a challenge password is in it: for its owner alone, mode 0600",) if is_secret else ()
    was_secret = present is not None and bool(present.challenge_password)
    return draft.with_file(
        wanted.request,
        request.pem().reveal(),
        PRIVATE_FILE if is_secret else PUBLIC_FILE,
        secret=is_secret or was_secret,
        sets_mode=is_secret,
        summary=(
            f"certificate signing request for {request.subject}",
            f"names: {', '.join(request.names)}",
            *closed,
        ),
    )


def with_request_kept_up(draft: Draft, key: PrivateKey) -> Draft:
    """Plan that a request that is there asks for what the answers say now."""
    present = _request_in(content_of(draft, draft.answers.server.request))
    return draft if present is None else with_request(draft, key)


def _request_in(content: bytes) -> Request | None:
    try:
        return load_request(content)
    except PkiError:
        return None


def _is_the_same(draft: Draft, present: Request, key: PrivateKey) -> bool:
    wanted = draft.answers.server
    attributes = wanted.request_attributes
    return (
        key.matches(present)
        and present.subject == wanted.subject.one_line()
        and present.names == wanted.names
        and present.challenge_password == attributes.challenge_password
        and present.company_name == attributes.company_name
    )


def _refused(draft: Draft) -> Draft:
    path = draft.answers.server.request
    found = refusal(
        "file-in-the-way",
        f"{path} is there, and {pem.contents(content_of(draft, path))}, where the certificate "
        "signing request is to be",
        f"Name another file for the request, or move this one away: mv {path} {path}.old.",
    )
    return draft if found in draft.findings else draft.with_finding(found)


def _warn_of_legible_password(draft: Draft, present: Request) -> Draft:
    path = draft.answers.server.request
    mode = draft.facts.file(path).mode
    if not present.challenge_password or not mode & OPEN_TO_OTHERS:
        return draft
    return draft.with_finding(
        warning(
            "request-open-to-others",
            f"{path}: the challenge password in this request can be read by more users than its "
            f"owner (mode {mode:04o})",
            f"chmod 600 {path}.",
        )
    )
