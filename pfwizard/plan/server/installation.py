"""A certificate from somebody else's CA, put beside its key and into Postfix's configuration."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from pfwizard.answers.answers import CertificateSource, ServerAnswers
from pfwizard.answers.wording import Named, Wording
from pfwizard.enumeration import listed
from pfwizard.machine.facts import Facts
from pfwizard.pki import pem
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.chains import Chain, chain_of, without_expired_end
from pfwizard.pki.checks import Defect, Problem
from pfwizard.pki.keys import PrivateKey
from pfwizard.plan.authorities.known_authorities import (
    FoundCertificate,
    FoundKey,
    found_keys,
    useless_keys,
)
from pfwizard.plan.certificate_files import content_of, warn_of_open_key
from pfwizard.plan.draft import Circumstances, Sketch
from pfwizard.plan.plan import Finding, Plan, note, refusal, warning
from pfwizard.plan.planner import finished, prepared, refuse_unreadable
from pfwizard.plan.server.foreign_chain import (
    BUNDLES,
    is_a_guess,
    problems_of,
    roots_of_clients,
    warn_of_a_ca,
    warn_of_long_validity,
)
from pfwizard.plan.server.installation_chain import (
    ISSUER_FOUND,
    missing_issuers,
    neighbours,
    told_of,
    with_issuers,
)
from pfwizard.plan.server.installation_place import (
    Place,
    beside,
    copies_of,
    judge_place,
    place_of,
    written,
)
from pfwizard.plan.server.served import served_files


@dataclass(frozen=True)
class InstallationRequest:
    """Certificates as they came, at least one, and the files in which their key may be.

    ``force``: also what only some of the clients accept. ``server`` are the answers by which the
    certificate was requested: then it is for their key, and goes where they want it.
    ``known_files`` are others that were made here: one that has a certificate for the key is kept
    up.
    """

    certificates: tuple[Certificate, ...]
    key_files: tuple[PurePosixPath, ...]
    force: bool = False
    server: ServerAnswers | None = None
    known_files: tuple[PurePosixPath, ...] = ()


def files_of_installation(request: InstallationRequest, facts: Facts) -> tuple[PurePosixPath, ...]:
    """The files that such a plan looks at, besides Postfix's own."""
    served = served_files(facts.configuration.master, facts.effective)
    keys = (*request.key_files, *served.keys)
    of_answers = () if request.server is None else (request.server.certificate, request.server.key)
    own = (*request.key_files, *map(beside, keys), *of_answers, *request.known_files)
    named = (*served.certificates, *served.keys, *own)
    return tuple(dict.fromkeys((*own, *served.all, *neighbours(named), *BUNDLES)))


def make_installation_plan(
    request: InstallationRequest, facts: Facts, circumstances: Circumstances
) -> Plan:
    """The change that installs the certificate; refusals name what is wrong with it.

    Raises Failed when the present configuration is one that Postfix itself would not read.
    """
    refuse_unreadable(facts)
    configuration = facts.configuration
    sketch = Sketch(facts, circumstances, configuration.main, configuration.master)
    server = request.server
    if server is not None and server.source is not CertificateSource.REQUEST:
        return finished(sketch.with_finding(_not_requested(server)), ())
    sketch, place = _installed(sketch, request)
    if place is None:
        return finished(sketch, ())
    become = prepared if server is not None and not place.is_in_use else finished
    plan = become(sketch, (place.key, place.certificates, *place.copies))
    return _without_what_was_said_before(plan) if plan.is_empty else plan


def _without_what_was_said_before(plan: Plan) -> Plan:
    """What is not known or was looked for is told when the certificate is installed."""
    said = (Defect.MISSING_INTERMEDIATE, ISSUER_FOUND)
    findings = (f for f in plan.findings if f.identifier not in said)
    return replace(plan, findings=tuple(findings))


def _installed(sketch: Sketch, request: InstallationRequest) -> tuple[Sketch, Place | None]:
    keys = tuple(found_keys(sketch.facts, _key_files(sketch, request)))
    found = next((each for each in keys if _is_for(each, request.certificates)), None)
    if found is None or found.key is None:
        return sketch.with_finding(_no_key(sketch, request, keys)), None
    place = place_of(sketch, found.path, request.server)
    place = replace(place, copies=tuple(copies_of(sketch, request.known_files, found.key)))
    roots = _roots(sketch)
    received = _received(sketch, request, found.key, roots)
    issuers = _missing_issuers(sketch, received, place, roots)
    chain = with_issuers(received, issuers)
    sketch = sketch.with_finding(note("key-found", f"the certificate's key is in {found.path}"))
    sketch = warn_of_open_key(sketch, found.path)
    for finding in (*told_of(issuers), *_findings(sketch, request, chain, found.key, roots)):
        sketch = sketch.with_finding(finding)
    sketch = judge_place(sketch, place, found.key)
    if sketch.is_refused:
        return sketch, None
    return written(sketch, place, chain, found.key), place


def _received(
    sketch: Sketch, request: InstallationRequest, key: PrivateKey, roots: tuple[Certificate, ...]
) -> Chain:
    now = sketch.circumstances.now
    return without_expired_end(chain_of(request.certificates, key, now=now), trusted=roots, now=now)


def _roots(sketch: Sketch) -> tuple[Certificate, ...]:
    served = served_files(sketch.master, sketch.effective)
    return roots_of_clients(sketch.facts, served.authorities)


