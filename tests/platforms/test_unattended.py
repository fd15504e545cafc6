"""The program itself on trees of two platforms, by answers that leave out what has a default."""

from pathlib import Path

from tests.answers.builders import answers_file
from tests.cli.program import pfwizard_process
from tests.platforms.expectations import expected
from tests.platforms.trees import FIXTURES


def dry_run(platform: str, directory: Path) -> str:
    fixture = next(each for each in FIXTURES if each.name == platform)
    root, answers = directory / "root", directory / "answers.toml"
    fixture.build(root, expected(fixture).plugins)
    answers.write_bytes(answers_file({"ca.key_type": '"ec:p256"', "server.key_type": '"ec:p256"'}))
    done = pfwizard_process("--answers", answers, "--root", root, "--dry-run")
    assert done.returncode == 3, done.stderr
    return done.stdout


def test_red_hat_has_no_authdaemond_and_saslauthd_is_asked(tmp_path: Path) -> None:
    assert "+pwcheck_method: saslauthd\n" in dry_run("rhel-9", tmp_path)


def test_on_freebsd_the_certificate_is_beside_its_postfix(tmp_path: Path) -> None:
    shown = dry_run("freebsd-sasl", tmp_path)

    assert "/usr/local/etc/postfix/ssl/private/server.key" in shown
    assert " /etc/postfix" not in shown
