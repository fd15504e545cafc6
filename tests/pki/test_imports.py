"""What importing costs: names may be checked by anything, so they must not load the library."""

import subprocess
import sys

import pytest

LIGHT = [
    "names",
    "countries",
    "subject",
    "key_type",
    "serials",
    "validity",
    "matching",
    "pem",
    "fingerprints",
    "tlsa",
    "der",
    "ledger",
    "ledger_entries",
    "passphrases",
    "errors",
]


def loaded_by(statement: str) -> set[str]:
    """What a statement loads, beyond what an interpreter in this environment has loaded already."""
    code = f"import sys\nbefore = set(sys.modules)\n{statement}\nprint(*set(sys.modules) - before)"
    return set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=90
        ).stdout.split()
    )


@pytest.mark.parametrize("heavy", ["cryptography", "idna", "ssl", "ipaddress", "textual"])
def test_the_light_modules_load_no_heavy_one(heavy: str) -> None:
    assert heavy not in loaded_by("\n".join(f"import pfwizard.pki.{name}" for name in LIGHT))


def test_an_ascii_host_name_is_checked_without_the_idna_tables() -> None:
    check = "from pfwizard.pki.names import check_dns_name; check_dns_name('mail.example.org')"
    assert "idna" not in loaded_by(check)
