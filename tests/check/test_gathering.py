"""What is read for the rules: every file that a value names, and none that is hidden."""

from pathlib import Path, PurePosixPath

import pytest

from pfwizard.check.checking import check
from pfwizard.check.gathering import inspect_machine
from pfwizard.errors import Failed
from pfwizard.machine.tree import FileState, OnlyForRoot, Tree
from tests.plan.builders import BARE_MASTER, NOW, STOCK_MAIN

KEY = PurePosixPath("/etc/ssl/mail.key")

TLS = f"smtpd_tls_security_level = may\nsmtpd_tls_cert_file = {KEY}\nsmtpd_tls_key_file = {KEY}\n"


SMTPD_CONF = PurePosixPath("/usr/lib/sasl2/smtpd.conf")
SASLDB = PurePosixPath("/etc/sasldb2")

LOGINS = "smtpd_sasl_auth_enable = yes\nsmtpd_tls_auth_only = yes\n"


class Closed(Tree):
    """A tree as somebody sees it who is not root."""

    def look(self, path: PurePosixPath) -> FileState:
        if path in (KEY, SMTPD_CONF, SASLDB):
            raise OnlyForRoot(f"{path}: cannot be read: Permission denied")
        return super().look(path)


def tree(directory: Path, main: str = "", kind: type[Tree] = Tree) -> Tree:
    for name, text in (("main.cf", STOCK_MAIN + main), ("master.cf", BARE_MASTER)):
        write(directory, f"/etc/postfix/{name}", text)
    return kind(directory)


def write(directory: Path, path: str, text: str) -> None:
    place = directory / path.lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)


def found(looked_at: Tree) -> set[str]:
    checked = check(inspect_machine(looked_at, None, NOW))
    return {each.identifier for each in checked.findings}


def test_a_file_that_is_named_and_missing_is_told(tmp_path: Path) -> None:
    assert "tls-file-missing" in found(tree(tmp_path, TLS))


def test_a_file_that_only_root_can_see_is_not_taken_for_missing(tmp_path: Path) -> None:
    identifiers = found(tree(tmp_path, TLS, Closed))

    assert "tls-file-missing" not in identifiers
    assert "key-unusable" not in identifiers
    assert "not-root" in identifiers


def test_an_smtpd_conf_that_only_root_can_see_is_not_taken_for_missing(tmp_path: Path) -> None:
    looked_at = tree(tmp_path, LOGINS, Closed)
    write(tmp_path, str(SMTPD_CONF), "pwcheck_method: nonsense\n")
    write(tmp_path, "/usr/lib/sasl/smtpd.conf", "pwcheck_method: nonsense\n")

    messages = [each.message for each in check(inspect_machine(looked_at, None, NOW)).findings]

    assert [each for each in messages if "smtpd.conf" in each or "nonsense" in each] == [
        f"only root can see {SASLDB} and {SMTPD_CONF}: nothing is said of what is in there"
    ]


def test_links_that_lead_in_a_circle_are_told_and_the_rest_is_checked(tmp_path: Path) -> None:
    looked_at = tree(tmp_path, TLS + "smtpd_use_tls = yes\n")
    place = tmp_path / KEY.relative_to("/")
    place.parent.mkdir(parents=True)
    place.symlink_to(place.name)

    identifiers = found(looked_at)

    assert "file-out-of-reach" in identifiers
    assert "not-root" not in identifiers
    assert "obsolete-parameter" in identifiers


def test_where_everything_can_be_seen_nothing_is_said_of_root(tmp_path: Path) -> None:
    assert "not-root" not in found(tree(tmp_path, TLS))


@pytest.mark.parametrize("name", ["mynetworks", "relay_clientcerts", "queue_directory"])
def test_a_value_that_postfix_gives_up_on_ends_no_look(tmp_path: Path, name: str) -> None:
    assert "broken-expansion" in found(tree(tmp_path, f"{name} = ${{oops\n"))


def test_the_file_of_the_sasl_library_leads_to_the_socket_it_names(tmp_path: Path) -> None:
    looked_at = tree(tmp_path, "smtpd_sasl_auth_enable = yes\n")
    write(
        tmp_path,
        "/usr/lib/sasl2/smtpd.conf",
        "pwcheck_method: saslauthd\nsaslauthd_path: /run/saslauthd\n",
    )
    (tmp_path / "run/saslauthd").mkdir(parents=True)

    assert "smtpd-conf-option" in found(looked_at)


def test_a_manager_is_known_by_its_directory(tmp_path: Path) -> None:
    looked_at = tree(tmp_path)
    (tmp_path / "usr/local/psa").mkdir(parents=True)

    assert "configuration-managed" in found(looked_at)


def test_a_machine_without_a_configuration_is_no_finding(tmp_path: Path) -> None:
    with pytest.raises(Failed):
        inspect_machine(Tree(tmp_path), None, NOW)
