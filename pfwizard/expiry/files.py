"""What the files that Postfix is told of hold."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.errors import Failed
from pfwizard.expiry.judgement import Judgement
from pfwizard.machine.tree import Tree
from pfwizard.pki import pem
from pfwizard.pki.certificates import Certificate, load_certificates
from pfwizard.pki.errors import NotACertificate


@dataclass(frozen=True)
class CertificateFile:
    """The certificates of a file in its order, or why there are none.

    ``problem`` is UNUSABLE where Postfix has none either, UNREADABLE where only we cannot tell.
    ``has_only_keys``: that may be as it should be, where other files come after it.
    """

    path: PurePosixPath
    certificates: tuple[Certificate, ...] = ()
    problem: Judgement | None = None
    detail: str = ""
    has_only_keys: bool = False


def read(tree: Tree, path: PurePosixPath) -> CertificateFile:
    """Read it now; every failure is told in what is returned."""
    try:
        state = tree.look(path)
    except Failed as failure:
        return CertificateFile(path, (), Judgement.UNREADABLE, failure.message)
    if state.content is None:
        what = "is not a file" if state.exists else "is missing"
        return CertificateFile(path, (), Judgement.UNUSABLE, f"{path}: {what}")
    try:
        return CertificateFile(path, load_certificates(state.content))
    except NotACertificate as error:
        detail, has_only_keys = error.at(path).message, _has_only_keys(state.content)
        return CertificateFile(path, (), Judgement.UNUSABLE, detail, has_only_keys)


def _has_only_keys(content: bytes) -> bool:
    labels = pem.labels(content)
    return bool(labels) and all(label.endswith((" KEY", " PARAMETERS")) for label in labels)
