"""The certificates that SMTP servers show, each with its key, and whether the two fit."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.machine.effective import Effective
from pfwizard.pki import pem
from pfwizard.pki.certificates import load_certificate
from pfwizard.pki.errors import PkiError
from pfwizard.pki.keys import load_private_key
from pfwizard.plan.draft import Sketch
from pfwizard.plan.plan import Finding, refusal
from pfwizard.plan.server.served import paths
from pfwizard.plan.services import smtp_servers
from pfwizard.plan.tls.tls import PAIR
from pfwizard.secret import Secret


@dataclass(frozen=True)
class ServedPair:
    """Where a service reads a certificate, and the key for it: two files, or one.

    ``is_chain`` when smtpd_tls_chain_files names them.
    """

    service: str
    certificate: PurePosixPath
    key: PurePosixPath
    is_chain: bool


def served_pairs(sketch: Sketch) -> Iterator[ServedPair]:
    """What every SMTP server reads, by the configuration as it is planned."""
    for service in smtp_servers(sketch.master, sketch.effective):
        effective = sketch.effective.of(service)
        chains = list(paths("smtpd_tls_chain_files", effective))
        found = _in_chains(sketch, chains) if chains else _in_pairs(effective)
        for certificate, key in found:
            yield ServedPair(service.name, certificate, key, is_chain=bool(chains))


def _in_pairs(effective: Effective) -> Iterator[tuple[PurePosixPath, PurePosixPath]]:
    for certificate_name, key_name in PAIR.items():
        yield from zip(paths(certificate_name, effective), paths(key_name, effective), strict=False)


def _in_chains(
    sketch: Sketch, chains: list[PurePosixPath]
) -> Iterator[tuple[PurePosixPath, PurePosixPath]]:
    """Certificates are behind the key, in the same file or in the next one (postconf(5))."""
    for path, following in zip(chains, [*chains[1:], None], strict=True):
        if not _has(sketch, path, "PRIVATE KEY"):
            continue
        is_apart = following is not None and not _has(sketch, path, "CERTIFICATE")
        if following is not None and is_apart and not _has(sketch, following, "PRIVATE KEY"):
            yield following, path
        else:
            yield path, path


def refuse_misfits(before: Sketch, after: Sketch) -> Sketch:
    """Refuse what would leave a service with a key that is not that of its certificate.

    Postfix then has no TLS for it (src/tls/tls_certkey.c). What was broken before is not refused.
    """
    broken = {pair.service for pair in served_pairs(before) if not _fits(before, pair)}
    for pair in served_pairs(after):
        if pair.service not in broken and not _fits(after, pair):
            return after.with_finding(_would_not_fit(pair))
    return after


def _fits(sketch: Sketch, pair: ServedPair) -> bool:
    """Where one of the two cannot be read, that is another matter."""
    try:
        certificate = load_certificate(_content(sketch, pair.certificate))
        return load_private_key(Secret(_content(sketch, pair.key))).matches(certificate)
    except PkiError:
        return True


def _content(sketch: Sketch, path: PurePosixPath) -> bytes:
    """What is in the file once the plan is applied."""
    state = sketch.facts.file(path)
    planned = {change.real: change.after for change in sketch.changes}
    return planned.get(state.real, state.content) or b""


def _has(sketch: Sketch, path: PurePosixPath, label: str) -> bool:
    return any(each.endswith(label) for each in pem.labels(_content(sketch, path)))


def _would_not_fit(pair: ServedPair) -> Finding:
    return refusal(
        "pair-would-not-fit",
        f"the service {pair.service} would have the certificate in {pair.certificate} with the "
        f"key in {pair.key}, which do not belong together, and so no TLS",
        "In master.cf, name both for this service, certificate and key, or neither of them.",
    )
