"""A certificate from somebody else's CA, put beside its key and into Postfix's configuration."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.enumeration import listed
from pfwizard.machine.facts import Facts
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.chains import Chain, chain_of, chain_problems
from pfwizard.pki.checks import Defect, Problem, server_problems
from pfwizard.plan.certificate_files import CERTIFICATES, certificate_summary, key_summary
from pfwizard.plan.draft import PRIVATE_FILE, PUBLIC_FILE, Circumstances, Sketch
from pfwizard.plan.known_authorities import FoundKey, found_certificates, found_keys
from pfwizard.plan.plan import Finding, Plan, Severity, note, refusal, warning
from pfwizard.plan.planner import finished, refuse_unreadable
from pfwizard.plan.served import certificate_for_key, served_files
from pfwizard.plan.tls import LEVELS, level_of

BUNDLES = tuple(
    map(
        PurePosixPath,
        (
            "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine
            "/etc/pki/tls/certs/ca-bundle.crt",  # Red Hat
            "/etc/ssl/ca-bundle.pem",  # SUSE
            "/etc/ssl/cert.pem",  # BSD
        ),
    )
)
"""The roots that this system trusts, and clients are thought to."""

OF_CERTBOT = PurePosixPath("/etc/letsencrypt")


@dataclass(frozen=True)
class InstallationRequest:
    """Certificates as they came, at least one, and the files in which their key may be.

    ``force``: also what only some of the clients accept.
    """

    certificates: tuple[Certificate, ...]
    key_files: tuple[PurePosixPath, ...]
    force: bool = False


@dataclass(frozen=True)
class _Place:
    """Where the certificates go; ``is_in_use`` when Postfix reads that file already."""

    certificates: PurePosixPath
    key: PurePosixPath
    is_in_use: bool


def files_of_installation(request: InstallationRequest, facts: Facts) -> tuple[PurePosixPath, ...]:
    """The files that such a plan looks at, besides Postfix's own."""
    served = served_files(facts.configuration.master, facts.effective)
    beside = [_beside(path) for path in (*request.key_files, *served.keys)]
    return tuple(dict.fromkeys((*request.key_files, *served.all, *beside, *BUNDLES)))


def make_installation_plan(
    request: InstallationRequest, facts: Facts, circumstances: Circumstances
) -> Plan:
    """The change that installs the certificate; refusals name what is wrong with it.

    Raises Failed when the present configuration is one that Postfix itself would not read.
    """
    refuse_unreadable(facts)
    configuration = facts.configuration
    sketch = Sketch(facts, circumstances, configuration.main, configuration.master)
    sketch, looked_at = _installed(sketch, request)
    return finished(sketch, looked_at)


def _installed(
    sketch: Sketch, request: InstallationRequest
) -> tuple[Sketch, tuple[PurePosixPath, ...]]:
    keys = tuple(found_keys(sketch.facts, _key_files(sketch, request)))
    found = next((each for each in keys if _is_for(each, request.certificates)), None)
    if found is None or found.key is None:
        return sketch.with_finding(_no_key(request, keys)), ()
    chain = chain_of(request.certificates, found.key)
    for finding in _findings(sketch, request, chain, found):
        sketch = sketch.with_finding(finding)
    place = _place(sketch, found.path)
    sketch = _judge_place(sketch, place, found)
    if any(finding.severity is Severity.REFUSAL for finding in sketch.findings):
        return sketch, ()
    return _written(sketch, place, chain, found), (place.key, place.certificates)


def _key_files(sketch: Sketch, request: InstallationRequest) -> tuple[PurePosixPath, ...]:
    """Those that Postfix uses come first: their certificates are replaced in place."""
    served = served_files(sketch.master, sketch.effective)
    return tuple(dict.fromkeys((*served.keys, *request.key_files)))


def _is_for(found: FoundKey, certificates: tuple[Certificate, ...]) -> bool:
    """A CA may be on this machine too, and its own certificate among those that came."""
    servers = [each for each in certificates if not each.facts.is_ca] or certificates
    return found.key is not None and any(found.key.matches(each) for each in servers)


# --- judging --------------------------------------------------------------------------------------


def _no_key(request: InstallationRequest, keys: tuple[FoundKey, ...]) -> Finding:
    subject = chain_of(request.certificates, None).leaf.facts.subject
    locked = [str(each.path) for each in keys if each.key is None]
    others = [str(each.path) for each in keys if each.key is not None]
    if locked:
        return refusal(
            "key-encrypted",
            f"no readable key is that of the certificate of {subject}, and the key in "
            f"{listed(locked)} is encrypted with a passphrase",
            "Postfix has nobody to ask for it: openssl pkey -in FILE -out NEW.",
        )
    what = f"; those in {listed(others)} are other keys" if others else ""
    return refusal(
        "key-mismatch",
        f"the key of the certificate of {subject} was not found on this machine{what}",
        "Put the key with which the certificate was requested into a directory such as "
        "/etc/ssl/private, or have the certificate issued for a key that is here.",
    )


