"""What pfwizard takes for true about a machine is what the machine says."""

import json
import sys
from typing import Any

import pytest

from pfwizard.cf.expansion import expand
from pfwizard.machine.postfix import BUILT_IN_DEFAULTS, SINCE, Version
from tests.machines.machine import Machine

ASK = """
import json, sys
from pathlib import Path
from pfwizard.machine.facts import gather
from pfwizard.machine.tree import Tree
facts = gather(Tree(Path(sys.argv[1])), None, [])
postfix = facts.postfix
print(json.dumps({
    "platform": facts.platform.name,
    "version": str(postfix.version),
    "config_directory": str(postfix.config_directory),
    "defaults": dict(postfix.defaults),
    "sasl_types": postfix.sasl_types,
    "map_types": postfix.map_types,
    "plugins": sorted(facts.sasl_plugins or ()),
    "running": facts.is_running,
    "groups": sorted(facts.accounts.groups_of("postfix")),
    "sasl": str(facts.smtpd_conf.parent),
}))
"""

OF_THE_MACHINE = {"myhostname", "mydomain", "mynetworks"}
"""Defaults that Postfix finds out when it starts."""


def gathered(machine: Machine, *, as_a_tree: bool = False) -> dict[str, Any]:
    """The facts: asked on the machine, or read from its files where its Python is too old."""
    environment = machine.python_paths()
    if machine.suite.runs_pfwizard_inside and not as_a_tree:
        done = machine.run(["python3", "-c", ASK, "/"], env=environment)
    else:
        root = str(machine.root)
        paths = {**environment, "PYTHONPATH": ":".join(filter(None, sys.path))}
        done = machine.run_outside([sys.executable, "-c", ASK, root], env=paths)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def postconf(machine: Machine, *arguments: str) -> dict[str, str]:
    lines = machine.run(["postconf", *arguments]).stdout.splitlines()
    return {name.strip(): value.strip() for name, _, value in (x.partition("=") for x in lines)}


def words(machine: Machine, mode: str) -> list[str]:
    return machine.run(["postconf", mode]).stdout.split()


def test_version_and_directory_are_postconfs(machine: Machine) -> None:
    said = postconf(machine, "-d", "mail_version", "config_directory")

    facts = gathered(machine)

    assert facts["version"] == str(Version.parse(said["mail_version"]))
    assert facts["config_directory"] == said["config_directory"]


def test_types_and_defaults_are_postconfs(machine: Machine) -> None:
    if not machine.suite.runs_pfwizard_inside:
        pytest.skip("its Python is too old to ask from inside")
    facts = gathered(machine)

    assert facts["sasl_types"] == words(machine, "-a")
    assert facts["map_types"] == words(machine, "-m")
    for name, value in postconf(machine, "-d", *BUILT_IN_DEFAULTS).items():
        assert facts["defaults"][name] == value


def test_a_parameter_that_the_release_lacks_is_left_out(machine: Machine) -> None:
    version = Version.parse(postconf(machine, "-d", "mail_version")["mail_version"])

    defaults = gathered(machine)["defaults"]

    assert {name for name in SINCE if name in defaults} == {
        name for name, since in SINCE.items() if version >= since
    }


def test_the_group_numbers_are_those_of_id(machine: Machine) -> None:
    said = sorted(map(int, machine.run(["id", "-G", "postfix"]).stdout.split()))

    assert gathered(machine)["groups"] == said


def test_the_plugins_are_those_that_cyrus_would_load(machine: Machine) -> None:
    assert {"plain", "login"} <= set(gathered(machine)["plugins"])


def test_it_runs_from_start_to_stop(machine: Machine) -> None:
    if not machine.suite.runs_pfwizard_inside:
        pytest.skip("nothing runs in a tree")
    before = gathered(machine)["running"]
    machine.start_postfix()
    started = gathered(machine)["running"]
    machine.postfix.stop()

    assert (before, started, gathered(machine)["running"]) == (False, True, False)


def test_smtpd_conf_is_looked_for_where_this_debian_has_it(machine: Machine) -> None:
    assert gathered(machine)["sasl"] == "/etc/postfix/sasl"


def test_the_tree_alone_tells_the_same_version_and_platform(machine: Machine) -> None:
    if not machine.suite.runs_pfwizard_inside:
        pytest.skip("this is how it is asked anyway")
    asked, read = gathered(machine), gathered(machine, as_a_tree=True)

    for name in ("platform", "version", "config_directory", "plugins", "groups", "sasl"):
        assert read[name] == asked[name]
    assert read["sasl_types"] == asked["sasl_types"]


@pytest.mark.parametrize("level", ["0", "1", "2", "3.6", "3.11"])
def test_the_defaults_that_a_tree_tells_are_those_of_every_release(
    machine: Machine, level: str
) -> None:
    read = gathered(machine, as_a_tree=True)["defaults"]
    names = BUILT_IN_DEFAULTS.keys() - OF_THE_MACHINE - {"compatibility_level"}
    said = {**postconf(machine, "-d"), "compatibility_level": level}
    if said["smtpd_tls_fingerprint_digest"] == "md5" and level.startswith("3."):
        names -= {"smtpd_tls_fingerprint_digest"}  # before 3.6 there were no such levels
    ours = {**said, **{name: read[name] for name in names}}

    assert {name: expand(ours[name], ours.get) for name in names} == {
        name: expand(said[name], said.get) for name in names
    }
