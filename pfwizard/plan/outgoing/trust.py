"""What a relay host is trusted for by the level of outgoing mail, and whether it will do at all."""

from collections.abc import Mapping

from pfwizard.answers.wording import Named, Wording
from pfwizard.plan.draft import Draft
from pfwizard.plan.outgoing.levels import LEVEL, LEVELS, REQUIRED, is_answered, outgoing_level
from pfwizard.plan.outgoing.relay_host import WRAPPER_MODE, needs_tls
from pfwizard.plan.plan import refusal, warning

TRUST: Mapping[str, str] = {
    "dane": "a relay host that publishes TLSA records has to show a certificate that they name; "
    "one that does not is believed whatever it shows, and gets mail in clear, though never the "
    "password, where it offers no TLS",
    "encrypt": "it insists on TLS, but looks at no certificate: whoever answers in the relay "
    "host's place gets the mail, and the password too",
    "dane-only": "mail waits in the queue unless the relay host publishes TLSA records, and DNSSEC "
    "vouches for them",
    "fingerprint": "mail waits in the queue unless smtp_tls_fingerprint_cert_match names the "
    "certificate of the relay host",
}
"""By level what a relay host is trusted for, or has to fulfil (TLS_README, "SMTP client")."""


def judge_trust(draft: Draft) -> Draft:
    """What a level that nobody has answered means for a login, or for another relay host."""
    outgoing = draft.answers.outgoing
    level = outgoing_level(draft.effective)
    is_strict = LEVELS.index(level) > REQUIRED
    is_another = outgoing.relay_host not in ("", draft.effective_until_now.value("relayhost"))
    concerns = is_another if is_strict else needs_tls(outgoing)
    if level not in TRUST or is_answered(draft) or not concerns:
        return draft
    by_cas = Wording(
        "Set ",
        Named("outgoing.tls_security_level", "secure"),
        ", which has its certificate and its name checked.",
    )
    return draft.with_finding(
        warning(
            "trust-in-relay-host",
            f'mail leaves with the level "{level}": {TRUST[level]}',
            f"Where that is not so, set {LEVEL} in main.cf by hand." if is_strict else by_cas,
        )
    )


def judge_wrapper_mode(draft: Draft) -> Draft:
    """smtp(8) tries no server at all with less (src/smtp/smtp_connect.c)."""
    level = outgoing_level(draft.effective)
    is_asked = bool(draft.answers.outgoing.relay_host) or is_answered(draft)
    is_safe = LEVELS.index(level) >= REQUIRED
    if is_safe or not is_asked or not draft.effective.is_on(WRAPPER_MODE):
        return draft
    return draft.with_finding(
        refusal(
            "wrappermode-without-tls",
            f'TLS is to begin at once ({WRAPPER_MODE}), and the level "{level}" does not require '
            "it: Postfix would keep all mail in the queue",
            Wording(
                "Set ",
                Named("outgoing.tls_security_level", "secure"),
                ', or "encrypt"; or use port 587 of the relay host.',
            ),
        )
    )
