"""What certbot has to do when it has renewed a certificate that Postfix shows.

certbot runs every program in the directory of the hook after each renewal, with the lineage's
directory in ``RENEWED_LINEAGE`` (certbot documentation, "Renewing certificates").
"""

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.machine.postfix import DEFAULT_CONFIG_DIRECTORY
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import Finding, note, warning
from pfwizard.plan.server.server_pair import ServerPair

CERTBOT = PurePosixPath("/etc/letsencrypt")
LIVE, ARCHIVE = CERTBOT / "live", CERTBOT / "archive"
HOOK = CERTBOT / "renewal-hooks/deploy/pfwizard"

EXECUTABLE_FILE = 0o755

REUSED_KEY = re.compile(rb"^[ \t]*reuse_key[ \t]*=[ \t]*true[ \t]*(#.*)?$", re.M | re.I)
"""In a lineage's settings, as ``--reuse-key`` leaves them there."""

MARK = "# Written by pfwizard."
"""How the second line begins, whichever version has written it."""

HEAD = f"""\
#!/bin/sh
{MARK} certbot runs it after each renewal, and Postfix then shows the new
# certificate. A line at the end for each certificate, and for each instance of Postfix.
"""

PROGRAM = """\

set -u
PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin
: "${RENEWED_LINEAGE:?is set by certbot, which runs this after a renewal}"
failed=0

reload_for() {
    [ "$RENEWED_LINEAGE" = "$1" ] || return 0
    shift
    set -- postfix "$@" reload
    "$@" && return 0
    echo "pfwizard: $* failed: clients are shown the old certificate" >&2
    failed=1
}

"""
CALL = "reload_for "
END = "exit "
TAIL = f"{END}$failed\n"


@dataclass(frozen=True)
class Call:
    """The lineage after whose renewal the instance with these options is reloaded."""

    lineage: PurePosixPath
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        return CALL + shlex.join([str(self.lineage), *self.options])


def lineage_of(facts: Facts, path: PurePosixPath) -> PurePosixPath | None:
    """certbot's directory below ``live`` for this file, however it is named; None for another."""
    return lineage_below(LIVE, path) or lineage_below(ARCHIVE, facts.file(path).real)


def lineage_below(above: PurePosixPath, file: PurePosixPath) -> PurePosixPath | None:
    """The lineage's directory below ``live`` for a file that certbot keeps below ``above``.

    Each lineage has a directory of its own there, and nothing but files in it.
    """
    if file.parent.parent != above:
        return None
    return LIVE / file.parent.name


def renewal_settings_of(lineage: PurePosixPath) -> PurePosixPath:
    """The file in which certbot keeps how it renews the certificate."""
    return CERTBOT / "renewal" / f"{lineage.name}.conf"


def plan_deploy_hook(draft: Draft, pairs: Iterable[ServerPair]) -> Draft:
    """Plan that Postfix is reloaded when one of these certificates was renewed."""
    lineages: list[PurePosixPath] = []
    for pair in pairs:
        lineage = lineage_of(draft.facts, pair.certificate)
        if lineage is None:
            draft = _tell_who_renews(draft, pair)
        else:
            lineages.append(lineage)
            draft = _tell_of_links(_tell_of_new_keys(draft, lineage), pair)
    return _with_hook(draft, lineages) if lineages else draft


def _with_hook(draft: Draft, lineages: Sequence[PurePosixPath]) -> Draft:
    state = draft.facts.file(HOOK)
    options = _options(draft)
    present = None if state.content is None else calls_in(state.content)
    if state.exists and present is None:
        return draft.with_finding(_in_the_way(state.content or b"", options))
    if present is not None and hook(present) != state.content:
        draft = draft.with_finding(_written_anew())
    others = [call for call in present or () if call.options != options]
    content = hook([*others, *(Call(lineage, options) for lineage in lineages)])
    draft = draft.with_file(HOOK, content, EXECUTABLE_FILE)
    if state.exists and not state.mode & 0o100:
        draft = draft.with_finding(
            warning(
                "deploy-hook-not-executable",
                f"{HOOK} is not executable, and certbot passes it over",
                f"chmod 755 {HOOK}.",
            )
        )
    return draft


