"""What is said of a machine before anything is asked."""

from dataclasses import replace
from datetime import timedelta
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.machine.platforms.recognition import recognise
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.plan import Severity
from pfwizard.wizard.suggestions import suggest
from pfwizard.wizard.surroundings import Observation, observe
from tests.plan.builders import (
    NOW,
    SERVER,
    SOCKET,
    STOCK_MAIN,
    STOCK_MASTER,
    applied,
    file,
    guide_pki,
    machine,
    plan_for,
    socket,
)

WITH_CERTIFICATE = STOCK_MAIN + f"smtpd_tls_cert_file = {SERVER}\n"


def about(subject: str, facts: Facts, days: int = 0) -> Observation:
    found = [
        each for each in observe(facts, NOW + timedelta(days)) if each.subject.startswith(subject)
    ]
    assert len(found) == 1, found
    return found[0]


def test_a_fresh_machine_has_ports_and_logins_off() -> None:
    assert about("Port 465", machine()).state == "off"
    assert about("Port 25", machine()).state == "on, without TLS"
    assert about("Logins", machine()).state == "off"


def test_a_machine_after_the_guide_has_them_on() -> None:
    after = applied(machine(), plan_for(machine()))

    assert about("Port 465", after).state == "on, with TLS at once"
    assert about("Port 25", after).state == "on, with STARTTLS"
    assert about("Logins", after).severity is Severity.WARNING


SUBMISSION = """\
submission inet n - y - - smtpd
  -o smtpd_sasl_auth_enable=yes
"""


def test_logins_of_a_single_service_are_said_of_it_alone() -> None:
    encrypted = STOCK_MASTER + SUBMISSION + "  -o smtpd_tls_security_level=encrypt\n"

    logins = about("Logins", machine(STOCK_MAIN, encrypted))

    assert logins.state == "on for submission only, through cyrus"
    assert logins.severity is None


def test_a_service_that_takes_passwords_in_clear_is_named() -> None:
    logins = about("Logins", machine(STOCK_MAIN, STOCK_MASTER + SUBMISSION))

    assert logins.state.endswith("passwords may cross the net in clear to submission")
    assert logins.severity is Severity.WARNING


def test_logins_that_every_service_switches_off_are_off() -> None:
    off = STOCK_MASTER.replace("smtpd\n", "smtpd\n  -o smtpd_sasl_auth_enable=no\n")
    facts = machine(STOCK_MAIN + "smtpd_sasl_auth_enable = yes\n", off)

    assert about("Logins", facts).state == "off"


def test_an_open_relay_is_said_at_once() -> None:
    opened = machine(STOCK_MAIN.replace("mynetworks = ", "mynetworks = 0.0.0.0/0 "))

    assert about("Relay", opened).severity is Severity.REFUSAL


def test_a_line_that_postfix_does_not_read_has_its_number() -> None:
    broken = machine(STOCK_MAIN, STOCK_MASTER + "smtp inet n\n")

    assert about("/etc/postfix/master.cf:", broken).severity is Severity.REFUSAL


def test_a_certificate_that_has_expired_is_a_warning() -> None:
    facts = machine(WITH_CERTIFICATE, STOCK_MASTER, *guide_pki())
    assert about("Certificate", facts).severity is None

    assert "has expired" in about("Certificate", facts, days=4000).state


def test_a_certificate_that_is_missing_is_a_warning() -> None:
    assert about("Certificate", machine(WITH_CERTIFICATE)).severity is Severity.WARNING


def test_a_file_that_is_no_certificate_is_a_warning() -> None:
    facts = machine(WITH_CERTIFICATE, STOCK_MASTER, file(SERVER, b"rubbish"))

    assert about("Certificate", facts).severity is Severity.WARNING


def test_the_host_name_is_suggested_for_the_certificate() -> None:
    suggested = suggest(machine())

    assert suggested["server.names"] == ("mail.kernel-panic.it",)
    assert suggested["server.subject.common_name"] == "mail.kernel-panic.it"


def test_a_host_name_without_a_domain_is_not_suggested() -> None:
    facts = machine(STOCK_MAIN.replace("mail.kernel-panic.it", "localhost"))

    assert "server.names" not in suggest(facts)


def test_what_an_earlier_run_has_made_is_asked_for_again() -> None:
    suggested = suggest(machine(STOCK_MAIN, STOCK_MASTER, *guide_pki()))

    assert suggested["ca.subject.organizational_unit"] == "Postfix CA"
    assert suggested["server.subject.country"] == "IT"


def test_what_is_stricter_than_our_default_stays() -> None:
    facts = machine(STOCK_MAIN + "smtpd_tls_security_level = encrypt\nsmtpd_tls_auth_only = yes\n")

    assert suggest(facts)["tls.security_level"] == "encrypt"
    assert suggest(facts)["tls.auth_only"] is True


