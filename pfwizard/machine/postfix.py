"""One Postfix installation, and what it says of itself by postconf(1)."""

import fcntl
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pfwizard.errors import Failed
from pfwizard.machine import programs

DEFAULT_CONFIG_DIRECTORY = PurePosixPath("/etc/postfix")


NO_CONFIGURATION = "/"
"""A directory without main.cf and master.cf: postconf reads master.cf even when it is asked for
defaults alone, and gives no answer when there is a mistake in it."""


@dataclass(frozen=True, order=True)
class Version:
    """A Postfix release such as 3.7.11, or a snapshot such as 3.12-20260821."""

    major: int
    minor: int
    patch: int = 0

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Read ``mail_version`` (postconf(5)).

        Raises Failed for anything else.
        """
        match = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
        if match is None:
            raise Failed(f"{text!r} is not a Postfix version")
        return cls(int(match[1]), int(match[2]), int(match[3] or 0))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


@dataclass(frozen=True)
class Postfix:
    """One Postfix installation.

    ``defaults`` holds the compiled-in values of the parameters that pfwizard reasons about, as
    ``postconf -d`` prints them, unexpanded. ``sasl_types`` is what ``postconf -a`` lists and
    ``map_types`` what ``postconf -m`` does, or None where nobody could be asked.
    ``version_source`` says how the version was found out.
    """

    version: Version
    version_source: str
    config_directory: PurePosixPath
    defaults: Mapping[str, str]
    sasl_types: tuple[str, ...] | None
    map_types: tuple[str, ...] | None = None


BUILT_IN_DEFAULTS: Mapping[str, str] = {
    "broken_sasl_auth_clients": "no",
    "compatibility_level": "0",
    "cyrus_sasl_config_path": "",
    "daemon_directory": "/usr/libexec/postfix",
    "data_directory": "/var/lib/postfix",
    "default_database_type": "hash",
    "inet_interfaces": "all",
    "inet_protocols": "all",
    "mail_owner": "postfix",
    "mydomain": "localdomain",
    "myhostname": "localhost",
    "mynetworks": "127.0.0.0/8",
    "queue_directory": "/var/spool/postfix",
    "relay_clientcerts": "",
    "relayhost": "",
    "setgid_group": "postdrop",
    "smtp_dns_support_level": "",
    "smtp_sasl_auth_enable": "no",
    "smtp_sasl_password_maps": "",
    "smtp_sasl_security_options": "noplaintext, noanonymous",
    "smtp_sasl_tls_security_options": "$smtp_sasl_security_options",
    "smtp_tls_CAfile": "",
    "smtp_tls_CApath": "",
    "smtp_tls_security_level": "",
    "smtp_tls_wrappermode": "no",
    "smtpd_client_restrictions": "",
    "smtpd_delay_reject": "yes",
    "smtpd_enforce_tls": "no",
    "smtpd_helo_required": "no",
    "smtpd_helo_restrictions": "",
    "smtpd_recipient_restrictions": "",
    "smtpd_relay_restrictions": (
        "${{$compatibility_level} < {1} ? {} : "
        "{permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination}}"
    ),
    "smtpd_sasl_auth_enable": "no",
    "smtpd_sasl_local_domain": "",
    "smtpd_restriction_classes": "",
    "smtpd_sasl_path": "smtpd",
    "smtpd_sasl_security_options": "noanonymous",
    "smtpd_sasl_tls_security_options": "$smtpd_sasl_security_options",
    "smtpd_sasl_type": "cyrus",
    "smtpd_sender_restrictions": "",
    "smtpd_tls_CAfile": "",
    "smtpd_tls_ask_ccert": "no",
    "smtpd_tls_auth_only": "no",
    "smtpd_tls_cert_file": "",
    "smtpd_tls_fingerprint_digest": ("${{$compatibility_level} <level {3.6} ? {md5} : {sha256}}"),
    "smtpd_tls_key_file": "$smtpd_tls_cert_file",
    "smtpd_tls_loglevel": "0",
    "smtpd_tls_req_ccert": "no",
    "smtpd_tls_security_level": "",
    "smtpd_tls_wrappermode": "no",
    "smtpd_use_tls": "no",
    "transport_maps": "",
}
"""Defaults of postconf(5) for a tree without a Postfix to ask."""

SINCE: Mapping[str, Version] = {
    "smtpd_tls_chain_files": Version(3, 4),
    "tls_eecdh_auto_curves": Version(3, 2),
}
"""Parameters that older releases do not know (postconf(5), "available in Postfix version")."""


def ask_postfix(config_directory: PurePosixPath | None) -> Postfix:
    """Ask the Postfix of this machine.

    Raises Failed when it is not installed or does not answer.
    """
    try:
        with ThreadPoolExecutor() as asking:
            lists = asking.map(_postconf_list, ("-a", "-m"))
            defaults = _postconf_defaults()
            sasl_types, map_types = lists
    except programs.ProgramMissing as error:
        raise Failed(
            "Postfix is not installed on this machine: there is no postconf",
            "Install Postfix first, or name the tree to work on with --root.",
        ) from error
    chosen = config_directory or PurePosixPath(defaults["config_directory"])
    return Postfix(
        version=Version.parse(defaults["mail_version"]),
        version_source="postconf",
        config_directory=chosen,
        defaults={**defaults, "config_directory": str(chosen)},
        sasl_types=sasl_types,
        map_types=map_types,
    )


def _postconf_list(option: str) -> tuple[str, ...] | None:
    """What ``postconf`` lists, or None where main.cf is such that it lists nothing.

    What is wrong with main.cf is said by whoever reads it, with the line.
    """
    done = programs.run(["postconf", option])
    return tuple(done.stdout.split()) if done.status == 0 else None


def _postconf_defaults() -> Mapping[str, str]:
    """One process for all parameters; names that this release does not know are left out."""
    names = ["mail_version", "config_directory", *BUILT_IN_DEFAULTS, *SINCE]
    output = programs.run_successfully(["postconf", "-c", NO_CONFIGURATION, "-d", *names]).stdout
    pairs = (line.partition("=") for line in output.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def master_process(pid_file: Path) -> int | None:
    """The process number of the running master(8), or None when Postfix is stopped.

    master holds an flock(2) on its pid file as long as it lives (src/master/master.c), so that a
    number left behind by a crash is not taken for a process.
    """
    try:
        with pid_file.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                number = file.read().strip()
                return int(number) if number.isdigit() else None
    except OSError:
        return None
    return None
