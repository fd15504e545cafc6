"""Files that somebody or something else writes."""

from collections.abc import Iterator

from pfwizard.check.inspection import Inspection
from pfwizard.check.place import Place
from pfwizard.check.rule import Find, Occurrence, Rule
from pfwizard.machine.managed import Habit, managers_of
from pfwizard.plan.plan import Severity


def _managed(habit: Habit, words: str) -> Find:
    def find(inspection: Inspection) -> Iterator[Occurrence]:
        for managed in managers_of(inspection.facts):
            if managed.manager.habit is habit:
                yield Occurrence(
                    f"{managed.manager.name} {words}",
                    managed.manager.advice,
                    Place(managed.path, managed.line),
                )

    return find


def _linked(inspection: Inspection) -> Iterator[Occurrence]:
    generated = {
        managed.path
        for managed in managers_of(inspection.facts)
        if managed.manager.habit is Habit.CANNOT_BE_CHANGED
    }
    for path in (inspection.main_path, inspection.master_path):
        state = inspection.file(path)
        if state is not None and state.real.name != path.name and path not in generated:
            yield Occurrence(
                f"this is a link to {state.real}: postconf -e puts a file in its place, and what "
                "the link leads to stays as it was",
                f"Change {state.real} itself, or through pfwizard, which follows the link.",
                Place(path),
            )


RULES = (
    Rule(
        "configuration-generated",
        Severity.REFUSAL,
        "A file that is generated and cannot be changed",
        "On NixOS main.cf and master.cf are links into /nix/store, where nothing can be written. "
        "They are made from the configuration of the system.",
        _managed(Habit.CANNOT_BE_CHANGED, "has generated this file, and it cannot be written"),
    ),
    Rule(
        "configuration-managed",
        Severity.WARNING,
        "A file that another program writes",
        "Whatever is changed by hand, or by pfwizard, is lost when that program runs again.",
        _managed(Habit.OVERWRITES, "writes the configuration, and changes made elsewhere are lost"),
    ),
    Rule(
        "configuration-shared",
        Severity.NOTE,
        "A file that another program knows of",
        "The program changes the same files, or keeps their history.",
        _managed(Habit.SHARES, "is there too, and has to do with the configuration"),
    ),
    Rule(
        "configuration-linked",
        Severity.NOTE,
        "A file that is a link to another one",
        "postconf writes a new file and renames it over the old name (edit_file(3)), so that the "
        "link is gone and the two files differ from then on.",
        _linked,
    ),
)
