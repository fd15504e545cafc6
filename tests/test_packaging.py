"""What is installed is what stands in the checkout, and it runs with nothing else around it."""

import os
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import pfwizard

CHECKOUT = Path(__file__).parent.parent

COPIED = (
    *("pyproject.toml", "MANIFEST.in", "README.md", "CHANGELOG.md", "LICENSE", "Makefile"),
    *(".gitattributes", ".gitignore", ".ci", "pfwizard", "screens", "tests", "snapshots"),
)

NOT_INSTALLED = {"__pycache__", "cron", "systemd"}
"""The units are installed where systemd looks for them, and not inside the package."""


def run(*arguments: str | Path, directory: Path) -> str:
    done = subprocess.run(
        [str(argument) for argument in arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "TMPDIR": str(directory)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to build in, so that no build directory is left in the checkout."""
    place = tmp_path_factory.mktemp("source")
    run("cp", "-a", *(CHECKOUT / name for name in COPIED), place, directory=CHECKOUT)
    return place


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wheel")
    run(
        *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"),
        *("--wheel-dir", place, source),
        directory=place,
    )
    (built,) = place.glob("*.whl")
    return built


@pytest.fixture
def distribution(source: Path, environment: Path, tmp_path: Path) -> Path:
    """The source distribution."""
    build = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["build-system"]
    run(environment / "pip", "install", "--quiet", *build["requires"], directory=environment)
    run(
        environment / "python",
        "-c",
        "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])",
        tmp_path,
        directory=source,
    )
    (built,) = tmp_path.glob("*.tar.gz")
    return built


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A bare virtual environment; returns its directory of programs."""
    venv.create(tmp_path / "environment", with_pip=True)
    return tmp_path / "environment/bin"


def files_of_the_checkout() -> Iterator[str]:
    for top, inside in (("pfwizard", "pfwizard"), ("screens", "pfwizard/screens")):
        for file in (CHECKOUT / top).rglob("*"):
            relative = file.relative_to(CHECKOUT / top)
            in_link = top == "pfwizard" and relative.parts[0] == "screens"
            if file.is_file() and not in_link and not NOT_INSTALLED & set(relative.parts):
                yield f"{inside}/{relative}"


def files_of_the_repository(copy: Path) -> Iterator[Path]:
    for name in COPIED:
        for file in [copy / name, *(copy / name).rglob("*")]:
            in_link = file.is_relative_to(copy / "pfwizard/screens")
            if file.is_file() and not in_link and "__pycache__" not in file.parts:
                yield file


def test_the_wheel_holds_what_the_checkout_holds(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    installed = {name for name in names if ".dist-info/" not in name and ".data/" not in name}
    assert installed == set(files_of_the_checkout())


def test_the_source_distribution_holds_the_tests_and_all_that_they_look_at(
    source: Path, distribution: Path
) -> None:
    with tarfile.open(distribution) as archive:
        packed = {member.name.partition("/")[2] for member in archive if member.isfile()}

    made = {"PKG-INFO", "setup.cfg"}
    wanted = {str(file.relative_to(source)) for file in files_of_the_repository(source)}
    assert {name for name in packed - made if not name.startswith("pfwizard.egg-info/")} == wanted


def test_the_oldest_textual_that_is_permitted_has_the_theme_of_the_screens(
    wheel: Path, environment: Path
) -> None:
    (permitted,) = (
        requirement
        for requirement in tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"][
            "dependencies"
        ]
        if requirement.startswith("textual")
    )
    oldest = permitted.partition(",")[0].replace(">=", "==")
    run(environment / "pip", "install", "--quiet", wheel, oldest, directory=environment)

    run(
        environment / "python",
        "-c",
        "from pfwizard.screens.app import THEME; from textual.app import App; App().theme = THEME",
        directory=environment,
    )


def test_the_units_are_installed_where_systemd_looks_and_the_lines_for_cron_are_there_too(
    wheel: Path, environment: Path
) -> None:
    run(environment / "pip", "install", "--quiet", wheel, directory=environment)

    units = environment.parent / "lib/systemd/system"
    assert "\nExecStart=pfwizard recover\n" in (units / "pfwizard-recover.service").read_text()
    assert "\nExecStart=pfwizard status\n" in (units / "pfwizard-status.service").read_text()
    assert "\nOnCalendar=daily\n" in (units / "pfwizard-status.timer").read_text()
    assert "\nExecStart=pfwizard renew\n" in (units / "pfwizard-renew.service").read_text()
    assert "\nOnCalendar=weekly\n" in (units / "pfwizard-renew.timer").read_text()
    lines_of_cron = environment.parent / "share/pfwizard/cron.d"
    for what in ("status", "renew"):
        line = (lines_of_cron / f"pfwizard-{what}").read_text()
        assert f" root  said=$(pfwizard {what} " in line


def test_the_wheel_runs_in_a_bare_environment(wheel: Path, environment: Path) -> None:
    run(environment / "pip", "install", "--quiet", wheel, directory=environment)

    version = run(environment / "pfwizard", "--version", directory=environment)
    demonstration = run(environment / "pfwizard", "--demo", directory=environment)

    assert version == f"pfwizard {pfwizard.__version__}\n"
    assert "+smtpd_sasl_auth_enable = yes" in demonstration


def test_an_editable_install_runs_in_a_bare_environment(source: Path, environment: Path) -> None:
    run(environment / "pip", "install", "--quiet", "--editable", source, directory=environment)

    version = run(environment / "pfwizard", "--version", directory=environment)
    place = run(
        environment / "python",
        "-c",
        "import pfwizard.screens; print(pfwizard.screens.__file__)",
        directory=environment,
    )

    assert version == f"pfwizard {pfwizard.__version__}\n"
    assert Path(place.strip()).resolve() == (source / "screens/__init__.py").resolve()


def test_the_changelog_knows_this_version() -> None:
    assert f"\n## {pfwizard.__version__} " in (CHECKOUT / "CHANGELOG.md").read_text()
