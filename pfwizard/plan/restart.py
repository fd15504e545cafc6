"""Parameters that master(8) reads when it starts, and never again until it is stopped."""

from dataclasses import dataclass

from pfwizard.machine.effective import Effective
from pfwizard.plan.plan import Reload, Restart, SmtpPort


@dataclass(frozen=True)
class StartParameter:
    """A parameter of the start, and the source file that ignores its change on a reload."""

    name: str
    source: str


START_PARAMETERS = (
    StartParameter("config_directory", "src/master/master_vars.c"),
    StartParameter("inet_interfaces", "src/master/master_ent.c"),
    StartParameter("inet_protocols", "src/master/master_vars.c"),
    StartParameter("queue_directory", "src/master/master_vars.c"),
)
"""The first three are met with the warning "to change NAME, stop and start Postfix", in 3.5 to
3.11 alike. With another queue_directory ``postfix reload`` does not even find its master."""


def why_restart(before: Effective, after: Effective) -> tuple[str, ...]:
    """The parameters because of which a reload would not do; empty when it would.

    master compares the expanded values octet by octet (master_str_watch(3)), and so do we. Raises
    Failed for a value that Postfix gives up on.
    """
    return tuple(
        parameter.name
        for parameter in START_PARAMETERS
        if before.value(parameter.name) != after.value(parameter.name)
    )


def going_live(
    before: Effective, after: Effective, ports: tuple[SmtpPort, ...]
) -> Reload | Restart:
    """What makes a running Postfix use other parameters; raises as ``why_restart`` does."""
    because = why_restart(before, after)
    return Restart(ports, because) if because else Reload(ports)
