"""A whole session of the wizard over OpenSSH, with and without compression."""

import re
from dataclasses import dataclass, field

from tests.bench.measure import Contender, Series, Unit, in_turns
from tests.bench.servers import ANSWERS, GUIDES_ANSWERS, SUITE
from tests.bench.table import Comparison, Ratio
from tests.machines.machine import ENVIRONMENT, SOURCE_PLACE, Machine
from tests.machines.sshd import ADDRESS
from tests.terminal import ENTER, F8, F10, TAB, Terminal

LOG = "/root/ssh.log"
TREE = "/root/tree"

# What ssh -v says when a session is over, the second line only with -C.
RECEIVED = re.compile(r"^Transferred: .* received (\d+) bytes", re.MULTILINE)
UNPACKED = re.compile(r"compress incoming: raw data (\d+), compressed (\d+)")

LAST_QUESTIONS = 7
"""The number of the last page with questions, in the wizard's own count."""

NOTES = (
    "Welcome, F8 through all pages of the guide's answers to the review, F10 and Quit; 80x24.",
    "Received: what ssh -v counts, key exchange and encryption included. Written: by the wizard.",
)


@dataclass(frozen=True)
class Sessions:
    """Walks over the connection; each starts from a tree and a home that nobody has seen."""

    machine: Machine
    written: list[float] = field(default_factory=list)
    """Bytes that came out of the connection, session by session."""
    unpacked: list[str] = field(default_factory=list)
    """What ssh says about its compression."""

    def received(self, *options: str) -> float:
        """The bytes that ssh has received during one session."""
        self.machine.run(["rm", "-rf", TREE, LOG, "/root/.local"])
        self.machine.run(["cp", "-r", f"{SOURCE_PLACE}/pfwizard/demo/stock", TREE])
        with self._terminal(options) as terminal:
            _walk_and_quit(terminal)
            self.written.append(float(len(terminal.sent)))
        log = self.machine.read(LOG).decode()
        self.unpacked.extend(f"{raw} bytes in {packed}" for raw, packed in UNPACKED.findall(log))
        found = RECEIVED.search(log)
        assert found, f"ssh does not say what it has received:\n{log}"
        return float(found[1])

    def _terminal(self, options: tuple[str, ...]) -> Terminal:
        settings = {**self.machine.python_paths(), "LANG": "C.UTF-8"}
        assignments = [f"{name}={value}" for name, value in settings.items()]
        wizard = ["python3", "-m", "pfwizard", "--load", ANSWERS, "--root", TREE]
        ssh = ["ssh", "-v", "-E", LOG, "-o", "BatchMode=yes", *options, "-tt", ADDRESS]
        argv = [*ssh, "env", *assignments, *wizard]
        environment = {**ENVIRONMENT, "TERM": "xterm-256color"}
        return Terminal(self.machine.namespaces.entering_root(argv), environment)


def compare(repetitions: int) -> Comparison:
    """The same walk, plain and compressed."""
    with Machine(SUITE) as machine:
        machine.start_sshd()
        machine.write(ANSWERS, GUIDES_ANSWERS.read_bytes())
        sessions = Sessions(machine)
        plain, compressed = in_turns(
            [
                Contender("received by ssh", sessions.received, Unit.BYTES),
                Contender("received by ssh -C", lambda: sessions.received("-C"), Unit.BYTES),
            ],
            repetitions,
        )
    written = Series("written by pfwizard", tuple(sessions.written), Unit.BYTES)
    return Comparison(
        "The wizard over SSH, a whole session",
        (plain, compressed, written),
        (Ratio(compressed, plain), Ratio(plain, written)),
        (*NOTES, f"ssh -C about what it has unpacked: {'; '.join(sessions.unpacked)}."),
    )


def _walk_and_quit(terminal: Terminal) -> None:
    terminal.wait_for("Port 25 (mail)")
    for number in range(2, LAST_QUESTIONS + 1):
        terminal.type(F8)
        terminal.wait_for(f"Step {number} of ")
    terminal.type(F8)
    terminal.wait_for("Summary  smtpd.conf")
    terminal.type(F10)
    terminal.wait_for("Quit pfwizard?")
    terminal.type(TAB, ENTER)
    terminal.wait()
    assert "Nothing was changed" in terminal.text, terminal.text
