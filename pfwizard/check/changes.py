"""Changes that did not come to their end: pfwizard's own, postconf's, and those of packages."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from pfwizard.apply.recovery import OnProbation
from pfwizard.check.inspection import Inspection
from pfwizard.check.place import Place
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.plan.plan import Severity

CONFIGURATION = ("main.cf", "master.cf")

HALF_DONE = tuple(f"{name}.tmp" for name in CONFIGURATION)
"""What postconf(1) writes into before it puts the file in place (edit_file(3))."""

WAITS = (
    "a package brought this beside your own file, which it did not touch: what changed in it is "
    "not in force"
)
PUT_ASIDE = (
    "a package put your file aside under this name, and its own in its place: what you had set is "
    "not in force"
)

BY_PACKAGES: Mapping[str, str] = {
    ".dpkg-dist": WAITS,  # dpkg(1)
    ".dpkg-new": WAITS,
    ".ucf-dist": WAITS,  # ucf(1)
    ".rpmnew": WAITS,  # rpm(8)
    ".pacnew": WAITS,  # pacman(8)
    ".apk-new": WAITS,  # apk(8)
    ".dpkg-old": PUT_ASIDE,
    ".ucf-old": PUT_ASIDE,
    ".rpmsave": PUT_ASIDE,
    ".pacsave": PUT_ASIDE,
}
"""What package managers add to the name of one of two files, and why."""


def files_left(directory: PurePosixPath) -> Iterator[PurePosixPath]:
    """Everything that may be left in Postfix's configuration directory."""
    yield from (directory / name for name in HALF_DONE)
    yield from (directory / f"{name}{suffix}" for name in CONFIGURATION for suffix in BY_PACKAGES)


def _unfinished(inspection: Inspection) -> Iterator[Occurrence]:
    change = inspection.under_way
    if change is not None and not isinstance(change, OnProbation):
        yield Occurrence(change.message, change.remedy)


def _on_probation(inspection: Inspection) -> Iterator[Occurrence]:
    change = inspection.under_way
    if isinstance(change, OnProbation):
        yield Occurrence(change.message, change.remedy)


def _half_done(inspection: Inspection) -> Iterator[Occurrence]:
    for name in HALF_DONE:
        path = inspection.facts.postfix.config_directory / name
        if _is_there(inspection, path):
            yield Occurrence(
                "postconf was editing and did not come to its end, or is at work right now",
                "Remove the file once no postconf runs.",
                Place(path),
            )


def _left_by_packages(inspection: Inspection) -> Iterator[Occurrence]:
    directory = inspection.facts.postfix.config_directory
    for name in CONFIGURATION:
        for suffix, words in BY_PACKAGES.items():
            path = directory / f"{name}{suffix}"
            if _is_there(inspection, path):
                yield Occurrence(
                    words,
                    f"diff -u {directory / name} {path}; take over what you want, and remove it.",
                    Place(path),
                )


def _is_there(inspection: Inspection, path: PurePosixPath) -> bool:
    state = inspection.file(path)
    return state is not None and state.exists


RULES = (
    Rule(
        "change-unfinished",
        Severity.REFUSAL,
        "A change of pfwizard's that was not finished",
        "Some files are those of the change and some those of before: a certificate without its "
        "key, or an smtpd.conf without its main.cf. The journal has what is needed to take it "
        "back, and every run that changes something does that first.",
        _unfinished,
    ),
    Rule(
        "change-on-probation",
        Severity.NOTE,
        "A change of pfwizard's that waits for its confirmation",
        "What is found here may be taken back in a moment.",
        _on_probation,
    ),
    Rule(
        "edit-unfinished",
        Severity.NOTE,
        "An edit by postconf that was not finished",
        "postconf writes into main.cf.tmp or master.cf.tmp and renames it at the end.",
        _half_done,
    ),
    Rule(
        "left-by-package",
        Severity.NOTE,
        "A second main.cf or master.cf that a package has left",
        "Where an upgrade meets a file that was edited, one of the two gets another name.",
        _left_by_packages,
    ),
)
