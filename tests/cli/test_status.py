"""``pfwizard status``: how the certificates are, for people, for programs and for monitoring."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.cli.program import (
    Machine,
    contents,
    pfwizard_process,
    sabotaged,
    the_object_in,
)
from tests.pki import builders as pki

DAY = timedelta(days=1)

MAIN = """
smtpd_tls_security_level = may
smtpd_tls_cert_file = /etc/ssl/server.crt
smtpd_tls_CAfile = /etc/ssl/ca.crt
"""

KEYS = {
    *("role", "path", "address", "port", "level", "judgements", "detail", "differs_from"),
    *("subject", "issuer", "names", "not_before", "not_after", "days_left"),
    "fingerprint_sha256",
}


def give_certificate(machine: Machine, days: int, *, path: str = "/etc/ssl/server.crt") -> None:
    """One that lasts so many days from now, and an hour, in which the test runs."""
    start = datetime.now(UTC) - 400 * DAY + timedelta(hours=1)
    authority = pki.ca(now=start, days=36500)
    leaf = pki.server(authority, now=start, days=400 + days)
    main_cf = machine.root / "etc/postfix/main.cf"
    if MAIN not in main_cf.read_text():
        main_cf.write_text(main_cf.read_text() + MAIN.replace("/etc/ssl/server.crt", path))
    for place, certificate in ((path, leaf), ("/etc/ssl/ca.crt", authority)):
        file = machine.root / place.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(certificate.pem())


def status(machine: Machine, *arguments: str) -> CompletedProcess[str]:
    return pfwizard_process("status", "--root", machine.root, *arguments)


def certificates(machine: Machine, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = the_object_in(status(machine, "--json", *arguments))[
        "certificates"
    ]
    return found


@pytest.mark.parametrize(
    ("days", "exit_status"), [(400, 0), (20, 1), (3, 2), (-3, 2)], ids=lambda value: str(value)
)
def test_the_exit_status_is_that_of_a_monitoring_plugin(
    machine: Machine, days: int, exit_status: int
) -> None:
    give_certificate(machine, days)

    assert status(machine).returncode == exit_status


def test_the_limits_can_be_named(machine: Machine) -> None:
    give_certificate(machine, 20)

    assert status(machine, "--warn", "20").returncode == 0
    assert status(machine, "--warn", "21").returncode == 1
    assert status(machine, "--warn", "60", "--critical", "21").returncode == 2


def test_a_limit_alone_moves_the_other_out_of_its_way(machine: Machine) -> None:
    give_certificate(machine, 5)

    assert status(machine, "--warn", "3").returncode == 0
    assert status(machine, "--critical", "60").returncode == 2


def test_every_certificate_has_a_line_and_the_worst_is_the_first(machine: Machine) -> None:
    give_certificate(machine, 20)

    done = status(machine)

    first, second = done.stdout.splitlines()
    assert first.startswith("WARNING     20 days  ")
    assert "  leaf  /etc/ssl/server.crt  mail.kernel-panic.it" in first
    assert second.startswith("OK       36100 days  ")
    assert "  CA    /etc/ssl/ca.crt      " in second
    assert "warning: the server's certificate in /etc/ssl/server.crt expires on " in done.stderr


def test_one_long_path_does_not_push_the_names_of_the_others_away(machine: Machine) -> None:
    path = f"/etc/letsencrypt/live/{'mail.' * 10}example.org/fullchain.pem"
    give_certificate(machine, 20, path=path)

    _, authority = status(machine).stdout.splitlines()

    assert "/etc/ssl/ca.crt  /C=IT/" in authority


def test_what_is_in_order_needs_no_word_but_that_a_tree_has_no_ports(machine: Machine) -> None:
    give_certificate(machine, 400)

    assert status(machine).stderr == (
        "note: no server runs in a tree: only its files were looked at.\n"
    )


def test_programs_are_told_everything(machine: Machine) -> None:
    give_certificate(machine, 20)

    document = the_object_in(status(machine, "--json"))

    leaf = document["certificates"][0]
    assert (document["result"], document["changed"], document["level"]) == (
        "unchanged",
        False,
        "warning",
    )
    assert [finding["id"] for finding in document["findings"]] == [
        "ports-not-asked",
        "expires-soon",
    ]
    assert all(set(each) == KEYS for each in document["certificates"])
    assert (leaf["role"], leaf["path"], leaf["port"]) == ("leaf", "/etc/ssl/server.crt", None)
    assert (leaf["judgements"], leaf["days_left"]) == (["expires-soon"], 20)
    assert leaf["names"] == ["mail.kernel-panic.it"]


def test_times_are_written_as_iso_8601_has_them(machine: Machine) -> None:
    give_certificate(machine, 20)

    (written, *_) = (each["not_after"] for each in certificates(machine))

    assert written.endswith("Z")
    left = datetime.fromisoformat(written) - datetime.now(UTC)
    assert 20 * DAY < left < 21 * DAY


def test_the_years_after_2049_are_written_with_four_digits(machine: Machine) -> None:
    give_certificate(machine, 36000)

    assert certificates(machine)[-1]["not_after"].startswith("21")


def test_a_file_that_is_missing_is_critical_and_has_no_dates(machine: Machine) -> None:
    give_certificate(machine, 400)
    (machine.root / "etc/ssl/server.crt").unlink()

    done = status(machine)

    assert done.returncode == 2
    assert done.stdout.splitlines()[0].split() == [
        *("CRITICAL", "-", "-", "leaf", "/etc/ssl/server.crt")
    ]
    assert certificates(machine)[0]["not_after"] is None


def test_with_a_clock_that_is_slow_the_clock_is_asked_for(machine: Machine) -> None:
    give_certificate(machine, 20)
    tomorrow = datetime.now(UTC) + DAY
    server = pki.server(pki.ca(now=tomorrow), now=tomorrow)
    (machine.root / "etc/ssl/server.crt").write_bytes(server.pem())

    done = status(machine)

    assert done.returncode == 2
    assert "; check its clock." in done.stderr


def test_a_tree_without_a_postfix_is_unknown(tmp_path: Path) -> None:
    done = pfwizard_process("status", "--root", tmp_path)

    assert done.returncode == 3
    assert "main.cf: is missing" in done.stderr


def test_a_defect_is_unknown_too(machine: Machine) -> None:
    done = sabotaged(
        "import pfwizard.expiry.status as s; s.tls_servers = None",
        *("status", "--root", machine.root),
    )

    assert done.returncode == 3
    assert "internal error" in done.stderr


def test_nothing_is_written(machine: Machine) -> None:
    give_certificate(machine, 20)
    before = contents(machine.root)

    status(machine)

    assert contents(machine.root) == before


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("status", "--warn", "soon"), "'soon' is not a number of days from 0 to 36500"),
        (("status", "--warn", "-1"), "--warn"),
        (("status", "--warn", "3", "--critical", "4"), "--critical 4 comes before --warn 3"),
        (("status", "1"), "pfwizard status takes no ID"),
        (("status", "--answers", "a"), "pfwizard status takes no --answers"),
        (("history", "--warn", "3"), "pfwizard history takes no --warn"),
        (("recover", "--critical", "0"), "pfwizard recover takes no --critical"),
        (("--demo", "--warn", "3"), "--warn goes with a command"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_makes_no_sense_is_wrong_usage(words: tuple[str, ...], named: str) -> None:
    done = pfwizard_process(*words)

    assert done.returncode == 2
    assert named in done.stderr


def test_the_help_tells_the_exit_statuses() -> None:
    told = pfwizard_process("status", "--help").stdout

    assert "exit status of pfwizard status, as monitoring expects it:" in told