def hook(calls: Iterable[Call]) -> bytes:
    """The program, in the language of sh(1)."""
    return (HEAD + PROGRAM + "".join(f"{call}\n" for call in calls) + TAIL).encode()


def calls_in(content: bytes) -> tuple[Call, ...] | None:
    """What a program of ours calls, whichever version of pfwizard has written it.

    None for one that is not ours, and for one that does more since somebody added lines to it.
    """
    if not _is_marked(content):
        return None
    lines = content.decode("utf-8", "replace").splitlines()
    first = next((place for place, line in enumerate(lines) if line.startswith(CALL)), len(lines))
    calls = [_call(line) for line in lines[first:] if line and not line.startswith(END)]
    known = tuple(call for call in calls if call is not None)
    return known if len(known) == len(calls) else None


def _is_marked(content: bytes) -> bool:
    return any(line.startswith(MARK.encode()) for line in content.splitlines()[:2])


def _call(line: str) -> Call | None:
    try:
        _, lineage, *options = shlex.split(line)
    except ValueError:
        return None
    call = Call(PurePosixPath(lineage), tuple(options))
    return call if str(call) == line else None


def _options(draft: Draft) -> tuple[str, ...]:
    directory = draft.facts.postfix.config_directory
    return () if directory == DEFAULT_CONFIG_DIRECTORY else ("-c", str(directory))


def _reload(options: tuple[str, ...]) -> str:
    return shlex.join(["postfix", *options, "reload"])


def _tell_who_renews(draft: Draft, pair: ServerPair) -> Draft:
    command = _reload(_options(draft))
    return draft.with_finding(
        note(
            "renewed-by-others",
            f"{pair.certificate}: after each renewal Postfix has to be told, or it shows the old "
            "certificate until that has expired",
            f"Have whoever renews it run {command}: acme.sh has --reloadcmd for it, other ACME "
            "clients have a deploy hook.",
        )
    )


def _tell_of_new_keys(draft: Draft, lineage: PurePosixPath) -> Draft:
    """What is said is true for settings too that are not known, being found by a link alone."""
    settings = renewal_settings_of(lineage)
    found = draft.facts.files.get(settings)
    content = None if found is None else found.content
    if content is not None and REUSED_KEY.search(content):
        return draft
    unless = f", unless {settings} has reuse_key = True" if content is None else ""
    return draft.with_finding(
        note(
            "key-changes",
            f"certbot makes another key with each renewal of {lineage.name}{unless}",
            "If there are TLSA records for this key, have certbot keep it, with --reuse-key: "
            "other servers refuse to deliver to a key that the records do not have.",
        )
    )


def _tell_of_links(draft: Draft, pair: ServerPair) -> Draft:
    """Where a link of the operator's own ends is known, and not by which way."""
    for path in dict.fromkeys((pair.certificate, pair.key)):
        real = draft.facts.file(path).real
        lineage = lineage_below(ARCHIVE, real)
        if lineage is not None and not path.is_relative_to(LIVE):
            draft = draft.with_finding(
                note(
                    "link-to-certbot",
                    f"{path} leads to {real}, and the next renewal makes another file; it is "
                    f"followed by a link to the one in {lineage} alone",
                    f"See that it is such a link: ls -l {path}.",
                )
            )
    return draft


def _in_the_way(content: bytes, options: tuple[str, ...]) -> Finding:
    if _is_marked(content):
        return warning(
            "deploy-hook-in-the-way",
            f"{HOOK} has lines that are not pfwizard's; it stays as it is",
            f"See that it runs {_reload(options)} after each renewal, or move these lines into a "
            f"program of their own: certbot runs all that are in {HOOK.parent}.",
        )
    return warning(
        "deploy-hook-in-the-way",
        f"{HOOK} is there and was not written by pfwizard; it stays as it is",
        f"See that it runs {_reload(options)} after each renewal, or move it away.",
    )


def _written_anew() -> Finding:
    return warning(
        "deploy-hook-written-anew",
        f"{HOOK} is of another version of pfwizard, or was changed since, and is written anew",
        "Where it was changed, have what was added in a program of its own: certbot runs all that "
        f"are in {HOOK.parent}.",
    )
