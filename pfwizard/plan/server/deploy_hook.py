"""What certbot has to do when it has renewed a certificate that Postfix shows.

certbot runs every program in the directory of the hook after each renewal, with the lineage's
directory in ``RENEWED_LINEAGE`` (certbot documentation, "Renewing certificates").
"""

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.machine.postfix import DEFAULT_CONFIG_DIRECTORY
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import note, warning
from pfwizard.plan.server.server_pair import ServerPair

CERTBOT = PurePosixPath("/etc/letsencrypt")
LIVE, ARCHIVE = CERTBOT / "live", CERTBOT / "archive"
HOOK = CERTBOT / "renewal-hooks/deploy/pfwizard"

EXECUTABLE_FILE = 0o755

HEAD = """\
#!/bin/sh
# Written by pfwizard. certbot runs it after each renewal, and Postfix then shows the new
# certificate. A line at the end for each certificate, and for each instance of Postfix.

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
TAIL = "exit $failed\n"


@dataclass(frozen=True)
class Call:
    """The lineage after whose renewal the instance with these options is reloaded."""

    lineage: PurePosixPath
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        return CALL + shlex.join([str(self.lineage), *self.options])


def lineage_of(facts: Facts, path: PurePosixPath) -> PurePosixPath | None:
    """certbot's directory below ``live`` for this file, however it is named; None for another."""
    if path.is_relative_to(LIVE):
        return LIVE / path.relative_to(LIVE).parts[0]
    real = facts.file(path).real
    if real.is_relative_to(ARCHIVE):
        return LIVE / real.relative_to(ARCHIVE).parts[0]
    return None


def renewal_settings_of(certificate: PurePosixPath) -> Iterator[PurePosixPath]:
    """The file in which certbot keeps how it renews this certificate, if it is certbot's."""
    if certificate.is_relative_to(LIVE):
        yield CERTBOT / "renewal" / f"{certificate.relative_to(LIVE).parts[0]}.conf"


def plan_deploy_hook(draft: Draft, pairs: Iterable[ServerPair]) -> Draft:
    """Plan that Postfix is reloaded when one of these certificates was renewed."""
    lineages: list[PurePosixPath] = []
    for pair in pairs:
        lineage = lineage_of(draft.facts, pair.certificate)
        if lineage is None:
            draft = _tell_who_renews(draft, pair)
        else:
            lineages.append(lineage)
            draft = _tell_of_new_keys(draft, pair, lineage)
    return _with_hook(draft, lineages) if lineages else draft


def _with_hook(draft: Draft, lineages: Sequence[PurePosixPath]) -> Draft:
    state = draft.facts.file(HOOK)
    options = _options(draft)
    present = None if state.content is None else calls_in(state.content)
    if state.exists and present is None:
        return draft.with_finding(
            warning(
                "deploy-hook-in-the-way",
                f"{HOOK} is there and was not written by pfwizard; it stays as it is",
                f"See that it runs {_reload(options)} after each renewal, or move it away.",
            )
        )
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
    return (HEAD + "".join(f"{call}\n" for call in calls) + TAIL).encode()


def calls_in(content: bytes) -> tuple[Call, ...] | None:
    """What a program of ours calls; None for one that is not ours, or not any more."""
    lines = re.findall(rf"^{CALL}(.*)$", content.decode("utf-8", "replace"), re.M)
    try:
        words = [shlex.split(line) for line in lines]
    except ValueError:
        return None
    calls = tuple(Call(PurePosixPath(each[0]), tuple(each[1:])) for each in words if each)
    return calls if hook(calls) == content else None


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


def _tell_of_new_keys(draft: Draft, pair: ServerPair, lineage: PurePosixPath) -> Draft:
    for settings in renewal_settings_of(pair.certificate):
        if re.search(rb"^reuse_key *= *True *$", draft.facts.file(settings).content or b"", re.M):
            return draft
    return draft.with_finding(
        note(
            "key-changes",
            f"certbot makes another key with each renewal of {lineage.name}",
            "If there are TLSA records for this key, have certbot keep it, with --reuse-key: "
            "other servers refuse to deliver to a key that the records do not have.",
        )
    )
