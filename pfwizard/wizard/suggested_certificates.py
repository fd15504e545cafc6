"""Suggestions about certificates: what clients are shown today, and the CA that is there."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from enum import Enum
from pathlib import PurePosixPath

from pfwizard.answers.question import Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.machine.facts import Facts
from pfwizard.machine.platforms.recognition import PLATFORMS
from pfwizard.machine.postfix import DEFAULT_CONFIG_DIRECTORY
from pfwizard.pki.certificates import Certificate, CertificateFacts
from pfwizard.pki.distinguished_name import decoded
from pfwizard.pki.errors import PkiError
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import is_encrypted
from pfwizard.pki.names import is_ip
from pfwizard.pki.requests import load_request
from pfwizard.pki.subject import Subject
from pfwizard.plan.server.deploy_hook import lineage_of
from pfwizard.plan.tls.tls import PLACEHOLDERS
from pfwizard.plan.usual_answers import usual_answers
from pfwizard.secret import Secret
from pfwizard.wizard.certificates_in_use import InUse, certificate_in, certificates_in_use

_DEFAULTS = {question.key: question.default for question in QUESTIONS}


def _default(key: str) -> PurePosixPath:
    return PurePosixPath(str(_DEFAULTS[key]))


CA, CA_KEY = _default("ca.certificate"), _default("ca.key")

BESIDE_POSTFIX = _default("server.certificate").relative_to(DEFAULT_CONFIG_DIRECTORY)

PLACES = tuple(
    dict.fromkeys(place for each in PLATFORMS for place in each.config_directories.value)
)
"""Where some platform has Postfix's own files, and an earlier run has put the server's beside."""

PUBLIC = (CA, *(place / BESIDE_POSTFIX for place in PLACES))
"""What has to be among the facts."""


def _usual(facts: Facts, key: str) -> PurePosixPath:
    return PurePosixPath(str(usual_answers(facts).get(key, _DEFAULTS[key])))


Suggested = Iterator[tuple[str, Value]]


def private_files(facts: Facts) -> tuple[PurePosixPath, ...]:
    """What has to be there too, as far as it belongs to what is found; only root can see it."""
    keys = (CA_KEY,) if facts.file(CA).exists else ()
    is_there = facts.file(_usual(facts, "server.certificate")).exists
    requests = () if is_there else (_usual(facts, "server.key"), _usual(facts, "server.request"))
    return (*keys, *requests)


def authority(facts: Facts) -> Suggested:
    """A CA that is there is asked for again; without its key it cannot be made to sign here."""
    ca = certificate_in(facts, CA)
    if ca is not None:
        yield from _subject(decoded(ca.parsed.subject), "ca.subject")
        yield from _of_its_making(ca.facts)
        yield from _encryption(facts)
        if not facts.file(CA_KEY).exists:
            yield "ca.source", "existing"


KEY_TYPES = {kind.label: kind.value for kind in KeyType}
"""By what a certificate's key is called."""


def _of_its_making(ca: CertificateFacts) -> Suggested:
    """What was decided when it was made, and cannot be any more."""
    if ca.key in KEY_TYPES:
        yield "ca.key_type", KEY_TYPES[ca.key]
    yield "ca.days", (ca.not_after - ca.not_before).days
    yield "ca.name_constraints", bool(ca.limits)
    domains = tuple(name for name in ca.limits if not is_ip(name))
    if domains:
        yield "ca.domains", domains


def _encryption(facts: Facts) -> Suggested:
    """Only who may read the key can know of it."""
    content = facts.file(CA_KEY).content
    if content is not None:
        yield "ca.encrypted", is_encrypted(Secret(content))


def server(facts: Facts) -> Suggested:
    """What clients are shown today is asked for again, so that a second run changes nothing."""
    if _is_awaited(facts):
        yield from _signed_by(Signer.ANOTHER_BY_REQUEST, facts)
        yield from _requested(facts)
        return
    certificate, key = _usual(facts, "server.certificate"), _usual(facts, "server.key")
    in_use, made = certificates_in_use(facts), certificate_in(facts, certificate)
    for used in (in_use, (InUse(certificate, key, made),)):
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
    if lineage_of(facts, used.path) is not None:
        return Signer.ANOTHER
    if certificate is None or certificate.is_issued_by(certificate):
        return None
    if ca is not None and certificate.is_issued_by(ca):
        return Signer.OUR_CA
    is_ours = used.key == _usual(facts, "server.key")
    return Signer.ANOTHER_BY_REQUEST if is_ours else Signer.ANOTHER


def _signed_by(signer: Signer, facts: Facts) -> Suggested:
    yield "server.source", signer.value
    if not facts.file(CA).exists:
        yield "ca.source", "none"


def _is_awaited(facts: Facts) -> bool:
    """Whether a request was made, and its certificate has not come."""
    if facts.file(_usual(facts, "server.certificate")).exists:
        return False
    made = ("server.key", "server.request")
    return all(facts.file(_usual(facts, key)).exists for key in made)


def _requested(facts: Facts) -> Suggested:
    try:
        request = load_request(facts.file(_usual(facts, "server.request")).content or b"")
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
