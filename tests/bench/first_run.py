"""From the stock configuration to a server with TLS and AUTH: pfwizard, and the guide by hand."""

from collections.abc import Callable
from functools import partial

from tests.bench import guide
from tests.bench.measure import Contender, in_turns, seconds_of
from tests.bench.outcome import Outcome
from tests.bench.servers import compile_pfwizard, run_pfwizard, stock_server
from tests.bench.table import Comparison, Ratio
from tests.machines.machine import Machine

AT_MOST = 1.0

NOTES = (
    "Every run starts on a fresh machine. After each, TLS with the new chain and logins on ports",
    "465 and 25 were seen to work, and `postconf -n` to be the same.",
    "Both sides make two rsa:2048 keys; finding primes takes a random time, hence the spread.",
    "`postfix reload` waits some two seconds for a main.cf that has just been edited. pfwizard's",
    "is dated back and needs no wait; that decides the first ratio. In the last row the guide's",
    "main.cf is dated back too, which the guide does not do: that is the work alone, no target.",
    "pfwizard also runs `postfix check` twice, waits for the ports and speaks TLS on them; and it",
    "plays the change on a private Postfix first, if not told to do without. The guide does none.",
)


def compare(repetitions: int) -> Comparison:
    """pfwizard against three ways to go through the guide."""
    compile_pfwizard()
    outcomes: set[Outcome] = set()

    def on_a_fresh_server(configure: Callable[[Machine], object]) -> float:
        with stock_server() as machine:
            seconds = seconds_of(lambda: configure(machine))
            outcomes.add(Outcome.of(machine))
        if len(outcomes) > 1:
            raise AssertionError(f"they do not do the same: {_differences(outcomes)}")
        return seconds

    ways: dict[str, Callable[[Machine], object]] = {
        "pfwizard --answers": run_pfwizard,
        "pfwizard --rehearse never": lambda machine: run_pfwizard(machine, "--rehearse", "never"),
        "the guide": partial(_type, guide.commands(guide.AT_ONCE)),
        "the guide, a postconf -e for each": partial(_type, guide.commands(guide.ONE_BY_ONE)),
        "the guide, main.cf dated back": partial(
            _type, guide.commands(guide.AT_ONCE, guide.DATE_BACK)
        ),
    }
    contenders = [Contender(name, partial(on_a_fresh_server, way)) for name, way in ways.items()]
    timings = in_turns(contenders, repetitions)
    ours, without, at_once, one_by_one, dated_back = timings
    return Comparison(
        "First run",
        timings,
        (
            Ratio(ours, at_once, AT_MOST),
            Ratio(without, at_once),
            Ratio(ours, one_by_one),
            Ratio(ours, dated_back),
        ),
        NOTES,
    )


def _type(script: str, machine: Machine) -> None:
    machine.run(["sh", "-ec", script])


def _differences(outcomes: set[Outcome]) -> list[str]:
    one, other = outcomes
    return sorted(one.main_cf ^ other.main_cf)
