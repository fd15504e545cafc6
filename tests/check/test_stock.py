"""What packages install raises no alarm, as it stands in the root of each release of Debian.

In ``stock`` there are the main.cf and master.cf that the package has made, in ``...-dist`` its
copies of upstream's, and in ``upstream-...`` those of Postfix's own sources: with every example and
comment. Debian's copies from trixie on have a line of the machine that built the package.
"""

from pathlib import Path, PurePosixPath

import pytest

from pfwizard.check.checking import check
from pfwizard.check.inspection import Inspection
from pfwizard.machine.facts import Facts
from pfwizard.plan.plan import Severity
from tests.plan.builders import NOW, file, machine
from tests.plan.others import CHAIN, ROOT, RSA, secret

STOCK = Path(__file__).parent / "stock"

VERSIONS = {"bullseye": "3.5.25", "bookworm": "3.7.11", "trixie": "3.10.13", "sid": "3.11.7"}

UPSTREAM = ("bullseye-dist", "bookworm-dist", "upstream-3.7.11", "upstream-3.10.13")

OF_A_PACKAGE = (
    file(PurePosixPath("/etc/ssl/certs/ssl-cert-snakeoil.pem"), CHAIN),
    file(PurePosixPath("/etc/ssl/private/ssl-cert-snakeoil.key"), secret(RSA), 0o640),
    file(PurePosixPath("/etc/ssl/certs/ca-certificates.crt"), ROOT.pem()),
)


def stock(name: str) -> Facts:
    """The machine right after the installation."""
    directory = STOCK / name
    version = VERSIONS.get(name.removesuffix("-dist"), name.removeprefix("upstream-"))
    return machine(
        (directory / "main.cf").read_text(),
        (directory / "master.cf").read_text(),
        *OF_A_PACKAGE,
        version=version,
        map_types=("btree", "cdb", "hash", "lmdb", "texthash"),
    )


@pytest.mark.parametrize("name", sorted(each.name for each in STOCK.iterdir()))
def test_there_is_nothing_to_warn_of(name: str) -> None:
    checked = check(Inspection(stock(name), NOW))

    assert [each for each in checked.findings if each.severity is not Severity.NOTE] == []


@pytest.mark.parametrize("name", sorted(VERSIONS))
def test_the_package_s_own_certificate_is_all_that_is_noted(name: str) -> None:
    checked = check(Inspection(stock(name), NOW))

    assert [each.identifier for each in checked.findings] == ["certificate-placeholder"]


@pytest.mark.parametrize("name", UPSTREAM)
def test_of_upstream_s_files_nothing_is_said(name: str) -> None:
    assert check(Inspection(stock(name), NOW)).findings == ()
