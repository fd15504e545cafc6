"""The roots that may be this machine's own: not those that every system has, or a partner."""

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.plan.authorities.issued_for_postfix import (
    certificates_of_postfix,
    has_issued_one_of,
)
from pfwizard.plan.authorities.known_authorities import (
    MOST_OF_OUR_OWN,
    USUAL,
    FoundCertificate,
    found_certificates,
)
from pfwizard.plan.server.served import served_files


def own_roots(
    facts: Facts, paths: Iterable[PurePosixPath], named: Iterable[PurePosixPath]
) -> tuple[FoundCertificate, ...]:
    """The roots that have issued for Postfix, and those in the files that are ``named``.

    The usual place is named always, a server's own file never: its root may be that of others. Of
    several certificates for one key it is the one that lasts longest. Raises Failed for a value
    that Postfix gives up on.
    """
    issued = certificates_of_postfix(facts)
    served = served_files(facts.configuration.master, facts.effective)
    places = {*named, USUAL[0]}.difference(served.certificates)
    return tuple(
        root
        for root in lasting_roots(facts, paths)
        if root.path in places or has_issued_one_of(root.certificate, issued)
    )


def lasting_roots(facts: Facts, paths: Iterable[PurePosixPath]) -> tuple[FoundCertificate, ...]:
    """Every root, each key once; of a distribution's files those alone that Postfix comes from."""
    issued = certificates_of_postfix(facts)
    found = [each for each in found_certificates(facts, paths) if each.certificate.facts.is_ca]
    in_a_file = Counter(each.path for each in found)
    by_key: dict[str, FoundCertificate] = {}
    for each in found:
        certificate = each.certificate
        is_of_a_bundle = in_a_file[each.path] > MOST_OF_OUR_OWN
        if is_of_a_bundle and not has_issued_one_of(certificate, issued):
            continue
        if not certificate.is_issued_by(certificate):
            continue
        before = by_key.get(certificate.facts.spki_sha256)
        if before is None or before.certificate.facts.not_after < certificate.facts.not_after:
            by_key[certificate.facts.spki_sha256] = each
    return tuple(by_key.values())
