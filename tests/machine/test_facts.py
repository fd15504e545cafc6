"""Facts of a tree in which nothing is run."""

from pathlib import Path, PurePosixPath

import pytest

from pfwizard.errors import Failed
from pfwizard.machine.facts import Facts, gather
from pfwizard.machine.postfix import Version
from pfwizard.machine.tree import Tree

DEBIAN_12 = 'ID=debian\nVERSION_ID="12"\n'


class Image:
    """A tree under construction; it has a main.cf and a master.cf from the start."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("/etc/postfix/main.cf", "")
        self.write("/etc/postfix/master.cf", "smtp inet n - y - - smtpd\n")

    def write(self, path: str, content: str) -> "Image":
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
        return self

    def facts(self, config: str | None = None, *named: str) -> Facts:
        directory = PurePosixPath(config) if config else None
        return gather(Tree(self.root), directory, map(PurePosixPath, named))


@pytest.fixture
def image(tmp_path: Path) -> Image:
    return Image(tmp_path)


DPKG = """\
Package: other
Status: install ok installed
Version: 1.0

Package: postfix
Status: install ok installed
Architecture: amd64
Version: 1:3.8.6-1build2
"""


@pytest.mark.parametrize(
    ("path", "record", "version"),
    [
        ("/var/lib/dpkg/status", DPKG, Version(3, 8, 6)),
        (
            "/lib/apk/db/installed",
            "C:Q1x=\nP:postfix\nV:3.9.0-r0\nA:x86_64\n\n",
            Version(3, 9, 0),
        ),
    ],
)
def test_the_version_is_the_one_that_the_package_system_noted(
    image: Image, path: str, record: str, version: Version
) -> None:
    postfix = image.write(path, record).facts().postfix

    assert (postfix.version, postfix.version_source) == (version, path)


@pytest.mark.parametrize(
    "record",
    ["", "Package: postfix-doc\nVersion: 3.9.0-1\n", "Package: postfix\n\nVersion: 3.9.0\n"],
)
def test_without_a_record_the_version_is_assumed_and_said_to_be(image: Image, record: str) -> None:
    image.write("/etc/os-release", DEBIAN_12).write("/var/lib/dpkg/status", record)

    postfix = image.facts().postfix

    assert (postfix.version.major, postfix.version.minor) == (3, 7)
    assert postfix.version_source == "assumed for Debian 12"


def test_os_release_has_a_second_place(image: Image) -> None:
    image.write("/usr/lib/os-release", DEBIAN_12)

    assert image.facts().platform.name == "Debian 12"


def test_the_first_os_release_counts(image: Image) -> None:
    image.write("/usr/lib/os-release", "ID=plan9\n").write("/etc/os-release", DEBIAN_12)

    assert image.facts().platform.name == "Debian 12"


@pytest.mark.parametrize("name", ["main.cf", "master.cf"])
def test_a_tree_without_postfix_is_an_error_that_names_the_file(image: Image, name: str) -> None:
    (image.root / "etc/postfix" / name).unlink()

    with pytest.raises(Failed, match=f"/etc/postfix/{name}: is missing"):
        image.facts()


def test_a_directory_in_place_of_main_cf_is_an_error(image: Image) -> None:
    (image.root / "etc/postfix/main.cf").unlink()
    (image.root / "etc/postfix/main.cf").mkdir()

    with pytest.raises(Failed, match="is not a file"):
        image.facts()


def test_nothing_runs_in_a_tree(image: Image) -> None:
    facts = image.facts()

    assert facts.works_on_a_tree
    assert not facts.is_running
    assert (facts.postfix.sasl_types, facts.postfix.map_types) == (None, None)


def test_another_instance_has_its_own_directory(image: Image) -> None:
    image.write("/etc/postfix-two/main.cf", "mail_name = two\n")
    image.write("/etc/postfix-two/master.cf", "")

    facts = image.facts("/etc/postfix-two")

    assert facts.configuration.main.get("mail_name") == "two"
    assert facts.postfix.defaults["config_directory"] == "/etc/postfix-two"


def test_the_files_that_the_answers_name_are_looked_at(image: Image) -> None:
    facts = image.write("/etc/ssl/ca.crt", "x").facts(None, "/etc/ssl/ca.crt", "/etc/ssl/ca.key")

    assert facts.file(PurePosixPath("/etc/ssl/ca.crt")).content == b"x"
    assert not facts.file(PurePosixPath("/etc/ssl/ca.key")).exists


@pytest.mark.parametrize(
    ("main_cf", "name"),
    [
        ("", "smtpd.conf"),
        ("smtpd_sasl_path = mail\n", "mail.conf"),
        ("smtpd_sasl_path = $mine\nmine = mail\n", "mail.conf"),
        ("smtpd_sasl_path = private/auth\n", "smtpd.conf"),
        ("smtpd_sasl_type = dovecot\nsmtpd_sasl_path = auth\n", "smtpd.conf"),
    ],
)
def test_the_name_of_smtpd_conf_is_that_of_the_cyrus_path(
    image: Image, main_cf: str, name: str
) -> None:
    facts = image.write("/etc/postfix/main.cf", main_cf).facts()

    assert facts.smtpd_conf_places[0].name == name


@pytest.mark.parametrize(
    ("os_release", "main_cf", "first"),
    [
        (DEBIAN_12, "", "/etc/postfix/sasl"),
        (DEBIAN_12, "cyrus_sasl_config_path = /etc/other\n", "/etc/postfix/sasl"),
        ("ID=debian\n", "cyrus_sasl_config_path = /etc/postfix/sasl\n", "/etc/postfix/sasl"),
        ("ID=debian\n", "", "/etc/sasl2"),
        ("ID=debian\n", "cyrus_sasl_config_path = /etc/other:/x\n", "/etc/other"),
        ("ID=debian\n", "cyrus_sasl_config_path = $config_directory/own\n", "/etc/postfix/own"),
        ("ID=plan9\n", "", "/usr/lib/sasl2"),
    ],
)
def test_where_smtpd_conf_is_looked_for(
    image: Image, os_release: str, main_cf: str, first: str
) -> None:
    facts = (
        image.write("/etc/os-release", os_release).write("/etc/postfix/main.cf", main_cf).facts()
    )

    directories = tuple(place.parent for place in facts.smtpd_conf_places)

    assert directories[0] == PurePosixPath(first)
    assert facts.file(directories[0] / "smtpd.conf").path.parent == directories[0]


@pytest.mark.parametrize(
    "options",
    [
        "-o smtpd_sasl_path=own",
        "-o smtpd_sasl_path=$mine -o mine=own",
        "-o smtpd_sasl_type=dovecot -o smtpd_sasl_path=own",
    ],
)
def test_the_smtpd_conf_of_a_service_alone_is_looked_at(image: Image, options: str) -> None:
    image.write("/etc/os-release", DEBIAN_12).write("/etc/postfix/sasl/own.conf", "x: 1\n")
    facts = image.write("/etc/postfix/master.cf", f"587 inet n - n - - smtpd {options}\n").facts()

    assert facts.file(PurePosixPath("/etc/postfix/sasl/own.conf")).content == b"x: 1\n"
    assert facts.smtpd_conf.name == "smtpd.conf"


def test_a_service_goes_by_the_smtpd_conf_that_it_names(image: Image) -> None:
    image.write("/etc/os-release", DEBIAN_12).write("/etc/postfix/sasl/own.conf", "x: 1\n")
    image.write("/etc/postfix/master.cf", "587 inet n - n - - smtpd -o smtpd_sasl_path=own\n")
    facts = image.facts()
    (service,) = facts.configuration.master.services

    assert facts.smtpd_conf_of(facts.effective.of(service)).name == "own.conf"


def test_a_value_that_postfix_gives_up_on_is_an_error_with_its_name(image: Image) -> None:
    image.write("/etc/postfix/main.cf", "smtpd_sasl_path = ${smtpd\n")

    with pytest.raises(Failed, match="smtpd_sasl_path"):
        image.facts()


def test_the_plugins_of_the_tree_are_found(image: Image) -> None:
    image.write("/etc/os-release", DEBIAN_12)
    image.write("/usr/lib/x86_64-linux-gnu/sasl2/libplain.so.2", "")
    image.write("/usr/lib/x86_64-linux-gnu/sasl2/liblogin.so", "")

    assert image.facts().sasl_plugins == frozenset({"plain", "login"})


def test_the_plugins_in_the_jail_are_found(image: Image) -> None:
    image.write("/etc/os-release", DEBIAN_12)
    image.write("/var/spool/postfix/usr/lib/x86_64-linux-gnu/sasl2/libplain.so", "")

    assert image.facts().sasl_plugins_in_jail == frozenset({"plain"})


def test_the_files_that_the_answers_name_are_looked_at_in_the_jail_too(image: Image) -> None:
    image.write("/var/spool/postfix/srv/users.db", "alice")

    facts = image.facts(None, "/srv/users.db")

    assert facts.file(PurePosixPath("/var/spool/postfix/srv/users.db")).content == b"alice"


def test_plugins_that_are_not_found_are_not_known(image: Image) -> None:
    assert image.facts().sasl_plugins is None


def test_the_accounts_are_those_of_the_tree(image: Image) -> None:
    image.write("/etc/passwd", "postfix:x:4711:12::/:\n")

    assert image.facts().accounts.users == {"postfix": (4711, 12)}


@pytest.mark.parametrize(
    ("path", "content", "named"),
    [
        (
            "/etc/default/saslauthd",
            'OPTIONS="-c -m /srv/saslauthd"\n',
            "/srv/saslauthd/mux",
        ),
        (
            "/etc/default/saslauthd",
            'OPTIONS="-c -m /srv/saslauthd"\n',
            "/var/spool/postfix/srv/saslauthd/mux",
        ),
        (
            "/etc/postfix/main.cf",
            "smtpd_sasl_type = dovecot\nsmtpd_sasl_path = /run/dovecot/smtp\n",
            "/run/dovecot/smtp",
        ),
        ("/etc/postfix/sasl/smtpd.conf", "sasldb_path: /srv/sasldb\n", "/srv/sasldb.db"),
        (
            "/etc/postfix/sasl/smtpd.conf",
            "sasldb_path: /srv/sasldb\n",
            "/var/spool/postfix/srv/sasldb",
        ),
        (
            "/etc/postfix/main.cf",
            "smtpd_sasl_type = dovecot\nsmtpd_sasl_path = unix:public/auth\n",
            "/var/spool/postfix/public/auth",
        ),
    ],
)
def test_what_the_configuration_of_today_names_is_looked_at(
    image: Image, path: str, content: str, named: str
) -> None:
    facts = image.write("/etc/os-release", DEBIAN_12).write(path, content).facts()

    assert not facts.file(PurePosixPath(named)).exists
