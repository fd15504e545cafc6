"""What every face says of the trials of a transaction: when its probes were made."""

from collections.abc import Iterator

from pfwizard.apply.history import Entry
from pfwizard.apply.trial_files import Occasion
from pfwizard.prove.trial import Trial, trials_of
from pfwizard.wizard.history import moment
from pfwizard.wizard.lines import Line, Style
from pfwizard.wizard.rehearsal import lines_of_rehearsal

WHEN_TRIED = {
    Occasion.REHEARSAL: "Rehearsed before",
    Occasion.PROOF: "Proved when it was live",
    Occasion.VERIFY: "Verified last",
}


def heading_of(trial: Trial) -> str:
    return f"{WHEN_TRIED[trial.occasion]}, {moment(trial.time)}"


def lines_of_trials(entry: Entry) -> Iterator[Line]:
    """A heading for each, and a line for every probe."""
    for trial in trials_of(entry):
        yield Line("")
        yield Line(heading_of(trial), Style.HEADING)
        yield from lines_of_rehearsal(trial.outcomes)
