"""Which certificates a configuration has its servers show, and where."""

from pathlib import PurePosixPath

from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.expiry.servers import TlsServer, tls_servers
from pfwizard.machine.effective import Effective
from pfwizard.machine.postfix import BUILT_IN_DEFAULTS
from pfwizard.plan.plan import SmtpPort

SMTP = "smtp inet n - y - - smtpd\n"
SMTPS = "smtps inet n - y - - smtpd\n -o smtpd_tls_wrappermode=yes\n"
TLS = "smtpd_tls_security_level = may\n"
PAIR = f"{TLS}smtpd_tls_cert_file = /etc/server.crt\n"


def servers(main: str, master: str = SMTP) -> tuple[TlsServer, ...]:
    effective = Effective(MainCf.parse(main.encode()), BUILT_IN_DEFAULTS)
    return tls_servers(MasterCf.parse(master.encode()), effective)


def files(main: str, master: str = SMTP) -> list[list[str]]:
    return [[str(path) for path in each.certificate_files] for each in servers(main, master)]


def test_the_certificate_of_main_cf_is_that_of_every_port() -> None:
    assert files(PAIR, SMTP + SMTPS) == [["/etc/server.crt"], ["/etc/server.crt"]]


def test_an_option_of_the_service_beats_main_cf() -> None:
    own = f"{SMTPS} -o smtpd_tls_cert_file=/etc/other.crt\n"

    assert files(PAIR, SMTP + own) == [["/etc/server.crt"], ["/etc/other.crt"]]


def test_what_the_master_does_not_start_meets_nobody() -> None:
    main = f"{PAIR}master_service_disable = smtp/inet\n"

    assert [each.smtp_port for each in servers(main, SMTP + SMTPS)] == [
        SmtpPort(465, greets=False, offers_tls=True)
    ]


def test_a_postscreen_that_the_master_does_not_start_meets_nobody() -> None:
    screened = "smtp inet n - y - 1 postscreen\nsmtpd pass - - y - - smtpd\n"

    assert all(
        each.smtp_port is None
        for each in servers(f"{PAIR}master_service_disable = inet\n", screened)
    )


def test_chain_files_beat_certificate_files() -> None:
    assert files(f"{PAIR}smtpd_tls_chain_files = /etc/rsa.pem, /etc/ec.pem\n") == [
        ["/etc/rsa.pem", "/etc/ec.pem"]
    ]


def test_a_second_certificate_of_another_key_type_counts_too() -> None:
    assert files(f"{PAIR}smtpd_tls_eccert_file = /etc/ec.crt\n") == [
        ["/etc/server.crt", "/etc/ec.crt"]
    ]


def test_the_word_none_is_no_file() -> None:
    assert files(f"{TLS}smtpd_tls_cert_file = none\n") == [[]]


def test_a_relative_path_counts_from_the_queue_directory() -> None:
    assert files("queue_directory = /queue\nsmtpd_tls_cert_file = etc/server.crt\n") == [
        ["/queue/etc/server.crt"]
    ]


def test_references_are_expanded() -> None:
    assert files("here = /etc/tls\nsmtpd_tls_cert_file = $here/server.crt\n") == [
        ["/etc/tls/server.crt"]
    ]


def test_the_file_of_cas_is_known() -> None:
    (server,) = servers(f"{PAIR}smtpd_tls_CAfile = /etc/ca.crt\n")

    assert server.ca_file == PurePosixPath("/etc/ca.crt")


def test_ports_are_asked_as_their_clients_ask_them() -> None:
    ports = [each.smtp_port for each in servers(PAIR, SMTP + SMTPS)]

    assert ports == [
        SmtpPort(25, greets=True, offers_tls=True),
        SmtpPort(465, greets=False, offers_tls=True),
    ]


def test_two_addresses_with_the_same_port_are_two_servers() -> None:
    other = "192.0.2.1:smtp inet n - y - - smtpd\n -o smtpd_tls_cert_file=/etc/other.crt\n"

    first, second = servers(PAIR, f"127.0.0.1:{SMTP}{other}")

    assert [each.smtp_port and each.smtp_port.hosts for each in (first, second)] == [
        ("127.0.0.1",),
        ("192.0.2.1",),
    ]
    assert first.certificate_files != second.certificate_files


def test_a_server_for_all_addresses_is_not_met_on_those_of_another() -> None:
    narrow = "[::1]:smtp inet n - y - - smtpd\n127.0.0.1:25 inet n - y - - smtpd\n"

    found = {
        each.smtp_port
        for each in servers(PAIR, f"{SMTP}{narrow}127.0.0.2:587 inet n - y - - smtpd\n")
    }

    assert SmtpPort(25, True, offers_tls=True, elsewhere=("127.0.0.1", "::1")) in found
    assert SmtpPort(25, True, offers_tls=True, hosts=("::1",)) in found


def test_behind_postscreen_the_service_that_it_hands_clients_to_decides() -> None:
    master = (
        "smtp inet n - y - 1 postscreen\n"
        "smtpd pass - - y - - smtpd\n -o smtpd_tls_cert_file=/etc/behind.crt\n"
    )

    behind, postscreen = servers(PAIR, master)

    assert behind.smtp_port is None
    assert postscreen.smtp_port == SmtpPort(25, greets=True, offers_tls=True)
    assert postscreen.certificate_files == (PurePosixPath("/etc/behind.crt"),)
