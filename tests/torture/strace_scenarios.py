"""What is struck: the engine at work, or one of the commands, each in a process of its own.

This runs in the machine, as root, beside its Postfix. The plan is made once and applied again and
again, so that the new state is the same each time, its keys included.
"""

import subprocess
import sys
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path, PurePosixPath
from socket import socketpair

from pfwizard.answers.reading import load
from pfwizard.apply.journal import HOT, STATE
from pfwizard.apply.ledger_file import read_ledger
from pfwizard.apply.live.instance import instance_of
from pfwizard.apply.manifest import TransactionId
from pfwizard.apply.process.engine_process import EngineProcess
from pfwizard.apply.process.events import Ended, Event, Order
from pfwizard.cli.main import main as pfwizard
from pfwizard.engine import Job, Planned, circumstances, plan_job, plan_rollback
from pfwizard.machine.facts import gather
from pfwizard.plan.authorities.issuer import AuthorityFiles
from pfwizard.plan.clients.client_plan import AddClient, files_of_client, make_client_plan
from pfwizard.plan.clients.clients import ClientFiles, NewClient
from tests.torture.strace_ledger import HandedOut
from tests.torture.strace_state import (
    SMTPS,
    STATE_DIRECTORY,
    Saved,
    State,
    comes_to_listen,
    listens,
    state,
)
from tests.torture.strace_tracing import (
    SAID,
    SCRATCH,
    Act,
    Action,
    confirmed_program,
    forked,
    program,
    program_with_engine,
    untraced,
)

PROBATION = 86400.0

ANNA, RELAY = "anna@kernel-panic.it", "relay.kernel-panic.it"

OWN_FILES = (str(SCRATCH),)
NAMED_AT_RANDOM = (*OWN_FILES, ".pfwizard-", "/tmp/", "/history/", "__pycache__")
"""In a whole program, the paths of these are others in each run."""


@dataclass(frozen=True)
class Scenario:
    """What is done, the state that it starts from, and whether it is to end in the new one.

    ``left_out`` are parts of the paths whose calls are not struck. ``between`` are the old and the
    new state where they are others than the stage's. ``hands_out`` is what the ledger has to know.
    """

    name: str
    start: Saved
    starts_new: bool
    act: Act
    ends_new: bool
    left_out: tuple[str, ...] = OWN_FILES
    between: tuple[State, State] | None = None
    hands_out: HandedOut | None = None


class UnwatchedEngine(EngineProcess):
    """The engine without its watchdog, which would put right what is to be looked at."""

    failure = ""

    def _set_watch(self) -> None:
        return None

    def _guard(self, transaction: TransactionId, seconds: float) -> None:
        return None

    def _tell(self, event: Event) -> None:
        super()._tell(event)
        if isinstance(event, Ended) and event.error is not None:
            print(event.error.message, file=sys.stderr, flush=True)
            self.failure = event.error.message


def engine(order: Order) -> Action:
    """An engine that carries the order out; its status is 1 when it says that it failed."""

    def run() -> int:
        ours, theirs = socketpair()
        working = UnwatchedEngine(Connection(theirs.detach()), order)
        working.run()
        ours.close()
        return 1 if working.failure else 0

    return run


def command(*arguments: str) -> Action:
    return lambda: pfwizard(list(arguments))


