"""The limits of a new CA: the domains and the addresses that it may sign for."""

from typing import TYPE_CHECKING

from pfwizard.answers.answers import CertificateSource
from pfwizard.answers.wording import Named, Wording
from pfwizard.pki.domains import domains_to_sign_for, is_of_a_registry
from pfwizard.pki.name_constraints import limited_to, permitted_names, reads_as_a_host
from pfwizard.pki.names import is_ip
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import note, warning

if TYPE_CHECKING:
    from cryptography import x509


def limits_of_a_new_ca(draft: Draft) -> tuple[Draft, "x509.NameConstraints | None"]:
    """The limits, of which the draft then tells; None where the answers want none."""
    wanted = draft.answers.ca
    if not wanted.name_constraints:
        return draft, None
    addresses = [name for name in draft.answers.server.names if is_ip(name)]
    limits = limited_to(wanted.domains or _own_domains(draft), addresses)
    listed = ", ".join(permitted_names(limits))
    found = note(
        "ca-limited",
        f"the new CA can sign only for {listed} and for what is below; a domain that is added "
        "later needs another CA, which every client has to trust",
        Wording(
            "Name further domains in ",
            Named("ca.domains"),
            " now, or set ",
            Named("ca.name_constraints", False),
            " for a CA without limits.",
        ),
    )
    return _warn_of_registries(draft.with_finding(found)), limits


def _warn_of_registries(draft: Draft) -> Draft:
    for domain in filter(is_of_a_registry, draft.answers.ca.domains):
        draft = draft.with_finding(
            warning(
                "ca-limited-to-a-registry",
                f"the names below {domain} are other people's, and the CA can sign for all of them",
                Wording("Name your own domains in ", Named("ca.domains"), "."),
            )
        )
    return draft


def _own_domains(draft: Draft) -> tuple[str, ...]:
    effective = draft.effective
    return domains_to_sign_for(
        _named(draft), domain=effective.value("mydomain"), host=effective.value("myhostname")
    )


def _named(draft: Draft) -> tuple[str, ...]:
    """Whatever the CA is to sign for: what OpenSSL takes for a host in a common name too."""
    server, clients = draft.answers.server, draft.answers.clients.names
    names = (*server.names, *clients)
    if server.source is not CertificateSource.CA:
        return names
    contact = [server.subject.email] if server.subject.email else []
    common_name = server.subject.common_name
    is_held_to_it = all(map(is_ip, server.names)) and reads_as_a_host(common_name)
    return (*names, *contact, *([common_name.lower()] if is_held_to_it else []))
