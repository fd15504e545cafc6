"""The CA in a plan, and what there is to say of the plan."""

from pathlib import PurePosixPath

from pfwizard.machine.tree import FileState
from pfwizard.pki.certificates import Certificate, load_certificate
from pfwizard.plan.plan import ChangeKind, Plan
from tests.plan.builders import CA, CA_KEY, SERVER, SERVER_KEY, content_of, guide_pki

FOUND = {state.path: state for state in guide_pki()}
"""What the guide's answers make, by its path."""

EVERYTHING = (CA, CA_KEY, SERVER, SERVER_KEY)
WITHOUT_THE_CA_KEY = (CA, SERVER, SERVER_KEY)


def found(*paths: PurePosixPath) -> list[FileState]:
    return [FOUND[path] for path in paths]


def written(of: Plan) -> set[PurePosixPath]:
    return {change.path for change in of.changes if change.kind is not ChangeKind.MKDIR}


def refusals(of: Plan) -> list[str]:
    return [finding.identifier for finding in of.refusals]


def certificate_in(of: Plan, path: PurePosixPath) -> Certificate:
    """One that the plan writes."""
    return load_certificate(content_of(of, path))
