"""What the operator reads before anything is changed: pages of lines, each with its meaning."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pfwizard.answers.wording import Named
from pfwizard.errors import InputProblem
from pfwizard.plan.plan import Change, ChangeKind, Finding, Plan, Severity
from pfwizard.plan.wording import described, diff_lines, headline
from pfwizard.quoting import harmless
from pfwizard.wizard.fields import by_field, field_of
from pfwizard.wizard.lines import Line, Style
from pfwizard.wizard.session import PREVIEW


@dataclass(frozen=True)
class Page:
    """One tab of the review: the summary, or one file as a diff and as a whole.

    ``whole`` is empty for what has no content to show, such as a key.
    """

    title: str
    lines: tuple[Line, ...]
    whole: tuple[Line, ...] = ()


DIFF_STYLES = {
    "---": Style.HEADING,
    "+++": Style.HEADING,
    "@@": Style.HUNK,
    "-": Style.REMOVED,
    "+": Style.ADDED,
}
"""By the start of the line; the first that fits decides."""

FINDING_STYLES = {
    Severity.NOTE: Style.NOTE,
    Severity.WARNING: Style.WARNING,
    Severity.REFUSAL: Style.REFUSAL,
}

SUMMARY = "Summary"

NOTHING_TO_DO = Line("Nothing to do: everything is as the answers ask.")


def review(plan: Plan) -> tuple[Page, ...]:
    """The summary first, then every file that changes: texts to be read before keys and such."""
    changes = [change for change in plan.changes if change.is_about_a_file]
    files = sorted(changes, key=lambda change: bool(change.summary or change.secret))
    titles = _titles(files)
    return (
        Page(SUMMARY, tuple(_summary(plan))),
        *(_page(title, change) for title, change in zip(titles, files, strict=True)),
    )


def why_not_applied(plan: Plan, *, may_apply: bool) -> str:
    """Why this plan cannot be applied, or nothing where it can."""
    if plan.refusals:
        return "This cannot be applied: the summary says why."
    if plan.is_empty:
        return "There is nothing to apply."
    return "" if may_apply else PREVIEW


def as_text(pages: Sequence[Page]) -> str:
    """The whole review as a text, to be written to a file or read in a pager."""
    return "\n".join("".join(f"{line.text}\n" for line in page.lines) for page in pages)


def places_of(text: str, lines: Sequence[Line]) -> tuple[int, ...]:
    """The numbers, counted from 0, of the lines with this text; case does not matter."""
    wanted = text.casefold()
    return tuple(
        number for number, line in enumerate(lines) if wanted and wanted in line.text.casefold()
    )


def _titles(files: Sequence[Change]) -> list[str]:
    """The files' names, with the directory where two have the same."""
    names = [change.path.name for change in files]
    return [
        name if names.count(name) == 1 else f"{change.path.parent.name}/{name}"
        for name, change in zip(names, files, strict=True)
    ]


def unanswered(problems: Mapping[str, InputProblem]) -> Iterator[Line]:
    """What is to be mended before there is a plan, by the key of each answer."""
    for key, problem in problems.items():
        yield Line(f"Error: {field_of(Named(key))}:", Style.REFUSAL)
        yield Line(harmless(f"  {problem.message}. {problem.remedy}".rstrip()))
    yield Line("")
    yield Line("F8 leads to the first of them." if len(problems) > 1 else "F8 leads there.")


def _summary(plan: Plan) -> Iterator[Line]:
    if not plan.is_empty:
        yield Line(_digest(plan), Style.HEADING)
        yield Line("")
    for finding in sorted(plan.findings, key=_urgency):
        yield from finding_lines(finding)
    if plan.findings:
        yield Line("")
    if plan.is_empty:
        yield NOTHING_TO_DO
        return
    yield Line("Files and directories", Style.HEADING)
    for change in plan.changes:
        yield Line(f"  {harmless(headline(change))}")
    if plan.actions_to_show:
        yield Line("")
        yield Line("Afterwards", Style.HEADING)
    for action in plan.actions_to_show:
        yield Line(f"  {harmless(described(action))}")


def _digest(plan: Plan) -> str:
    """What is below, in case that it does not fit on the screen."""
    findings = Counter(finding.severity for finding in plan.findings)
    found = [_counted(findings[each], each.value) for each in reversed(Severity) if findings[each]]
    done = [_counted(len(plan.changes), "change")]
    if plan.actions_to_show:
        done.append(_counted(len(plan.actions_to_show), "action"))
    return f"{', '.join(found + done).capitalize()}."


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def finding_lines(finding: Finding) -> Iterator[Line]:
    """What was found, and what to do about it."""
    style = FINDING_STYLES[finding.severity]
    yield Line(
        harmless(f"{finding.severity.value.capitalize()}: {by_field(finding.message)}."), style
    )
    if finding.remedy:
        yield Line(f"  {harmless(by_field(finding.remedy))}")


def _urgency(finding: Finding) -> int:
    return -list(Severity).index(finding.severity)


def _page(title: str, change: Change) -> Page:
    return Page(title, tuple(change_lines(change)), tuple(_whole(change)))


def change_lines(change: Change) -> Iterator[Line]:
    """What happens to a file, what it is, and the diff."""
    yield Line(harmless(headline(change)), Style.HEADING)
    for text in change.summary:
        yield Line(f"  {harmless(text)}")
    for text in diff_lines(change):
        yield Line(text, _diff_style(text))


def _diff_style(text: str) -> Style:
    for start, style in DIFF_STYLES.items():
        if text.startswith(start):
            return style
    return Style.PLAIN


def _whole(change: Change) -> Iterator[Line]:
    """The file as it will stand, or as it stands where it is removed; keys are never shown."""
    content = change.before if change.kind is ChangeKind.DELETE else change.after
    if change.secret or content is None:
        return
    for text in content.decode("utf-8", "backslashreplace").removesuffix("\n").split("\n"):
        yield Line(harmless(text))
