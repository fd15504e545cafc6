"""What is assumed where the platform is none that pfwizard knows: guesses, each of them."""

from pathlib import PurePosixPath

from pfwizard.machine.platforms.record import (
    DovecotGeneration,
    Platform,
    Releases,
    SocketPlace,
    unverified,
)

UPSTREAM = "the default of the program as its authors distribute it"

UNKNOWN = Platform(
    name="an unknown platform",
    identifiers=(),
    releases=Releases(),
    codenames=(),
    postfix_version=unverified("3.5.0", "the oldest that platforms in support have"),
    config_directories=unverified((PurePosixPath("/etc/postfix"),), UPSTREAM),
    compiled_in={},
    presets=unverified({}, UPSTREAM),
    stock_chroot=unverified(False, UPSTREAM),
    sasl_directories=unverified(
        ("/usr/lib/sasl2", "/etc/sasl2", "/usr/local/lib/sasl2", "/usr/lib64/sasl2"),
        "where the known platforms have it",
    ),
    sasl_directory=unverified("/usr/lib/sasl2", "where most of the known platforms have it"),
    honours_sasl_path=unverified(True, UPSTREAM),
    plugin_directories=unverified(
        ("usr/lib/*/sasl2", "usr/lib*/sasl2", "usr/local/lib/sasl2"),
        "where the known platforms have them",
    ),
    sasldb=unverified(PurePosixPath("/etc/sasldb2"), UPSTREAM),
    saslauthd_socket=unverified(SocketPlace(PurePosixPath("/var/run/saslauthd/mux")), UPSTREAM),
    saslauthd_options=unverified(None, "not known"),
    authdaemond_socket=unverified(
        SocketPlace(PurePosixPath("/var/spool/authdaemon/socket")), UPSTREAM
    ),
    dovecot=unverified(DovecotGeneration.BEFORE_2_4, "most platforms in support have it"),
    service_names={},
    start_command=unverified("", "not known"),
    packages={},
    install_command=unverified("", "not known"),
    ca_bundle=unverified(
        PurePosixPath("/etc/ssl/certs/ca-certificates.crt"), "where most platforms have it"
    ),
    is_known=False,
)
