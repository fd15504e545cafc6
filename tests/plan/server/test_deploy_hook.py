"""The program that certbot runs after a renewal, so that Postfix shows the new certificate."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from pfwizard.machine.tree import FileState
from pfwizard.plan.plan import Plan
from pfwizard.plan.planner import make_plan
from pfwizard.plan.server.deploy_hook import HOOK, Call, calls_in, hook
from tests.plan.builders import answers, circumstances, content_of, file
from tests.plan.others import (
    CHAIN,
    FULL_CHAIN,
    KEY,
    LINEAGE,
    OWN_LINK,
    RSA,
    SETTINGS,
    certbot,
    naming,
    secret,
    with_roots,
)

SECOND = Call(LINEAGE.with_name("two"), ("-c", "/etc/postfix-two"))


def identifiers(plan: Plan) -> set[str]:
    return {finding.identifier for finding in plan.findings}


def calls(plan: Plan) -> tuple[Call, ...] | None:
    return calls_in(content_of(plan, HOOK))


# --- what is planned ------------------------------------------------------------------------------


def test_it_is_an_executable_file_of_its_own() -> None:
    (change,) = [change for change in naming(*certbot()).changes if change.path == HOOK]

    assert (change.mode, change.secret) == (0o755, False)


def test_it_is_for_the_lineage_in_question() -> None:
    assert calls(naming(*certbot())) == (Call(LINEAGE),)


def test_a_link_of_ones_own_into_certbots_tree_is_followed() -> None:
    plan = naming(*certbot(), OWN_LINK, certificate=OWN_LINK.path)

    assert calls(plan) == (Call(LINEAGE),)


def test_another_instance_is_reloaded_by_its_directory() -> None:
    facts = with_roots(*certbot())
    two = replace(facts.postfix, config_directory=PurePosixPath("/etc/postfix-two"))
    wanted = answers(
        ca__source="none",
        tls__ca_file="",
        server__source="files",
        server__certificate=str(FULL_CHAIN),
        server__key=str(KEY),
    )

    plan = make_plan(wanted, replace(facts, postfix=two), circumstances())

    assert calls(plan) == (Call(LINEAGE, ("-c", "/etc/postfix-two")),)


def test_what_other_instances_have_there_stays() -> None:
    present = file(HOOK, hook([Call(LINEAGE.with_name("old")), SECOND]), 0o755)

    assert calls(naming(*certbot(), present)) == (SECOND, Call(LINEAGE))


OURS = hook([Call(LINEAGE), SECOND])
OF_ANOTHER_VERSION = OURS.replace(b"failed=0", b"failed=no").replace(b"set -u\n", b"")


def with_line(line: bytes, before: bytes) -> bytes:
    return OURS.replace(before, line + b"\n" + before)


@pytest.mark.parametrize(
    "content",
    [
        b"#!/bin/sh\nexit 0\n",
        b"#!/bin/sh\nsystemctl reload dovecot\n" + OURS,
        OURS + b"echo more\n",
        with_line(b"systemctl reload dovecot", before=b"exit $failed"),
        OURS.replace(str(SECOND).encode(), str(SECOND).encode() + b" && echo more"),
        b"\xff",
    ],
)
def test_a_program_that_is_not_ours_is_not_touched(content: bytes) -> None:
    plan = naming(*certbot(), file(HOOK, content, 0o755))

    assert HOOK not in {change.path for change in plan.changes}
    assert "deploy-hook-in-the-way" in identifiers(plan)
    assert plan.refusals == ()


@pytest.mark.parametrize(
    "content",
    [OF_ANOTHER_VERSION, with_line(b"echo more", before=b"failed=0")],
    ids=["another version", "changed where it cannot be told from that"],
)
def test_one_of_another_version_is_written_anew_which_is_told(content: bytes) -> None:
    plan = naming(*certbot(), file(HOOK, content, 0o755))

    assert calls(plan) == (SECOND, Call(LINEAGE))
    assert content_of(plan, HOOK) == hook([SECOND, Call(LINEAGE)])
    assert "deploy-hook-written-anew" in identifiers(plan)
    assert "deploy-hook-in-the-way" not in identifiers(plan)


def test_one_of_this_version_gets_another_line_without_a_word() -> None:
    plan = naming(*certbot(), file(HOOK, hook([SECOND]), 0o755))

    assert calls(plan) == (SECOND, Call(LINEAGE))
    assert "deploy-hook-written-anew" not in identifiers(plan)


def test_lines_of_somebody_else_are_told_from_a_program_of_somebody_else() -> None:
    for content, words in ((OURS + b"echo more\n", "lines"), (b"#!/bin/sh\n", "not written by")):
        plan = naming(*certbot(), file(HOOK, content, 0o755))

        (found,) = [each for each in plan.findings if each.identifier == "deploy-hook-in-the-way"]
        assert words in found.message


def test_one_that_certbot_would_pass_over_is_warned_of() -> None:
    plan = naming(*certbot(), file(HOOK, hook([Call(LINEAGE)]), 0o644))

    assert "deploy-hook-not-executable" in identifiers(plan)


def test_it_is_not_made_for_what_others_renew_who_are_told_of() -> None:
    own, chain = PurePosixPath("/etc/ssl/private/mail.key"), PurePosixPath("/etc/ssl/mail.pem")

    plan = naming(file(own, secret(RSA), 0o600), file(chain, CHAIN), certificate=chain, key=own)

    assert HOOK not in {change.path for change in plan.changes}
    (note,) = [each for each in plan.findings if each.identifier == "renewed-by-others"]
    assert "postfix reload" in note.remedy


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (b"", True),
        (b"[renewalparams]\nreuse_key = True\n", False),
        (b"# reuse_key = True\n", True),
        (b"[renewalparams]\nreuse_key = False\n", True),
        (b"[renewalparams]\n  reuse_key=true # for TLSA\n", False),
    ],
)
def test_that_the_key_changes_is_told_unless_certbot_keeps_it(settings: bytes, told: bool) -> None:
    plan = naming(*certbot(), file(SETTINGS, settings))

    assert ("key-changes" in identifiers(plan)) is told


def changing_keys(*files: FileState, certificate: PurePosixPath = FULL_CHAIN) -> str:
    plan = naming(*certbot(), *files, certificate=certificate)
    (found,) = [each for each in plan.findings if each.identifier == "key-changes"]
    return found.message


def test_how_it_is_renewed_is_known_for_a_link_too_where_it_was_looked_at() -> None:
    settings = file(SETTINGS, b"[renewalparams]\nreuse_key = True\n")

    plan = naming(*certbot(), OWN_LINK, settings, certificate=OWN_LINK.path)

    assert "key-changes" not in identifiers(plan)


def test_settings_that_are_not_known_are_named() -> None:
    unless = f"unless {SETTINGS} has reuse_key = True"

    assert unless in changing_keys(OWN_LINK, certificate=OWN_LINK.path)
    assert unless not in changing_keys(file(SETTINGS, b"[renewalparams]\n"))


def test_a_link_that_may_stay_behind_at_a_renewal_is_told_of() -> None:
    own_key = replace(OWN_LINK, path=OWN_LINK.path.with_suffix(".key"), content=secret(RSA))

    for certificate, key, named in (
        (FULL_CHAIN, KEY, []),
        (OWN_LINK.path, KEY, [OWN_LINK]),
        (OWN_LINK.path, own_key.path, [OWN_LINK, own_key]),
    ):
        plan = naming(*certbot(), OWN_LINK, own_key, certificate=certificate, key=key)

        found = [each.message for each in plan.findings if each.identifier == "link-to-certbot"]
        expected = [f"{link.path} leads to {link.real}" for link in named]
        assert [message.partition(",")[0] for message in found] == expected


# --- what it does ---------------------------------------------------------------------------------


def run(tmp_path: Path, lineage: str | None, status: int = 0) -> subprocess.CompletedProcess[str]:
    """As certbot runs it, with a postfix(1) that writes down its arguments."""
    program = tmp_path / "postfix"
    program.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/log\nexit {status}\n')
    program.chmod(0o755)
    path = tmp_path / "hook"
    path.write_bytes(hook([Call(LINEAGE), Call(LINEAGE, SECOND.options), SECOND]))
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    if lineage is not None:
        environment["RENEWED_LINEAGE"] = lineage
    shell = shutil.which("dash") or "/bin/sh"
    return subprocess.run(
        [shell, path], env=environment, capture_output=True, text=True, timeout=90
    )


def reloads(tmp_path: Path) -> list[str]:
    log = tmp_path / "log"
    return log.read_text().splitlines() if log.exists() else []


def test_every_instance_that_shows_the_renewed_certificate_is_reloaded(tmp_path: Path) -> None:
    done = run(tmp_path, str(LINEAGE))

    assert (done.returncode, done.stderr) == (0, "")
    assert reloads(tmp_path) == ["reload", "-c /etc/postfix-two reload"]


def test_the_renewal_of_another_certificate_reloads_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, "/etc/letsencrypt/live/www.kernel-panic.it")

    assert done.returncode == 0
    assert reloads(tmp_path) == []


def test_a_reload_that_fails_is_an_error_and_keeps_no_other_from_it(tmp_path: Path) -> None:
    done = run(tmp_path, str(LINEAGE), status=1)

    assert done.returncode == 1
    assert "postfix reload failed: clients are shown the old certificate" in done.stderr
    assert len(reloads(tmp_path)) == 2


def test_without_certbot_it_says_that_it_is_for_certbot(tmp_path: Path) -> None:
    done = run(tmp_path, None)

    assert done.returncode != 0
    assert "RENEWED_LINEAGE" in done.stderr
    assert reloads(tmp_path) == []


def test_a_name_with_a_blank_is_one_name() -> None:
    strange = Call(LINEAGE.with_name("a b'c"), ("-c", "/etc/post fix"))

    assert calls_in(hook([strange])) == (strange,)
