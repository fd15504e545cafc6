"""A change that is live is proved: its servers are talked to, and somebody logs in."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pfwizard.apply.journal import StateDirectory
from pfwizard.apply.live.mail_log import watched
from pfwizard.apply.manifest import TransactionId
from pfwizard.apply.trial_files import Occasion
from pfwizard.errors import Failed
from pfwizard.expiry.servers import met_by_clients
from pfwizard.machine import programs
from pfwizard.machine.facts import Facts, gather
from pfwizard.machine.postfix import master_process
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import Plan
from pfwizard.prove.before import Before
from pfwizard.prove.diagnosis import diagnosed
from pfwizard.prove.expectations import expectations, live, with_certificates
from pfwizard.prove.login_probes import refused_logins
from pfwizard.prove.means import Means
from pfwizard.prove.rehearsing.score import as_planned
from pfwizard.prove.rehearsing.trust import with_trust_of_clients
from pfwizard.prove.server import Expectation
from pfwizard.prove.trial import Trial, keep
from pfwizard.prove.verdict import Outcome, failures_among, is_login_proven
from pfwizard.prove.verification import all_verified


class Stopped(Failed):
    """There is no server to talk to, because Postfix does not run."""


def offers_logins(plan: Plan, facts: Facts) -> bool:
    """Whether a server runs that will let users log in."""
    if facts.works_on_a_tree or not facts.is_running:
        return False
    planned = as_planned(facts, plan)
    servers = met_by_clients(planned.configuration.master, planned.effective)
    return any(effective.is_on("smtpd_sasl_auth_enable") for _, effective in servers)


def proved(plan: Plan, facts: Facts, means: Means) -> tuple[Outcome, ...]:
    """What the probes of the servers find that run with the plan; ``facts`` are from before.

    Raises Failed where the machine cannot be read, or Postfix does not run.
    """
    now = with_certificates(gather(Tree(), facts.postfix.config_directory, ()))
    trust = with_trust_of_clients(means.trust, plan, facts)
    servers = map(Before.of(facts).told_of, running_servers(now))
    return _proved(servers, now, replace(means, trust=trust))


def prepared(means: Means, facts: Facts, rehearsed: Iterable[Outcome]) -> Means:
    """What a proof needs to know of before the change: the logins that fail on this machine.

    ``facts`` are those of now. It takes seconds, unless a login was ``rehearsed``, which owes
    nothing to before.
    """
    if means.login is None or is_login_proven(rehearsed) or not facts.is_running:
        return means
    try:
        servers = running_servers(with_certificates(facts))
    except Failed:
        return means  # without a server nobody logs in
    return replace(means, refused_before=refused_logins(servers, means))


def proved_for_history(
    state: StateDirectory, transaction: TransactionId, plan: Plan, facts: Facts, means: Means
) -> tuple[Outcome, ...]:
    """The same, kept with the transaction of the plan."""
    found = proved(plan, facts, means)
    keep(state, Trial.now(Occasion.PROOF, found), transaction)
    return found


def proved_servers(facts: Facts, means: Means, ports: tuple[int, ...] = ()) -> tuple[Outcome, ...]:
    """What the probes of the running servers find, or of those on these ports.

    The mail log explains what failed. Raises Failed where there is no server, Stopped where Postfix
    does not run.
    """
    return _proved(running_servers(facts, ports), facts, means)


def _proved(servers: Iterable[Expectation], facts: Facts, means: Means) -> tuple[Outcome, ...]:
    with watched(facts.postfix.config_directory, programs.run) as log:
        found = tuple(all_verified(servers, means))
        return diagnosed(found, log.lines()) if failures_among(found) else found


def running_servers(facts: Facts, ports: tuple[int, ...] = ()) -> tuple[Expectation, ...]:
    """The servers of this machine, or those on these ports; raises Failed where there is none."""
    if facts.works_on_a_tree:
        raise Failed("nothing runs in a tree", "pfwizard check reads its files.")
    queue = Path(facts.effective.value("queue_directory"))
    master = master_process(queue / "pid" / "master.pid")
    if master is None and os.geteuid() != 0:
        raise Failed("only root can see whether Postfix runs", "Run pfwizard as root.")
    if master is None:
        raise Stopped("Postfix does not run", "Start it with postfix start.")
    found = tuple(
        each for each in expectations(facts, live(master)) if not ports or each.server.port in ports
    )
    if not found:
        raise Failed("no SMTP server in master.cf is on this port", "Leave out --port.")
    return found