def _findings(
    sketch: Sketch, request: InstallationRequest, chain: Chain, found: FoundKey
) -> Iterator[Finding]:
    yield note("key-found", f"the key of the certificate is in {found.path}")
    if not chain.in_order:
        order = ", then ".join(each.facts.subject for each in chain.sent())
        yield note(
            "wrong-order",
            f"the certificates were not in the order in which a server sends them, and are put "
            f"into it: {order}",
        )
    for each in chain.unrelated:
        yield note("unrelated", f"the certificate of {each.facts.subject} is not of this chain")
    roots = _roots(sketch)
    now = sketch.circumstances.now
    for problem in (
        *server_problems(chain.leaf, found.key, issuer=None, names=_host_names(sketch), now=now),
        *chain_problems(chain, trusted=roots, now=now),
    ):
        if problem.defect is not Defect.WRONG_ORDER:
            yield _judged(problem, is_certain=bool(roots), force=request.force)


def _judged(problem: Problem, *, is_certain: bool, force: bool) -> Finding:
    is_a_guess = problem.defect is Defect.MISSING_INTERMEDIATE and not is_certain
    if problem.blocking:
        return refusal(str(problem.defect), problem.message, problem.remedy)
    if force or is_a_guess:
        return warning(str(problem.defect), problem.message, problem.remedy)
    remedy = f"{problem.remedy} To install it all the same: --force."
    return refusal(str(problem.defect), problem.message, remedy)


def _roots(sketch: Sketch) -> tuple[Certificate, ...]:
    served = served_files(sketch.master, sketch.effective)
    paths = (*BUNDLES, *served.authorities)
    return tuple(each.certificate for each in found_certificates(sketch.facts, paths))


def _host_names(sketch: Sketch) -> tuple[str, ...]:
    name = sketch.effective.value("myhostname").lower()
    return (name,) if "." in name else ()


# --- where it goes --------------------------------------------------------------------------------


def _place(sketch: Sketch, key: PurePosixPath) -> _Place:
    in_use = certificate_for_key(sketch.facts, key)
    if in_use is not None:
        return _Place(in_use, key, is_in_use=True)
    if sketch.effective.value("smtpd_tls_chain_files"):
        return _Place(key, key, is_in_use=False)
    return _Place(_beside(key), key, is_in_use=False)


def _beside(key: PurePosixPath) -> PurePosixPath:
    """``server.crt`` for ``server.key``, outside a directory that is for keys."""
    directory = key.parent.parent if key.parent.name == "private" else key.parent
    return directory / f"{key.stem}.crt"


def _judge_place(sketch: Sketch, place: _Place, found: FoundKey) -> Sketch:
    state = sketch.facts.file(place.certificates)
    if state.real.is_relative_to(OF_CERTBOT):
        return sketch.with_finding(
            refusal(
                "managed-by-certbot",
                f"{place.certificates}: this file is certbot's, which would replace it again",
                "Have certbot renew it, or give Postfix a key of its own.",
            )
        )
    present = [each.certificate for each in found_certificates(sketch.facts, [place.certificates])]
    is_others = state.exists and not _is_for(found, tuple(present))
    if is_others and place.certificates != place.key and not place.is_in_use:
        return sketch.with_finding(
            refusal(
                "file-in-the-way",
                f"{place.certificates} is there, and is not a certificate for the key in "
                f"{place.key}",
                f"Move it away if nothing needs it: mv {place.certificates} "
                f"{place.certificates}.old.",
            )
        )
    return sketch


def _written(sketch: Sketch, place: _Place, chain: Chain, found: FoundKey) -> Sketch:
    content = b"".join(each.pem() for each in chain.sent())
    summary = tuple(line for each in chain.sent() for line in certificate_summary(each))
    if place.certificates == place.key and found.key is not None:
        key = CERTIFICATES.sub(b"", sketch.facts.file(place.key).content or b"")
        sketch = sketch.with_file(
            place.key,
            key.rstrip(b"\n") + b"\n" + content,
            PRIVATE_FILE,
            secret=True,
            summary=(*key_summary(found.key), *summary),
        )
    else:
        sketch = sketch.with_file(place.certificates, content, PUBLIC_FILE, summary=summary)
    return sketch if place.is_in_use else _configured(sketch, place)


def _configured(sketch: Sketch, place: _Place) -> Sketch:
    before = served_files(sketch.master, sketch.effective).certificates
    if place.certificates == place.key:
        sketch = sketch.with_setting("smtpd_tls_chain_files", str(place.key))
    else:
        sketch = sketch.with_setting("smtpd_tls_cert_file", str(place.certificates))
        sketch = sketch.with_setting("smtpd_tls_key_file", str(place.key))
    if level_of(sketch.effective) < LEVELS.index("may"):
        sketch = sketch.with_setting("smtpd_tls_security_level", "may")
    after = served_files(sketch.master, sketch.effective).certificates
    for path in before:
        if path not in after:
            sketch = sketch.with_finding(
                note("certificate-replaced", f"until now clients were shown that in {path}")
            )
        elif path != place.certificates:
            sketch = sketch.with_finding(
                warning(
                    "other-certificate-kept",
                    f"some clients are still shown the certificate in {path}, which main.cf names "
                    "for another type of key, or master.cf for a service",
                    "Take that setting out if the new certificate is for all.",
                )
            )
    return sketch