def test_the_socket_that_is_there_is_suggested() -> None:
    assert suggest(machine())["sasl.socket"] == "/var/run/courier-auth/socket"


def test_a_socket_where_the_package_puts_it_needs_no_answer() -> None:
    usual = PurePosixPath("/run/courier/authdaemon/socket")

    assert "sasl.socket" not in suggest(machine(STOCK_MAIN, STOCK_MASTER, socket(usual)))


def test_authdaemond_is_the_checker_where_it_can_be_had() -> None:
    assert "sasl.backend" not in suggest(on({"ID": "debian"}))


def test_saslauthd_is_suggested_where_no_package_brings_authdaemond() -> None:
    assert suggest(on({"ID": "rocky", "VERSION_ID": "9.4"}))["sasl.backend"] == "saslauthd"


def test_an_authdaemond_that_somebody_has_built_is_kept() -> None:
    assert "sasl.backend" not in suggest(machine(platform=recognise({"ID": "arch"})))


def test_dovecot_is_suggested_where_postfix_knows_nothing_else() -> None:
    assert suggest(machine(sasl_types=("dovecot",)))["sasl.backend"] == "dovecot"


def on(os_release: dict[str, str], *files: FileState) -> Facts:
    """A machine of another platform, on which nothing listens."""
    absent = FileState(SOCKET, SOCKET, FileKind.ABSENT)
    return machine(STOCK_MAIN, STOCK_MASTER, absent, *files, platform=recognise(os_release))


def test_a_platform_is_named_and_nothing_is_wrong_with_it() -> None:
    seen = about("Platform", on({"ID": "debian", "VERSION_ID": "12"}))

    assert (seen.state, seen.remedy, seen.severity) == ("Debian 12", "", None)


def test_a_derivative_is_said_to_be_taken_for_another() -> None:
    release = {
        "ID": "raspbian",
        "ID_LIKE": "debian",
        "NAME": "Raspbian",
        "VERSION_CODENAME": "trixie",
    }

    seen = about("Platform", on(release))

    assert seen.state == "Raspbian, taken for Debian 13"
    assert seen.severity is Severity.NOTE


def test_what_was_not_seen_of_a_platform_is_said() -> None:
    seen = about("Platform", on({"ID": "arch"}))

    assert seen.state == "Arch Linux"
    assert seen.severity is Severity.NOTE


def test_the_package_of_authdaemond_is_named_as_the_platform_names_it() -> None:
    assert "courier-authdaemon" in about("authdaemond", on({"ID": "debian"})).remedy
    assert "courier-authlib" in about("authdaemond", on({"ID": "alpine"})).remedy


def test_nothing_is_recommended_that_the_platform_does_not_have() -> None:
    seen = about("authdaemond", on({"ID": "arch"}))

    assert (seen.state, seen.remedy) == ("Arch Linux has no package of it", "")


def test_plugins_that_are_missing_come_with_the_command() -> None:
    without = machine(sasl_plugins=None, platform=recognise({"ID": "alpine"}))

    assert about("SASL plug-ins", without).remedy == (
        "Install it: apk add cyrus-sasl-plain cyrus-sasl-login."
    )


def in_directory(directory: str, identifier: str) -> Facts:
    facts = machine(platform=recognise({"ID": identifier}))
    return replace(facts, postfix=replace(facts.postfix, config_directory=PurePosixPath(directory)))


def test_files_are_suggested_beside_those_of_this_platforms_postfix() -> None:
    found = suggest(in_directory("/usr/local/etc/postfix", "freebsd"))

    assert found["server.certificate"] == "/usr/local/etc/postfix/ssl/server.crt"
    assert found["server.key"] == "/usr/local/etc/postfix/ssl/private/server.key"


def test_where_the_default_fits_and_for_another_instance_nothing_else_is_suggested() -> None:
    assert "server.key" not in suggest(in_directory("/etc/postfix", "debian"))
    assert "server.key" not in suggest(in_directory("/etc/postfix-two", "freebsd"))


def test_who_checks_passwords_today_is_named_where_that_is_not_authdaemond() -> None:
    conf = file(
        PurePosixPath("/etc/postfix/sasl/smtpd.conf"),
        b"pwcheck_method: auxprop\nauxprop_plugin: sasldb\n",
    )
    facts = machine(STOCK_MAIN + "smtpd_sasl_auth_enable = yes\n", STOCK_MASTER, conf)

    assert about("Password checker", facts).state == "sasldb"
    assert "authdaemond" not in {each.subject for each in observe(facts, NOW)}


def test_what_the_plug_ins_are_for_is_said() -> None:
    assert "for passwords" in about("SASL plug-ins", machine()).state
