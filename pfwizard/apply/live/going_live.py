"""What must be the case once a configuration is live.

The exit status of ``postfix reload`` says that a signal was sent, and of ``postfix start`` that a
master was there for a moment. So the processes are looked at, the servers are talked to, and the
mail log is read.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from pfwizard.apply.live import answering
from pfwizard.apply.live.instance import Instance
from pfwizard.apply.live.limits import is_limited
from pfwizard.apply.live.listening import address_of, wait_until_listening
from pfwizard.apply.live.log_lines import Judgement
from pfwizard.apply.live.mail_log import MailLog
from pfwizard.apply.live.servers import is_alive
from pfwizard.errors import Failed
from pfwizard.plan.plan import SmtpPort

ASK_THE_LOG = "The mail log of this minute says why."

WARNINGS_TOLD = 3
"""More of them are of no help."""


def require_that_it_works(
    instance: Instance,
    master: int | None,
    ports: Sequence[SmtpPort],
    log: MailLog,
    announce: Callable[[str], None],
) -> None:
    """The master lives, every port answers, and nothing in the log says otherwise; raises Failed.

    ``master`` is the one that must live, None where there is none already.
    """
    problem = _problem(instance, master, ports, log)
    judgement = log.judged()
    if problem:
        raise Failed(*_explained(problem, judgement))
    if judgement is None:
        announce("The mail log was not found, so that what Postfix says in it was not read")
        return
    if judgement.decisive is not None:
        raise Failed(
            f"with the new configuration the mail log says: {judgement.decisive}",
            "Postfix could not work with it.",
        )
    for warning in judgement.warnings[:WARNINGS_TOLD]:
        announce(f"The mail log says: {warning}")


@contextmanager
def explained_by(log: MailLog) -> Iterator[None]:
    """Postfix's commands say in the log alone what they end of (conf/postfix-script)."""
    try:
        yield
    except Failed as failure:
        raise Failed(*_explained(failure.message, log.judged())) from failure


def _explained(problem: str, judgement: Judgement | None) -> tuple[str, str]:
    if judgement is None or judgement.decisive is None:
        return problem, ASK_THE_LOG
    return f"{problem}; the mail log says: {judgement.decisive}", ""


def _problem(
    instance: Instance, master: int | None, ports: Sequence[SmtpPort], log: MailLog
) -> str:
    """What is wrong with the processes and their ports; empty when nothing is."""
    if master is None:
        return "Postfix did not start with the new configuration"
    patience = answering.Patience(is_hopeless=log.knows_of_a_fault)
    problem = first_problem(ports, master, patience)
    if instance.master != master or not is_alive(master):
        return "Postfix stopped when it read the new configuration"
    return problem


def first_problem(ports: Sequence[SmtpPort], master: int, patience: answering.Patience) -> str:
    """What is wrong on the first of the ports that does not answer; empty when all do."""
    missing = wait_until_listening(ports, master)
    if missing:
        return f"nothing listens on port {missing[0].port}"
    return next(filter(None, (_problem_with(each, master, patience) for each in ports)), "")


def _problem_with(smtp_port: SmtpPort, master: int, patience: answering.Patience) -> str:
    address = address_of(smtp_port, master)
    if address is None:
        return f"nothing listens on port {smtp_port.port}"
    problem = answering.problem_with(smtp_port, address, patience)
    if not problem or is_limited(problem):
        return ""  # nobody but an smtpd that works counts its clients
    return f"port {smtp_port.port}: {problem}"
