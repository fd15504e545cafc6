"""A run that finds everything as it should be: pfwizard, and two playbooks for the same server."""

from contextlib import ExitStack
from functools import partial

from tests.bench import ansible
from tests.bench.measure import Contender, in_turns, seconds_of
from tests.bench.outcome import Outcome
from tests.bench.servers import is_configured, run_pfwizard, stock_server
from tests.bench.table import Comparison, Ratio
from tests.machines.machine import Machine

AT_MOST = 0.05

EDITS = "edits.yml"
WHOLE_FILES = "whole-files.yml"

NOTES = (
    "Each on a server of its own that it has configured itself; `postconf -n` is the same on all.",
    f"{ansible.REQUIREMENT} inside the machine: connection local, pipelining, no facts gathered,",
    "the interpreter named, byte-code compiled, builtin modules only; every run says changed=0.",
    "edits.yml changes the files in place as pfwizard does, a module run for each parameter;",
    "whole-files.yml copies finished main.cf and master.cf over what is there.",
)


def compare(repetitions: int) -> Comparison:
    """pfwizard against a playbook that edits and against one that replaces."""
    with ExitStack() as servers:
        ours = servers.enter_context(stock_server())
        edited = servers.enter_context(stock_server())
        replaced = servers.enter_context(stock_server())
        run_pfwizard(ours)
        if not is_configured(ours):
            raise AssertionError("pfwizard still changes something")
        for machine in (edited, replaced):
            ansible.install(machine)
        _play_to_its_end(edited, EDITS)
        for name in ("main.cf", "master.cf"):
            finished = edited.read(f"/etc/postfix/{name}")
            replaced.write(f"{ansible.PLAYBOOKS_PLACE}/{name}", finished)
        _play_to_its_end(replaced, WHOLE_FILES)
        if len({Outcome.of(machine) for machine in (ours, edited, replaced)}) != 1:
            raise AssertionError("pfwizard and the playbooks do not make the same server")
        timings = in_turns(
            [
                Contender("pfwizard --answers", lambda: seconds_of(lambda: run_pfwizard(ours))),
                Contender("ansible-playbook edits.yml", partial(_seconds, edited, EDITS)),
                Contender(
                    "ansible-playbook whole-files.yml", partial(_seconds, replaced, WHOLE_FILES)
                ),
            ],
            repetitions,
        )
    pfwizard, by_edits, by_copies = timings
    ratios = (Ratio(pfwizard, by_edits, AT_MOST), Ratio(pfwizard, by_copies))
    return Comparison("Second run, nothing to change", timings, ratios, NOTES)


def _play_to_its_end(machine: Machine, playbook: str) -> None:
    if not ansible.play(machine, playbook).changed:
        raise AssertionError(f"{playbook} changed nothing on a stock server")


def _seconds(machine: Machine, playbook: str) -> float:
    def play() -> None:
        played = ansible.play(machine, playbook)
        if played.changed:
            raise AssertionError(f"{playbook} still changes {played.changed}")

    return seconds_of(play)
