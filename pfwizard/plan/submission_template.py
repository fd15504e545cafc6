"""The services for mail programs as the stock master.cf of each release has them commented out.

Seen in conf/master.cf of Postfix 3.5, 3.7, 3.10 and 3.11; the others by their release notes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pfwizard.cf.service import Option
from pfwizard.machine.postfix import Version

FIRST, LAST = Version(0, 0), Version(999, 0)


@dataclass(frozen=True)
class TemplateOption:
    """An option and the releases whose template has it, ``before`` not included."""

    name: str
    value: str
    since: Version = FIRST
    before: Version = LAST


RESTRICTIONS_INLINE = Version(3, 7)
"""From here on the lists stand in the template, and refer to no ``$mua_*`` of the operator."""

ABOVE = (TemplateOption("smtpd_forbid_unauth_pipelining", "no", since=Version(3, 10)),)
"""What stands above the line that makes the service secure."""

BELOW = (
    TemplateOption("local_header_rewrite_clients", "static:all", since=Version(3, 8)),
    TemplateOption("smtpd_hide_client_session", "yes", since=Version(3, 10)),
    TemplateOption("smtpd_reject_unlisted_recipient", "no"),
    *(
        TemplateOption(f"smtpd_{each}_restrictions", value, since, before)
        for value_of, since, before in (
            ("$mua_{}_restrictions", FIRST, RESTRICTIONS_INLINE),
            ("", RESTRICTIONS_INLINE, LAST),
        )
        for each in ("client", "helo", "sender")
        for value in (value_of.format(each),)
    ),
    TemplateOption("smtpd_recipient_restrictions", "", before=RESTRICTIONS_INLINE),
    TemplateOption(
        "smtpd_relay_restrictions", "permit_sasl_authenticated,reject", before=RESTRICTIONS_INLINE
    ),
    TemplateOption("smtpd_relay_restrictions", "", since=RESTRICTIONS_INLINE),
    TemplateOption(
        "smtpd_recipient_restrictions",
        "permit_sasl_authenticated,reject",
        since=RESTRICTIONS_INLINE,
    ),
    TemplateOption("milter_macro_daemon_name", "ORIGINATING"),
)


def template_options(label: str, security: Option, version: Version) -> tuple[Option, ...]:
    """The options of the service with this label in the template of this release."""
    is_after_starttls = security.name == "smtpd_tls_security_level"
    return (
        Option("syslog_name", f"postfix/{label}"),
        *_of_release(ABOVE, version),
        security,
        Option("smtpd_sasl_auth_enable", "yes"),
        *((Option("smtpd_tls_auth_only", "yes"),) if is_after_starttls else ()),
        *_of_release(BELOW, version),
    )


def _of_release(options: tuple[TemplateOption, ...], version: Version) -> Iterator[Option]:
    for option in options:
        if option.since <= version < option.before:
            yield Option(option.name, option.value)
