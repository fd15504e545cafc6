"""Looking whether a CA is there, and for what it may sign."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from cryptography.x509 import NameConstraints

from pfwizard.answers.consistency import LimitedAuthority
from pfwizard.errors import Failed
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState, Tree
from pfwizard.pki.certificates import Certificate, extension
from pfwizard.pki.distinguished_name import encoded
from pfwizard.pki.errors import OutsideLimits
from pfwizard.pki.profiles import client_alternative_name, server_alternative_name
from pfwizard.pki.signing import refuse_outside_limits
from pfwizard.pki.subject import Subject
from pfwizard.wizard.certificates_in_use import certificate_of
from pfwizard.wizard.existing_authority import ExistingAuthority
from pfwizard.wizard.suggested_certificates import CA


def authority_at(tree: Tree, path: str) -> ExistingAuthority | None:
    """What is there now; None too where nobody may look, which the review tells of."""
    try:
        return existing_authority(tree.look(PurePosixPath(path)))
    except Failed:
        return None


def usual_authority(facts: Facts) -> Mapping[str, ExistingAuthority | None]:
    """What is known of the usual file, after the first look at the machine."""
    return {str(CA): existing_authority(facts.file(CA))}


def existing_authority(state: FileState) -> ExistingAuthority | None:
    """The CA in this file, or whatever keeps one from being made there."""
    if state.content is None:
        return None
    ca, path = certificate_of(state), str(state.path)
    if ca is None or not ca.facts.is_ca:
        return ExistingAuthority(path)
    return ExistingAuthority(path, ca.facts.subject, _limited(ca, path))


def _limited(ca: Certificate, path: str) -> LimitedAuthority | None:
    if extension(ca.parsed, NameConstraints) is None:
        return None
    return LimitedAuthority(path, ca.facts.limits, lambda name: _may_sign_for(ca, name))


def _may_sign_for(ca: Certificate, name: str) -> bool:
    as_server_or_client = client_alternative_name if "@" in name else server_alternative_name
    try:
        refuse_outside_limits(ca, encoded(Subject()), as_server_or_client([name]))
    except OutsideLimits:
        return False
    return True