def _missing_issuers(
    sketch: Sketch, chain: Chain, place: Place, roots: tuple[Certificate, ...]
) -> tuple[FoundCertificate, ...]:
    """Those of the file that is replaced come first."""
    served = served_files(sketch.master, sketch.effective)
    ours = (place.certificates, *place.copies)
    others = (
        *neighbours((*ours, place.key)),
        *served.certificates,
        *neighbours(served.certificates),
    )
    return missing_issuers(
        chain,
        sketch.facts,
        dict.fromkeys((*ours, *others, *served.authorities)),
        roots=roots,
        now=sketch.circumstances.now,
    )


def _key_files(sketch: Sketch, request: InstallationRequest) -> tuple[PurePosixPath, ...]:
    """Those that Postfix uses come first: their certificates are replaced in place."""
    if request.server is not None:
        return (request.server.key,)
    served = served_files(sketch.master, sketch.effective)
    return tuple(dict.fromkeys((*served.keys, *request.key_files)))


def _is_for(found: FoundKey, certificates: tuple[Certificate, ...]) -> bool:
    """A CA may be on this machine too, and its own certificate among those that came."""
    servers = [each for each in certificates if not each.facts.is_ca] or certificates
    return found.key is not None and any(found.key.matches(each) for each in servers)


# --- judging --------------------------------------------------------------------------------------


def _not_requested(server: ServerAnswers) -> Finding:
    return refusal(
        "not-requested",
        Wording(
            "by ",
            Named("server.source", server.source.value),
            " the server's certificate is not one that another CA was asked for",
        ),
        Wording("Set ", Named("server.source", "request"), ", or leave out --answers."),
    )


def _no_key(sketch: Sketch, request: InstallationRequest, keys: tuple[FoundKey, ...]) -> Finding:
    subject = chain_of(request.certificates, None).leaf.facts.subject
    if all(each.facts.is_ca and not each.facts.dns_names for each in request.certificates):
        return _only_authorities(request.certificates)
    locked = [str(each.path) for each in keys if each.key is None]
    if locked:
        return refusal(
            "key-encrypted",
            f"no readable key is that of the certificate of {subject}, and the key in "
            f"{listed(locked)} is encrypted with a passphrase",
            "Postfix has nobody to ask for it: openssl pkey -in FILE -out NEW.",
        )
    useless = list(useless_keys(sketch.facts, _key_files(sketch, request)))
    reasons = "".join(f"; {path} {error.problem}" for path, error in useless)
    if request.server is not None and not useless:
        return refusal(
            "key-mismatch",
            f"the certificate of {subject} is not for the key in {request.server.key}",
            f"Have it issued for this key: {request.server.request} asks for that.",
        )
    others = [_with_count(sketch, each.path) for each in keys if each.key is not None]
    what = f"; not the right one: {listed(others)}" if others else ""
    return refusal(
        "key-mismatch",
        f"the key of the certificate of {subject} was not found on this machine{what}{reasons}",
        "Put the key with which the certificate was requested, in PEM, into a directory such as "
        "/etc/ssl/private, or have the certificate issued for a key that is here.",
    )


def _with_count(sketch: Sketch, path: PurePosixPath) -> str:
    """OpenSSL, too, takes the first key of a file."""
    labels = pem.labels(content_of(sketch, path))
    count = sum(label.endswith("PRIVATE KEY") for label in labels)
    return str(path) if count < 2 else f"{path} (the first of {count} in it)"


def _only_authorities(certificates: tuple[Certificate, ...]) -> Finding:
    subjects = listed(each.facts.subject for each in certificates)
    return refusal(
        "only-authorities",
        f"these are certificates of CAs alone, and not the server's own: {subjects}",
        "Name that too; the CA has sent it in another file, often cert.pem or fullchain.pem.",
    )


def _findings(
    sketch: Sketch,
    request: InstallationRequest,
    chain: Chain,
    key: PrivateKey,
    roots: tuple[Certificate, ...],
) -> Iterator[Finding]:
    if not chain.in_order:
        order = ", then ".join(each.facts.subject for each in chain.sent())
        yield note(
            "wrong-order",
            f"the certificates were not in the order in which a server sends them, and are put "
            f"into it: {order}",
        )
    for each in chain.unrelated:
        until = f"{each.facts.not_after:%Y-%m-%d}"
        yield note(
            "unrelated",
            f"the certificate of {each.facts.subject} (until {until}) is not needed, and is left "
            "away",
        )
    names = _host_names(sketch) if request.server is None else request.server.names
    now = sketch.circumstances.now
    for problem in problems_of(chain, key, names=names, roots=roots, now=now):
        if problem.defect is not Defect.WRONG_ORDER:
            yield _judged(problem, force=request.force or is_a_guess(problem, roots))
    yield from warn_of_a_ca(chain.leaf)
    yield from warn_of_long_validity(chain.leaf)


def _judged(problem: Problem, *, force: bool) -> Finding:
    if problem.blocking:
        return refusal(str(problem.defect), problem.message, problem.remedy)
    if force:
        return warning(str(problem.defect), problem.message, problem.remedy)
    remedy = f"{problem.remedy} To install it all the same: --force."
    return refusal(str(problem.defect), problem.message, remedy)


def _host_names(sketch: Sketch) -> tuple[str, ...]:
    name = sketch.effective.value("myhostname").lower()
    return (name,) if "." in name else ()
