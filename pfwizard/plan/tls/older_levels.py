"""The booleans that said what a security level says today (TLS_README, "Obsolete")."""

from collections.abc import Mapping
from dataclasses import dataclass

from pfwizard.machine.effective import Effective


@dataclass(frozen=True)
class OlderLevel:
    """Booleans that stand for a level where the newer parameter is empty (TLS_README).

    ``program`` is the daemon that reads them. ``enforced`` is the level of ``enforce``, by whether
    the name of the peer is checked; the server has no such parameter.
    """

    program: str
    level: str
    use: str
    enforce: str
    name_check: str | None
    enforced: Mapping[bool, str]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.use, self.enforce, self.name_check)))

    def level_in(self, effective: Effective) -> str:
        """The level that the booleans stand for, empty for none (src/smtp/smtp_tls_policy.c)."""
        if effective.is_on(self.enforce):
            checks = self.name_check is None or effective.value(self.name_check).lower() != "no"
            return self.enforced[checks]
        return "may" if effective.is_on(self.use) else ""


def _of_client(program: str) -> OlderLevel:
    return OlderLevel(
        program,
        f"{program}_tls_security_level",
        f"{program}_use_tls",
        f"{program}_enforce_tls",
        f"{program}_tls_enforce_peername",
        {True: "verify", False: "encrypt"},
    )


OF_SERVER = OlderLevel(
    "smtpd",
    "smtpd_tls_security_level",
    "smtpd_use_tls",
    "smtpd_enforce_tls",
    None,
    {True: "encrypt", False: "encrypt"},
)
OF_CLIENT = _of_client("smtp")
OLDER_LEVELS = (OF_SERVER, OF_CLIENT, _of_client("lmtp"))
