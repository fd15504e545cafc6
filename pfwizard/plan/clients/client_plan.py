"""A plan that is about one client alone, and asks no answers."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.pki.errors import PkiError, WrongPassphrase
from pfwizard.pki.ledger_entries import Reason
from pfwizard.plan.authorities.authority import found_issuer, made_anew
from pfwizard.plan.authorities.issuer import AuthorityFiles
from pfwizard.plan.clients.clients import NewClient, add_clients, revoke_client
from pfwizard.plan.draft import Circumstances, Sketch
from pfwizard.plan.plan import Plan, refusal
from pfwizard.plan.planner import finished, refuse_unreadable


@dataclass(frozen=True)
class AddClient:
    """A certificate by the CA in these files, for a client that may relay from now on."""

    authority: AuthorityFiles
    client: NewClient


@dataclass(frozen=True)
class RevokeClient:
    """A client that may relay no longer: a name, or a serial number in hexadecimal."""

    which: str
    reason: Reason = Reason.UNSPECIFIED


def files_of_client(request: AddClient | RevokeClient) -> tuple[PurePosixPath, ...]:
    """The files that such a plan looks at, besides Postfix's own."""
    if isinstance(request, RevokeClient):
        return ()
    authority = request.authority
    return (authority.certificate, authority.key, *request.client.files.all)


def make_client_plan(
    request: AddClient | RevokeClient, facts: Facts, circumstances: Circumstances
) -> Plan:
    """The change that adds the client or keeps it out.

    Raises Failed when the present configuration is one that Postfix itself would not read, and
    PassphraseNeeded or WrongPassphrase when the CA is to sign and its key does not open.
    """
    refuse_unreadable(facts)
    configuration = facts.configuration
    sketch = Sketch(facts, circumstances, configuration.main, configuration.master)
    if isinstance(request, RevokeClient):
        sketch = revoke_client(sketch, request.which, request.reason)
    else:
        sketch = _added(sketch, request)
    return finished(sketch, files_of_client(request))


def _added(sketch: Sketch, request: AddClient) -> Sketch:
    files = request.authority
    if not sketch.facts.file(files.certificate).exists:
        return sketch.with_finding(
            refusal(
                "ca-not-found",
                f"{files.certificate} is not there: no CA can sign for the client",
                "Name the answers that made the CA: pfwizard client add NAME --answers FILE.",
            )
        )
    try:
        sketch, issuer = found_issuer(sketch, files, made_anew(files))
        return add_clients(sketch, issuer, (request.client,))
    except WrongPassphrase:
        raise  # to whoever can ask for it again
    except PkiError as error:
        return sketch.with_finding(refusal("unusable-certificate", error.message, error.remedy))
