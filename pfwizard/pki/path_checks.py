"""Whether each CA of a chain may have issued what is below it (RFC 5280 section 6.1)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from math import inf

from cryptography import x509

from pfwizard.pki.certificates import Certificate, extension
from pfwizard.pki.checks import (
    Defect,
    Problem,
    may_sign,
    purpose_problems,
    signature_problems,
    strength_problems,
    validity_problems,
)
from pfwizard.pki.name_constraints import outside
from pfwizard.quoting import visible

_ASK_FOR_ANOTHER = (
    "Ask whoever issued the server's certificate for the CA certificate that is to go with it"
    " today, or have the server's issued by another CA."
)


def path_problems(
    leaf: Certificate,
    issuers: Sequence[Certificate],
    roots: Sequence[Certificate],
    *,
    now: datetime,
) -> Iterator[Problem]:
    """What is wrong with the issuers of ``leaf``, from the lowest up.

    ``roots`` have all signed the last of them; a client takes the one that will do.
    """
    for each in issuers:
        yield from _problems_of_one(each, now)
    yield from _depth_problems(issuers, roots)
    yield from _limit_problems(leaf, issuers, roots)


def expired_root(root: Certificate, now: datetime) -> Problem:
    """A root that is here, and counts no longer."""
    (problem,) = validity_problems(root, now, f"the root {root.facts.subject}")
    return Problem(
        problem.defect,
        f"{problem.message}, and no other that clients have leads to the server's certificate",
        f"{_ASK_FOR_ANOTHER} Where this system is an old one, bring its roots up to date.",
    )


def _problems_of_one(issuer: Certificate, now: datetime) -> Iterator[Problem]:
    what = f"the intermediate certificate {issuer.facts.subject}"
    for problem in validity_problems(issuer, now, what):
        is_late = problem.defect is Defect.EXPIRED
        remedy = f"{_ASK_FOR_ANOTHER} {_clock(now)}" if is_late else problem.remedy
        yield Problem(problem.defect, problem.message, remedy)
    if not issuer.facts.is_ca:
        yield Problem(
            Defect.NOT_A_CA,
            f"the certificate of {issuer.facts.subject} is not one of a CA, and has issued"
            " another here",
            "Have the server's certificate issued by a CA.",
        )
    elif not may_sign(issuer):
        yield Problem(
            Defect.NOT_A_CA,
            f"{what} may not sign certificates: its keyUsage lacks keyCertSign",
            _ASK_FOR_ANOTHER,
        )
    for problem in (
        *purpose_problems(issuer, what),
        *strength_problems(issuer, what),
        *signature_problems(issuer, what),
    ):
        yield Problem(problem.defect, problem.message, _ASK_FOR_ANOTHER)


def _clock(now: datetime) -> str:
    return f"Where it is not {now:%Y-%m-%d} as this machine says, check its clock."


def _depth_problems(
    issuers: Sequence[Certificate], roots: Sequence[Certificate]
) -> Iterator[Problem]:
    for below, each in enumerate((*issuers, *sorted(roots, key=_most_below)[-1:])):
        if _most_below(each) < below:
            yield Problem(
                Defect.PATH_TOO_LONG,
                f"by its certificate the CA {each.facts.subject} may have {_most_below(each)}"
                f" other CAs below it, and here there are {below}",
                "Have the server's certificate issued by this CA itself, or the CA's own anew.",
            )


def _most_below(issuer: Certificate) -> float:
    """How many CAs may be between this one and a server (RFC 5280 section 4.2.1.9)."""
    constraints = extension(issuer.parsed, x509.BasicConstraints)
    limit = None if constraints is None else constraints.path_length
    return inf if limit is None else limit


def _limit_problems(
    leaf: Certificate, issuers: Sequence[Certificate], roots: Sequence[Certificate]
) -> Iterator[Problem]:
    """RFC 5280 section 4.2.1.10."""
    free = any(not _refused_by(root, leaf) for root in roots)
    for each in (*issuers, *([] if free else roots[:1])):
        refused = _refused_by(each, leaf)
        if refused:
            permitted = ", ".join(each.facts.limits) or "other names"
            yield Problem(
                Defect.OUTSIDE_LIMITS,
                f"the CA {each.facts.subject} is limited to {permitted}, and so clients refuse its"
                f" certificate for {visible(', '.join(refused))}",
                "Have the certificate issued without these names, or by another CA.",
            )


def _refused_by(issuer: Certificate, leaf: Certificate) -> tuple[str, ...]:
    names = extension(leaf.parsed, x509.SubjectAlternativeName) or x509.SubjectAlternativeName([])
    limits = extension(issuer.parsed, x509.NameConstraints)
    return outside(limits, leaf.parsed.subject, names)
