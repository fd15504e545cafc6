"""The ports of the configuration that is in place, whoever has written it."""

from contextlib import suppress

from pfwizard.apply.live.instance import Instance
from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.errors import Failed
from pfwizard.machine.effective import Effective
from pfwizard.machine.postfix import ask_postfix
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import SmtpPort
from pfwizard.plan.services import ports_of


def ports_in_place(instance: Instance) -> tuple[SmtpPort, ...]:
    """Where the SMTP servers of this instance answer; none where its files cannot be read."""
    with suppress(Failed):
        defaults = ask_postfix(instance.config_directory).defaults
        main = MainCf.parse(_content(instance, "main.cf"))
        master = MasterCf.parse(_content(instance, "master.cf"))
        return ports_of(master, Effective(main, defaults))
    return ()


def _content(instance: Instance, name: str) -> bytes:
    state = Tree(instance.root).look(instance.config_directory / name)
    if state.content is None:
        raise Failed(f"{state.path}: is not a file")
    return state.content
