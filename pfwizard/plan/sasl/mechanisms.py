"""SASL mechanisms: what brings them, and which security options leave them in place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pfwizard.machine.platforms.record import PLUGINS, Platform

NO_PLAINTEXT = "noplaintext"
DEMANDS = frozenset({NO_PLAINTEXT, "noactive", "nodictionary", "forward_secrecy", "mutual_auth"})
"""The security options (smtpd_sasl_security_options of postconf(5)) that a mechanism has to meet.

``noanonymous`` is met by all of ours.
"""


@dataclass(frozen=True)
class Mechanism:
    """One mechanism; ``plugin`` is its file in Cyrus SASL, as in ``libscram.so``.

    ``meets`` are the security options that it satisfies (security_flags in the plug-in's source).
    ``is_old``: there is a better one that every program of today knows.
    """

    name: str
    plugin: str
    meets: frozenset[str]
    is_old: bool = False

    def is_left_by(self, options: Iterable[str]) -> bool:
        """Whether these security options of Postfix allow it."""
        return DEMANDS.intersection(options) <= self.meets

    @property
    def sends_the_password(self) -> bool:
        return NO_PLAINTEXT not in self.meets


_SCRAM = frozenset({NO_PLAINTEXT, "noactive", "mutual_auth"})
_TOKEN = frozenset({"nodictionary"})

MECHANISMS: Mapping[str, Mechanism] = {
    each.name: each
    for each in (
        Mechanism("PLAIN", "plain", frozenset()),
        Mechanism("LOGIN", "login", frozenset()),
        Mechanism("SCRAM-SHA-1", "scram", _SCRAM, is_old=True),
        Mechanism("SCRAM-SHA-256", "scram", _SCRAM),
        Mechanism("SCRAM-SHA-512", "scram", _SCRAM),
        Mechanism("CRAM-MD5", "crammd5", frozenset({NO_PLAINTEXT}), is_old=True),
        Mechanism("DIGEST-MD5", "digestmd5", frozenset({NO_PLAINTEXT, "mutual_auth"}), is_old=True),
        Mechanism("NTLM", "ntlm", frozenset({NO_PLAINTEXT}), is_old=True),
        Mechanism("OTP", "otp", frozenset({NO_PLAINTEXT, "forward_secrecy"})),
        Mechanism("OAUTHBEARER", "oauthbearer", _TOKEN),
        Mechanism("XOAUTH2", "xoauth2", _TOKEN),
    )
}
"""By name, as in ``mech_list``: every one that the answers may ask for."""

BUILT_IN = frozenset({"EXTERNAL"})
"""Mechanisms that libsasl2 has itself, without a plug-in (lib/client.c and lib/server.c)."""


def how_to_install(platform: Platform, names: Iterable[str]) -> str:
    """A sentence about the packages with the plug-ins of these mechanisms."""
    needs = [PLUGINS[name] for name in names if name in PLUGINS]
    others = [name for name in names if name not in PLUGINS]
    words = [platform.how_to_install(needs)] if needs else []
    words += [f"Install the Cyrus SASL plug-in for {name}." for name in others]
    return " ".join(words)
