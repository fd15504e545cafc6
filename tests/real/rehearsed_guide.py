"""The guide's plan, played on a machine to which it is never applied."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.machines.machine import Completed, Machine
from tests.real.guide_machine import ANSWERS_FILE, PASSWORD, USER, GuideMachine

PROGRAM = (Path(__file__).parent / "rehearse.py").read_text()

MASTER_CF = "/etc/postfix/master.cf"

Failure = tuple[str, str, str, str]
"""Probe, server, words, and the remedy."""


@dataclass(frozen=True)
class RehearsedGuide:
    """A machine with the guide's servers; ``settings`` and ``edits`` are what the plan has more."""

    machine: Machine

    @classmethod
    def on(cls, machine: Machine) -> "RehearsedGuide":
        return cls(GuideMachine.prepare(machine).machine)

    def failures(
        self,
        settings: Mapping[str, str] | None = None,
        edits: Mapping[str, Sequence[tuple[str, str]]] | None = None,
        *,
        meanwhile: str = "",
        answers: str = ANSWERS_FILE,
    ) -> list[Failure]:
        done = self.rehearse(settings or {}, edits or {}, meanwhile=meanwhile, answers=answers)
        assert done.returncode == 0, done.stderr
        return [tuple(each) for each in json.loads(done.stdout)]

    def rehearse(
        self,
        settings: Mapping[str, str],
        edits: Mapping[str, Sequence[tuple[str, str]]],
        *,
        meanwhile: str = "",
        answers: str = ANSWERS_FILE,
        **limits: float,
    ) -> Completed:
        """With ``limit`` and ``longest`` in seconds, for the start and for all probes."""
        order = {
            "answers": answers,
            "edits": dict(edits),
            "settings": dict(settings),
            "joins": True,
            "client": None,
            "user": USER,
            "password": PASSWORD,
            "meanwhile": meanwhile,
            **limits,
        }
        return self.machine.run(
            ["python3", "-c", PROGRAM],
            input=json.dumps(order),
            env=self.machine.python_paths(),
            check=False,
            timeout=200,
        )

    @contextmanager
    def server(self, program: str) -> Iterator[None]:
        """A Python program of the machine runs; it says a line when it is ready."""
        with self.machine.popen(["python3", "-u", "-c", program]) as running:
            assert running.stdout is not None
            try:
                assert running.stdout.readline(), running.communicate()
                yield
            finally:
                running.kill()
