"""What the first look has found, as lines."""

from collections.abc import Iterator

from pfwizard.plan.plan import Severity
from pfwizard.quoting import harmless
from pfwizard.wizard.found import Found
from pfwizard.wizard.lines import Line, Style
from pfwizard.wizard.review import FINDING_STYLES
from pfwizard.wizard.session import PREVIEW
from pfwizard.wizard.surroundings import Observation

WORTH_A_WORD = (Severity.WARNING, Severity.REFUSAL)


def found_lines(found: Found, *, may_apply: bool) -> Iterator[Line]:
    """What this walk cannot do, what was put right, and the machine as it stands."""
    if not may_apply:
        yield Line(PREVIEW, Style.WARNING)
        for place in found.unread:
            yield Line(f"  Only root can read {harmless(str(place))}.")
        yield Line("")
    if found.decided:
        yield Line(f"Note: {found.decided}", Style.NOTE)
        yield Line("")
    for mistake in found.mistakes:
        yield Line(f"Warning: {harmless(mistake)}", Style.WARNING)
    if found.mistakes:
        yield Line("")
    if found.taken_back is not None:
        yield Line(
            f"Note: transaction {found.taken_back} was unfinished, and was taken back.", Style.NOTE
        )
        yield Line("")
    if found.draft is not None:
        when = f"{found.draft:%Y-%m-%d %H:%M} UTC"
        yield Line(
            f"Note: the answers of a walk that was cut off are here, from {when}.", Style.NOTE
        )
        yield Line("")
    for observation in found.observations:
        yield from _observed(observation)


def _observed(observation: Observation) -> Iterator[Line]:
    severity = observation.severity
    style = Style.PLAIN if severity is None else FINDING_STYLES[severity]
    word = f"{severity.value.capitalize()}: " if severity in WORTH_A_WORD else ""
    yield Line(f"{word}{observation.subject}: {observation.state}", style)
    if observation.remedy:
        yield Line(f"    {observation.remedy}")
