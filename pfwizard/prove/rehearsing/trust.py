"""Whom the clients of a planned server trust, as far as that is known."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import Tree
from pfwizard.plan.authorities.known_authorities import found_certificates
from pfwizard.plan.plan import EnterInLedger, Plan
from pfwizard.plan.server.served import served_files
from pfwizard.prove.conversation import Trust
from pfwizard.prove.known_roots import trust_in_known_roots
from pfwizard.prove.rehearsing.score import as_planned


def with_trust_of_clients(trust: Trust, plan: Plan, facts: Facts) -> Trust:
    """With the roots of clients that have been given the CA of this machine.

    A certificate that the plan does not issue is what it is: the plan judges it, and whom its
    clients trust is not known. It is trusted itself.
    """
    planned = _with_certificates(as_planned(facts, plan))
    roots = trust_in_known_roots(planned).roots
    return replace(trust, roots=roots + "".join(_of_others(plan, planned)))


def _of_others(plan: Plan, planned: Facts) -> Iterator[str]:
    served = _served(planned)
    issues = any(isinstance(action, EnterInLedger) for action in plan.actions)
    if issues and any(change.path in served for change in plan.changes):
        return
    for found in found_certificates(planned, served):
        yield found.certificate.pem().decode("ascii")


def _with_certificates(facts: Facts) -> Facts:
    """Those too that nobody plans to change."""
    missing = [path for path in _served(facts) if path not in facts.files]
    return replace(facts, files={**Tree().look_at(missing), **facts.files})


def _served(facts: Facts) -> tuple[PurePosixPath, ...]:
    return served_files(facts.configuration.master, facts.effective).certificates
