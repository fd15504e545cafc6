"""The real postconf of each machine, and what it reads before a plan and after it."""

from collections import Counter
from contextlib import ExitStack

from pfwizard.cf.text import collapsed
from tests.cf.postconf import SERVANT, Postconf, ServedPostconf, Verdict
from tests.corpus.answers import Asked
from tests.corpus.configuration import Case
from tests.corpus.planned import planned
from tests.machines.machine import Machine
from tests.machines.policy import booted
from tests.machines.suites import Suite

Files = tuple[bytes, bytes]
"""main.cf and master.cf."""


class PostconfOf:
    """The postconf of each suite; its machine is booted when it is first wanted."""

    def __init__(self, life: ExitStack) -> None:
        self._life = life
        self._machines: dict[Suite, Machine] = {}
        self._served: dict[Suite, ServedPostconf] = {}
        self._seen: dict[tuple[Suite, Files, str], Verdict] = {}

    def __call__(self, suite: Suite, files: Files, option: str) -> Verdict:
        known = (suite, files, option)
        if known not in self._seen:
            self._seen[known] = self._of(suite)(*files, [option])
        return self._seen[known]

    def machine(self, suite: Suite) -> Machine:
        if suite not in self._machines:
            machine = Machine(suite, log_to_file=False)
            self._machines[suite] = booted(machine, self._life)
        return self._machines[suite]

    def _of(self, suite: Suite) -> Postconf:
        if suite not in self._served:
            servant = self.machine(suite).popen(["python3", "-I", "-c", SERVANT])
            self._life.enter_context(servant)
            self._life.callback(servant.terminate)
            self._served[suite] = ServedPostconf(servant)
        return self._served[suite]


def files_before(case: Case) -> Files:
    return case.configuration.main_cf, case.configuration.master_cf


def files_after(case: Case, asked: Asked) -> Files:
    plan = planned(case, asked).plan
    return plan.main_cf, plan.master_cf


def settings(postconf: PostconfOf, case: Case, files: Files) -> dict[str, str]:
    """The explicit settings; those that postconf does not know are in its warnings only."""
    verdict = postconf(case.suite, files, "-n")
    assert not verdict.refused, verdict.err
    shown = {**verdict.unused, **verdict.pairs}
    del shown["config_directory"]
    return {name: collapsed(value) for name, value in shown.items()}


def entries(postconf: PostconfOf, case: Case, files: Files) -> Counter[str]:
    """The columns and options of all services, as ``postconf -F`` and ``-P`` print them."""
    lines: Counter[str] = Counter()
    for option in ("-F", "-P"):
        verdict = postconf(case.suite, files, option)
        assert not verdict.refused, verdict.err
        lines.update(line.rstrip() for line in verdict.out.split("\n") if line)
    return Counter(map(_without_options, lines.elements()))


def changed_entries(before: Counter[str], after: Counter[str]) -> list[str]:
    """The lines that are new or different, and the names of those that are gone altogether."""
    new = sorted((after - before).elements())
    names = set(map(_name_of, new))
    gone = {_name_of(line) for line in before - after} - names
    return [*new, *sorted(f"{name} is gone" for name in gone)]


def expected_entries(case: Case, asked: Asked) -> list[str]:
    """The same as expected."""
    entries = case.outcome(asked).entries(case.version)
    return sorted(f"{name} = {value}".rstrip() for name, value in entries.items())


def _without_options(line: str) -> str:
    """A command's own options are shown by ``-P`` a second time."""
    name, _, value = line.partition(" = ")
    is_smtpd = name.endswith("/command") and value.startswith("smtpd ")
    return f"{name} = smtpd" if is_smtpd else line


def _name_of(line: str) -> str:
    return line.partition(" =")[0]
