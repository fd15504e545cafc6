"""What came of a probe."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from pfwizard.apply.live.limits import lifting
from pfwizard.errors import Failed, PfwizardError, defect

LOGIN = "login"
"""The probe with which somebody logs in."""

REHEARSAL = "rehearsal"
"""The probe whose outcome says that a change was not rehearsed, and why."""


class Verdict(Enum):
    """The values are those of the JSON output."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    SKIPPED = "skipped"


class Excuse(Enum):
    """Why a failure is none of what is proved; the values are what people are told."""

    AS_TODAY = "that is so today, too"
    """Of a change that is rehearsed."""

    AS_BEFORE = "that was so before the change, too"
    """Of one that is live."""

    ELSEWHERE = "another port lets it"
    """Of a client, which needs one port only."""


@dataclass(frozen=True)
class Outcome:
    """One statement about one server, with what was seen, and what to do about a failure.

    ``probe`` is an identifier for programs; ``target`` names the server, such as
    ``127.0.0.1:465``. ``excuse`` is that of a failure which has one, and so does not count.
    """

    probe: str
    target: str
    verdict: Verdict
    detail: str
    remedy: str = ""
    excuse: Excuse | None = None

    def excused(self, excuse: Excuse) -> "Outcome":
        """A failure that does not count, and is not to be hidden either."""
        detail = f"{excuse.value}: {self.detail}"
        return replace(self, verdict=Verdict.SKIPPED, detail=detail, excuse=excuse)


def as_document(outcome: Outcome) -> dict[str, str]:
    """As it stands in JSON, whoever reads that."""
    return {
        "probe": outcome.probe,
        "target": outcome.target,
        "verdict": outcome.verdict.value,
        "detail": outcome.detail,
        "remedy": outcome.remedy,
    }


MARKS = {Verdict.PASS: "ok", Verdict.FAIL: "FAILED", Verdict.SKIPPED: "skipped"}
"""How people are told of a verdict, on every face."""


def failures_among(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """Those that failed, in their order."""
    return tuple(outcome for outcome in outcomes if outcome.verdict is Verdict.FAIL)


def is_login_proven(outcomes: Iterable[Outcome]) -> bool:
    """Whether somebody could log in somewhere."""
    return any(each.probe == LOGIN and each.verdict is Verdict.PASS for each in outcomes)


def why_unproven(error: Exception) -> PfwizardError:
    """An error of the probes themselves in words: what nobody can prove does not stay."""
    known = error if isinstance(error, PfwizardError) else defect(error)
    return Failed(f"it could not be proved: {known.message}", known.remedy)


def why_taken_back(failed: Outcome) -> str:
    """What is said of a change that was live and did not stand its proof."""
    return (
        f"with the change live, a probe fails at {failed.target} ({failed.probe}): {failed.detail}"
    )


@dataclass(frozen=True)
class Statements:
    """Makes the outcomes of one probe on one server."""

    probe: str
    target: str

    def passed(self, detail: str) -> Outcome:
        return Outcome(self.probe, self.target, Verdict.PASS, detail)

    def failed(self, detail: str, remedy: str = "") -> Outcome:
        return Outcome(self.probe, self.target, Verdict.FAIL, detail, remedy)

    def skipped(self, detail: str, remedy: str = "") -> Outcome:
        return Outcome(self.probe, self.target, Verdict.SKIPPED, detail, remedy)

    def undecided(self, limit: "Limited") -> Outcome:
        """Not found out for now, because the server lets us come no more often."""
        return self.skipped(f"it could not be found out: {limit}", limit.remedy)

    def about(self, part: str) -> "Statements":
        """Of the same probe, made with one thing of several, such as a mechanism."""
        return replace(self, target=f"{self.target} {part}")

    def of(self, probe: str) -> "Statements":
        """Of another probe that the same conversation answers."""
        return replace(self, probe=probe)


class Unexpected(Exception):
    """The server has not done what a conversation needs; the message tells what it did."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class Limited(Unexpected):
    """It lets us come no more often for now, which says nothing of how it works."""

    def __init__(self, message: str) -> None:
        super().__init__(message, lifting(message))


def concluded(statements: Statements, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """The outcomes; where the server does not do what the conversation needs, that is the last."""
    try:
        yield from outcomes
    except Limited as limit:
        yield statements.undecided(limit)
    except Unexpected as problem:
        yield statements.failed(str(problem), problem.remedy)
