"""Profiles of TLS versions and ciphers: the advice of others, as a table.

Sources: Mozilla's server-side TLS guideline 6.0; the NCSC's IT security guidelines for TLS 2.1,
by which internet.nl measures; for Postfix's own defaults postconf(5), which advises against cipher
lists made by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pfwizard.answers.tls_answers import ProfileName
from pfwizard.machine.postfix import Version


@dataclass(frozen=True)
class Profile:
    """What a profile says; where it is silent, Postfix's own default is what it wants.

    ``optional`` is the oldest version where TLS may be left out, as on port 25, and ``required``
    the oldest one where it may not. ``suites`` are those of TLS 1.2; the suites of TLS 1.3 cannot
    be chosen in Postfix. ``server_chooses``: the server's order of suites counts, not the client's.
    """

    title: str
    optional: str
    required: str
    reach: str
    suites: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    server_chooses: bool = False
    renegotiates: bool = True


AES_128 = ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256")
AES_256 = ("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384")
CHACHA20 = ("ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305")

BEST_SUITES = (*AES_128, *AES_256, *CHACHA20)
"""The suites of TLS 1.2 with forward secrecy by elliptic curves and with authenticated encryption.

A list of nothing else is stricter than any of Postfix's own.
"""

POST_QUANTUM = "X25519MLKEM768"
"""Known to OpenSSL from 3.5 on; older ones have no use for the name."""

MOZILLA_GROUPS = (POST_QUANTUM, "X25519", "prime256v1", "secp384r1")
"""In the spelling of OpenSSL and the order of Mozilla."""

NCSC_GROUPS = (POST_QUANTUM, "X25519", "X448", "prime256v1", "secp384r1", "secp521r1")

PROFILES: Mapping[ProfileName, Profile] = {
    ProfileName.POSTFIX: Profile(
        title="Postfix's own defaults",
        optional="TLSv1",
        required="TLSv1",
        reach="they reach everybody, servers that know nothing newer than TLS 1.0 too, and follow "
        "the releases of Postfix",
    ),
    ProfileName.INTERMEDIATE: Profile(
        title="Mozilla's intermediate profile",
        optional="TLSv1.2",
        required="TLSv1.2",
        suites=BEST_SUITES,
        groups=MOZILLA_GROUPS,
        reach="servers and mail programs from before 2014, without TLS 1.2 or its newer suites, "
        "find no common version: on port 25 they deliver in clear where they may, on the others "
        "they cannot connect",
    ),
    ProfileName.MODERN: Profile(
        title="Mozilla's modern profile",
        optional="TLSv1.2",
        required="TLSv1.3",
        suites=BEST_SUITES,
        groups=MOZILLA_GROUPS,
        reach="mail programs from before 2019 cannot connect where TLS is required, because they "
        "do not know TLS 1.3; where it is optional TLS 1.2 stays, because servers that know "
        "nothing newer would deliver in clear",
    ),
    ProfileName.NCSC: Profile(
        title="the NCSC's guidelines (internet.nl)",
        optional="TLSv1.2",
        required="TLSv1.2",
        suites=(*AES_256, *CHACHA20, *AES_128),
        groups=NCSC_GROUPS,
        server_chooses=True,
        renegotiates=False,
        reach="servers and mail programs from before 2014 find no common version or suite: on port "
        "25 they deliver in clear where they may, on the others they cannot connect; internet.nl "
        "wants a key of rsa:3072 or ec:p256 besides",
    ),
}

SINCE: Mapping[str, Version] = {
    "tls_eecdh_auto_curves": Version(3, 2),
    "tls_ssl_options": Version(3, 4),
    "tls_ffdhe_auto_groups": Version(3, 8),
}
"""Parameters, and NO_RENEGOTIATION among the options, that older releases do not know."""

NEVER_RENEGOTIATES = Version(3, 8)
"""From here on clients cannot renegotiate, whatever tls_ssl_options says (RELEASE_NOTES-3.8)."""