@dataclass
class Stage:
    """The states between which the scenarios go, and the scenarios."""

    old: State
    new: State
    scenarios: tuple[Scenario, ...]

    @classmethod
    def set_up(cls, answers: Path) -> "Stage":
        """Make the saved states; returns with Postfix running on the old one."""
        _begin_with_keys_in_place(answers)
        job = Job.on(Path("/"), None, None)
        applying = _order(plan_job(job, load(answers)))
        before, old = Saved.under(SCRATCH / "before"), state()

        _do(engine(applying))
        after, new = Saved.under(SCRATCH / "after"), state()
        rolling_back = _order(plan_rollback(job, None))

        _do(engine(_adding(job, RELAY)))
        with_one_client, one_client = Saved.under(SCRATCH / "one-client"), state()
        issuing = _adding(job, ANNA)
        _do(engine(issuing))
        two_clients = state()

        before.put_back()
        make_live(new=False)
        _do(engine(replace(applying, probation=PROBATION)))
        on_probation = Saved.under(SCRATCH / "probation")
        (STATE_DIRECTORY / HOT / STATE).unlink()  # as if its run had died a moment earlier
        unfinished = Saved.under(SCRATCH / "unfinished")

        before.put_back()
        make_live(new=False)
        words = ("--answers", str(answers))
        waiting = (*words, "--confirm", "600")
        journal = STATE_DIRECTORY / HOT / STATE
        scenarios = (
            Scenario("applying", before, False, forked(engine(applying)), True),
            Scenario("confirming", on_probation, True, forked(command("confirm")), True),
            Scenario("recovering", unfinished, True, forked(command("recover")), False),
            Scenario("ending-probation", on_probation, True, forked(command("rollback")), False),
            Scenario("rolling-back", after, True, forked(engine(rolling_back)), False),
            Scenario(
                *("issuing", with_one_client, True, forked(engine(issuing)), True),
                between=(one_client, two_clients),
                hands_out=HandedOut.by(issuing.plan),
            ),
            Scenario("whole-apply", before, False, program_with_engine(*words), True),
            Scenario("whole-confirm", before, False, confirmed_program(waiting, journal), True),
            Scenario("whole-recover", unfinished, True, program("recover"), False),
            Scenario("whole-rollback", after, True, program_with_engine("rollback"), False),
        )
        return cls(old, new, tuple(_without_random_names(each) for each in scenarios))

    def scenario(self, name: str) -> Scenario:
        return next(each for each in self.scenarios if each.name == name)


def _adding(job: Job, name: str) -> Order:
    """A certificate for one client more, by the CA of the guide."""
    ca_key = PurePosixPath("/etc/ssl/private/ca.key")
    authority = AuthorityFiles(PurePosixPath("/etc/ssl/ca.crt"), ca_key)
    request = AddClient(authority, NewClient(name, ClientFiles.of(name, ca_key, None)))
    facts = gather(job.tree, None, files_of_client(request))
    ledger = read_ledger(job.state_directory)
    return _order(Planned(facts, make_client_plan(request, facts, circumstances(ledger))))


def make_live(*, new: bool) -> None:
    """Let Postfix work with the configuration that is in place, if it does not yet."""
    if listens(SMTPS) != new:
        subprocess.run(["postfix", "reload"], check=True, capture_output=True)
        assert comes_to_listen(SMTPS, wanted=new), "Postfix does not take what was put back"


def _without_random_names(scenario: Scenario) -> Scenario:
    is_whole = scenario.name.startswith("whole-")
    return replace(scenario, left_out=NAMED_AT_RANDOM) if is_whole else scenario


def _do(action: Action) -> None:
    assert untraced(action) == 0, SAID.read_text()


def _begin_with_keys_in_place(answers: Path) -> None:
    """Everything old but the keys and certificates, and one directory that has to be made.

    main.cf has an access list and an attribute, which a mixture would lose.
    """
    SCRATCH.mkdir()
    postfix = Path("/etc/postfix")
    stock = {name: (postfix / name).read_bytes() for name in ("main.cf", "master.cf")}
    _do(command("--answers", str(answers)))
    for name, content in stock.items():
        (postfix / name).write_bytes(content)
    for words in (
        ["rm", "-r", "/etc/postfix/sasl", str(STATE_DIRECTORY)],
        ["gpasswd", "-d", "postfix", "courier"],
        ["setfacl", "-m", "u:daemon:r", "/etc/postfix/main.cf"],
        ["setfattr", "-n", "user.note", "-v", "by hand", "/etc/postfix/main.cf"],
        ["touch", "-d", "yesterday", "/etc/postfix/main.cf", "/etc/postfix/master.cf"],
    ):
        subprocess.run(words, check=True, capture_output=True)
    make_live(new=False)


def _order(planned: Planned) -> Order:
    facts = planned.facts
    return Order(
        plan=planned.plan,
        instance=instance_of(
            Path("/"),
            facts.postfix.config_directory,
            PurePosixPath(facts.effective.value("queue_directory")),
        ),
        state_directory=str(STATE_DIRECTORY),
        undoes=planned.undoes,
    )
