"""Where a certificate goes that was installed, and what of Postfix's settings names it then."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.answers.answers import CertificateLayout, ServerAnswers
from pfwizard.answers.wording import Named, Wording
from pfwizard.pki import pem
from pfwizard.pki.chains import Chain
from pfwizard.pki.key_type import family_of
from pfwizard.pki.keys import PrivateKey
from pfwizard.plan.authorities.known_authorities import found_certificates, found_keys
from pfwizard.plan.certificate_files import content_of, with_certificates
from pfwizard.plan.draft import Sketch
from pfwizard.plan.plan import Finding, note, refusal, warning
from pfwizard.plan.server.chain_file import not_for_a_chain
from pfwizard.plan.server.deploy_hook import CERTBOT
from pfwizard.plan.server.layout import layout_of
from pfwizard.plan.server.served import paths, served_files
from pfwizard.plan.server.served_pairs import refuse_misfits, served_pairs
from pfwizard.plan.tls.tls import LEVELS, PAIR, level_of


@dataclass(frozen=True)
class Place:
    """Where the certificates go, and where their key is.

    ``is_in_use`` when Postfix reads them there already. ``is_chain`` when the key's file is one
    for smtpd_tls_chain_files and has them too. ``is_answered`` when the answers say where, and the
    rest of the work is left to these. ``copies`` are other files that have them too.
    """

    certificates: PurePosixPath
    key: PurePosixPath
    is_in_use: bool
    is_chain: bool
    is_answered: bool = False
    copies: tuple[PurePosixPath, ...] = ()


def place_of(sketch: Sketch, key: PurePosixPath, server: ServerAnswers | None) -> Place:
    """Where the certificates for the key in this file go.

    What Postfix has for it is replaced where that is, whatever the answers will make of it.
    """
    files = None if server is None else (server.certificate, server.key)
    shown = next(
        (
            pair
            for pair in served_pairs(sketch)
            if pair.key == key and (files is None or pair.certificate in files)
        ),
        None,
    )
    is_chain = shown is not None and shown.is_chain and shown.certificate == key
    if server is not None:
        if shown is None:
            is_chain = layout_of(server, sketch.facts) is CertificateLayout.CHAIN
        in_use = shown is not None
        return Place(server.certificate, server.key, in_use, is_chain, is_answered=True)
    if shown is not None:
        return Place(shown.certificate, key, is_in_use=True, is_chain=is_chain)
    if sketch.effective.value("smtpd_tls_chain_files"):
        return Place(key, key, is_in_use=False, is_chain=True)
    return Place(beside(key), key, is_in_use=False, is_chain=False)


def copies_of(
    sketch: Sketch, known_files: Iterable[PurePosixPath], key: PrivateKey
) -> Iterator[PurePosixPath]:
    """Those of the files that have a certificate for the key first, and are nobody else's."""
    for path in known_files:
        first = next(found_certificates(sketch.facts, [path]), None)
        is_others = sketch.facts.file(path).real.is_relative_to(CERTBOT)
        if first is not None and key.matches(first.certificate) and not is_others:
            yield path


def beside(key: PurePosixPath) -> PurePosixPath:
    """``server.crt`` for ``server.key``, outside a directory that is for keys."""
    directory = key.parent.parent if key.parent.name == "private" else key.parent
    return directory / f"{key.stem}.crt"


def judge_place(sketch: Sketch, place: Place, key: PrivateKey) -> Sketch:
    """Refuse what belongs to somebody else."""
    state = sketch.facts.file(place.certificates)
    files = (place.certificates, *([place.key] if place.is_chain else []))
    for path in files:
        if not sketch.facts.file(path).real.is_relative_to(CERTBOT):
            continue
        return sketch.with_finding(
            refusal(
                "managed-by-certbot",
                f"{path}: this file is certbot's, which would replace it again",
                "Have certbot renew it, or give Postfix a key of its own.",
            )
        )
    unfit = not_for_a_chain(place.key, content_of(sketch, place.key)) if place.is_chain else None
    if unfit is not None:
        return sketch.with_finding(unfit)
    present = [each.certificate for each in found_certificates(sketch.facts, [place.certificates])]
    servers = [each for each in present if not each.facts.is_ca] or present
    is_others = state.exists and not any(key.matches(each) for each in servers)
    if is_others and place.certificates != place.key and not place.is_in_use:
        return sketch.with_finding(_in_the_way(sketch, place))
    return sketch


def _in_the_way(sketch: Sketch, place: Place) -> Finding:
    if place.certificates not in served_files(sketch.master, sketch.effective).certificates:
        way_out = (
            f"Move it away if nothing needs it: mv {place.certificates} {place.certificates}.old."
        )
    elif place.is_answered:
        way_out = Wording(
            "Postfix shows it: name another file in ", Named("server.certificate"), "."
        )
    else:
        way_out = "Postfix shows it: give the key another name, and the certificate follows that."
    return refusal(
        "file-in-the-way",
        f"{place.certificates} is there, and is not a certificate for the key in {place.key}",
        way_out,
    )


def written(sketch: Sketch, place: Place, chain: Chain, key: PrivateKey) -> Sketch:
    """Plan the certificates' files, and that Postfix uses them where nobody else sees to it."""
    before = sketch
    behind = (place.key,) if place.is_chain else ()
    files = (*behind, *place.copies, place.certificates)
    for path in {sketch.facts.file(each).real: each for each in files}.values():
        sketch = with_certificates(sketch, path, chain.sent(), key=key)
    if not place.is_in_use:
        left = place.is_answered
        sketch = _left_to_the_answers(sketch) if left else _configured(sketch, place, key)
    return refuse_misfits(before, sketch)


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
    if place.is_chain:
        others = [*_chains_of_other_types(sketch, key)]
        for path in others:
            unfit = not_for_a_chain(path, content_of(sketch, path))
            if unfit is not None:
                return sketch.with_finding(unfit)
        files = " ".join(map(str, [*others, place.key]))
        sketch = sketch.with_setting("smtpd_tls_chain_files", files)
    else:
        certificate_name, key_name = _parameters(sketch, key)
        sketch = sketch.with_setting(certificate_name, str(place.certificates))
        sketch = sketch.with_setting(key_name, str(place.key))
    if level_of(sketch.effective) < LEVELS.index("may"):
        sketch = sketch.with_setting("smtpd_tls_security_level", "may")
    return _tell_of_the_others(sketch, place, before)


def _chains_of_other_types(sketch: Sketch, key: PrivateKey) -> Iterator[PurePosixPath]:
    """The chain files that stay; each key has its certificates behind it (postconf(5))."""
    stays = False
    for path in paths("smtpd_tls_chain_files", sketch.effective):
        if any(each.endswith("PRIVATE KEY") for each in pem.labels(content_of(sketch, path))):
            stays = any(
                found.key is not None and family_of(found.key.label) != family_of(key.label)
                for found in found_keys(sketch.facts, [path])
            )
        if stays:
            yield path


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
