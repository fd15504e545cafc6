"""Where a certificate goes that was installed, and what of Postfix's settings names it then."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.answers.answers import CertificateLayout, ServerAnswers
from pfwizard.pki.chains import Chain
from pfwizard.pki.key_type import family_of
from pfwizard.pki.keys import PrivateKey
from pfwizard.plan.authorities.known_authorities import found_certificates, found_keys
from pfwizard.plan.certificate_files import CERTIFICATES, certificate_summary, key_summary
from pfwizard.plan.draft import PRIVATE_FILE, PUBLIC_FILE, Sketch
from pfwizard.plan.plan import note, refusal, warning
from pfwizard.plan.server.deploy_hook import CERTBOT
from pfwizard.plan.server.layout import layout_of
from pfwizard.plan.server.served import certificate_for_key, paths, served_files
from pfwizard.plan.tls import LEVELS, PAIR, level_of


@dataclass(frozen=True)
class Place:
    """Where the certificates go, and where their key is.

    ``is_in_use`` when Postfix reads them there already. ``is_chain`` when they are to stand
    behind their key too, where ``certificates`` is another file. ``is_answered`` when the answers
    say where, and the rest of the work is left to these.
    """

    certificates: PurePosixPath
    key: PurePosixPath
    is_in_use: bool
    is_chain: bool = False
    is_answered: bool = False


def place_of(sketch: Sketch, key: PurePosixPath, server: ServerAnswers | None) -> Place:
    """Where the certificates for the key in this file go."""
    if server is not None:
        served = served_files(sketch.master, sketch.effective)
        is_chain = layout_of(server, sketch.facts) is CertificateLayout.CHAIN
        shown = server.key if is_chain else server.certificate
        is_in_use = shown in served.certificates
        return Place(server.certificate, server.key, is_in_use, is_chain, is_answered=True)
    in_use = certificate_for_key(sketch.facts, key)
    if in_use is not None:
        return Place(in_use, key, is_in_use=True)
    if sketch.effective.value("smtpd_tls_chain_files"):
        return Place(key, key, is_in_use=False)
    return Place(beside(key), key, is_in_use=False)


def beside(key: PurePosixPath) -> PurePosixPath:
    """``server.crt`` for ``server.key``, outside a directory that is for keys."""
    directory = key.parent.parent if key.parent.name == "private" else key.parent
    return directory / f"{key.stem}.crt"


def judge_place(sketch: Sketch, place: Place, key: PrivateKey) -> Sketch:
    """Refuse what belongs to somebody else."""
    state = sketch.facts.file(place.certificates)
    if state.real.is_relative_to(CERTBOT):
        return sketch.with_finding(
            refusal(
                "managed-by-certbot",
                f"{place.certificates}: this file is certbot's, which would replace it again",
                "Have certbot renew it, or give Postfix a key of its own.",
            )
        )
    present = [each.certificate for each in found_certificates(sketch.facts, [place.certificates])]
    servers = [each for each in present if not each.facts.is_ca] or present
    is_others = state.exists and not any(key.matches(each) for each in servers)
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


def written(sketch: Sketch, place: Place, chain: Chain, key: PrivateKey) -> Sketch:
    """Plan the certificates' files, and that Postfix uses them where nobody else sees to it."""
    content = b"".join(each.pem() for each in chain.sent())
    summary = tuple(line for each in chain.sent() for line in certificate_summary(each))
    if place.certificates != place.key:
        sketch = sketch.with_file(place.certificates, content, PUBLIC_FILE, summary=summary)
    if place.is_chain or place.certificates == place.key:
        alone = CERTIFICATES.sub(b"", sketch.facts.file(place.key).content or b"")
        sketch = sketch.with_file(
            place.key,
            alone.rstrip(b"\n") + b"\n" + content,
            PRIVATE_FILE,
            secret=True,
            summary=(*key_summary(key), *summary),
        )
    if place.is_in_use:
        return sketch
    return _left_to_the_answers(sketch) if place.is_answered else _configured(sketch, place, key)


def _left_to_the_answers(sketch: Sketch) -> Sketch:
    return sketch.with_finding(
        note(
            "not-used-yet",
            "Postfix is left as it is until the answers are applied",
            "pfwizard --answers FILE, with the same answers again.",
        )
    )


def _configured(sketch: Sketch, place: Place, key: PrivateKey) -> Sketch:
    before = served_files(sketch.master, sketch.effective).certificates
    if place.certificates == place.key:
        files = [*_chains_of_other_types(sketch, key), str(place.key)]
        sketch = sketch.with_setting("smtpd_tls_chain_files", " ".join(files))
    else:
        certificate_name, key_name = _parameters(sketch, key)
        sketch = sketch.with_setting(certificate_name, str(place.certificates))
        sketch = sketch.with_setting(key_name, str(place.key))
    if level_of(sketch.effective) < LEVELS.index("may"):
        sketch = sketch.with_setting("smtpd_tls_security_level", "may")
    return _tell_of_the_others(sketch, place, before)


def _chains_of_other_types(sketch: Sketch, key: PrivateKey) -> Iterator[str]:
    """The chain files that stay; each key has its certificates behind it (postconf(5))."""
    stays = False
    for path in paths("smtpd_tls_chain_files", sketch.effective):
        for found in found_keys(sketch.facts, [path]):
            stays = found.key is not None and family_of(found.key.label) != family_of(key.label)
        if stays:
            yield str(path)


def _parameters(sketch: Sketch, key: PrivateKey) -> tuple[str, str]:
    """Those that name a key of this type already, else the first."""
    for certificate_name, key_name in PAIR.items():
        for found in found_keys(sketch.facts, paths(key_name, sketch.effective)):
            if found.key is not None and family_of(found.key.label) == family_of(key.label):
                return certificate_name, key_name
    return next(iter(PAIR.items()))


def _tell_of_the_others(sketch: Sketch, place: Place, before: tuple[PurePosixPath, ...]) -> Sketch:
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
