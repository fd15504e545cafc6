"""Suggestions about certificates: what clients are shown today, and the CA that is there."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from enum import Enum
from pathlib import PurePosixPath

from pfwizard.answers.question import Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.machine.facts import Facts
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.distinguished_name import decoded
from pfwizard.pki.errors import PkiError
from pfwizard.pki.requests import load_request
from pfwizard.pki.subject import Subject
from pfwizard.plan.server.deploy_hook import LIVE
from pfwizard.plan.tls import PLACEHOLDERS
from pfwizard.wizard.certificates_in_use import InUse, certificate_in, certificates_in_use

_DEFAULTS = {question.key: question.default for question in QUESTIONS}


def _usual(key: str) -> PurePosixPath:
    return PurePosixPath(str(_DEFAULTS[key]))


CA, CA_KEY = _usual("ca.certificate"), _usual("ca.key")
SERVER, SERVER_KEY = _usual("server.certificate"), _usual("server.key")
REQUEST = _usual("server.request")

PUBLIC = (CA, SERVER)
"""What has to be among the facts."""

Suggested = Iterator[tuple[str, Value]]


def private_files(facts: Facts) -> tuple[PurePosixPath, ...]:
    """What has to be there too, as far as it belongs to what is found; only root can see it."""
    keys = (CA_KEY,) if facts.file(CA).exists else ()
    requests = () if facts.file(SERVER).exists else (SERVER_KEY, REQUEST)
    return (*keys, *requests)


def authority(facts: Facts) -> Suggested:
    """A CA that is there is asked for again; without its key it cannot be made to sign here."""
    ca = certificate_in(facts, CA)
    if ca is not None:
        yield from _subject(decoded(ca.parsed.subject), "ca.subject")
        if not facts.file(CA_KEY).exists:
            yield "ca.source", "existing"


def server(facts: Facts) -> Suggested:
    """What clients are shown today is asked for again, so that a second run changes nothing."""
    if _is_awaited(facts):
        yield from _signed_by(Signer.ANOTHER_BY_REQUEST, facts)
        yield from _requested(facts)
        return
    in_use, made = certificates_in_use(facts), certificate_in(facts, SERVER)
    for used in (in_use, (InUse(SERVER, SERVER_KEY, made),)):
        signer = _signer(facts, used[0]) if used else None
        if signer is not None:
            yield from _signed_by(signer, facts)
            yield from _files(used, signer)
            yield from _named_in(used[0].certificate)
            return
    yield from _named_in(made)


def _named_in(certificate: Certificate | None) -> Suggested:
    if certificate is not None:
        yield from _subject(decoded(certificate.parsed.subject), "server.subject")
        names = certificate.facts
        yield "server.names", (*names.dns_names, *names.ip_addresses)


class Signer(Enum):
    """By whom a certificate is signed; the value is the answer that fits."""

    OUR_CA = "ca"
    ANOTHER_BY_REQUEST = "request"
    ANOTHER = "files"


def _signer(facts: Facts, used: InUse) -> Signer | None:
    """None for a certificate that signs itself, or was made for want of a real one."""
    certificate, ca = used.certificate, certificate_in(facts, CA)
    if str(used.path) in PLACEHOLDERS:
        return None
    if used.path.is_relative_to(LIVE):
        return Signer.ANOTHER
    if certificate is None or certificate.is_issued_by(certificate):
        return None
    if ca is not None and certificate.is_issued_by(ca):
        return Signer.OUR_CA
    return Signer.ANOTHER_BY_REQUEST if used.key == SERVER_KEY else Signer.ANOTHER


def _signed_by(signer: Signer, facts: Facts) -> Suggested:
    yield "server.source", signer.value
    if not facts.file(CA).exists:
        yield "ca.source", "none"


def _is_awaited(facts: Facts) -> bool:
    """Whether a request was made, and its certificate has not come."""
    if facts.file(SERVER).exists:
        return False
    return facts.file(SERVER_KEY).exists and facts.file(REQUEST).exists


def _requested(facts: Facts) -> Suggested:
    try:
        request = load_request(facts.file(REQUEST).content or b"")
    except PkiError:
        return
    yield from _subject(decoded(request.parsed.subject), "server.subject")
    yield "server.names", request.names


def _files(used: Sequence[InUse], signer: Signer) -> Suggested:
    """Where the first certificate is, and a second one for clients that know ECDSA.

    What we write has the certificate in a file of its own, whether it is in that of the key or not.
    """
    second = [each for each in used[1:] if each.is_ecdsa and not used[0].is_ecdsa]
    if second:
        yield "server.ecdsa", True
    for begin, each in zip(("server.", "server.ecdsa_"), (*used[:1], *second[:1]), strict=False):
        yield f"{begin}key", str(each.key)
        if signer is Signer.ANOTHER or each.path != each.key:
            yield f"{begin}certificate", str(each.path)


def _subject(subject: Subject, section: str) -> Suggested:
    for field in fields(subject):
        yield f"{section}.{field.name}", getattr(subject, field.name)
