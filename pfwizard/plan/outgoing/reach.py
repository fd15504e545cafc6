"""Whom outgoing mail no longer reaches, by its level and by the profile of TLS."""

from pfwizard.answers.tls_answers import ProfileName
from pfwizard.answers.wording import Named, Wording
from pfwizard.enumeration import listed
from pfwizard.plan.draft import Draft
from pfwizard.plan.outgoing.levels import LEVELS, REQUIRED, is_answered, outgoing_level
from pfwizard.plan.plan import note, warning

SHARED = (
    "tls_medium_cipherlist",
    "tls_high_cipherlist",
    "tls_eecdh_auto_curves",
    "tls_ffdhe_auto_groups",
)
"""What a profile sets for servers and clients alike, because it belongs to both (postconf(5))."""

PLAINTEXT_ALLOWED = LEVELS.index("may")


def judge_reach(draft: Draft) -> Draft:
    """Tell whom mail does not reach any more."""
    return _judge_profile(_judge_level(draft))


def _judge_level(draft: Draft) -> Draft:
    """Whoever requires TLS of everybody does not reach everybody."""
    is_required = LEVELS.index(outgoing_level(draft.effective)) >= REQUIRED
    if not is_required or draft.effective.value("relayhost") or not is_answered(draft):
        return draft
    return draft.with_finding(
        warning(
            "tls-required-of-everybody",
            "mail is delivered directly, and to nobody without TLS: it stays in the queue for "
            "servers that do not offer it, and comes back after days",
            Wording("Name a relay host in ", Named("outgoing.relay_host"), ', or use "may".'),
        )
    )


def _judge_profile(draft: Draft) -> Draft:
    """A server that knows none of the suites or groups is one without TLS."""
    shared = [name for name in SHARED if draft.main.get(name) is not None]
    level = outgoing_level(draft.effective)
    is_chosen = draft.answers.tls.profile is not ProfileName.NONE
    if not is_chosen or not shared or LEVELS.index(level) < PLAINTEXT_ALLOWED:
        return draft
    words = f"{listed(shared)} {'are' if len(shared) > 1 else 'is'} for outgoing mail too"
    if LEVELS.index(level) == PLAINTEXT_ALLOWED:
        return draft.with_finding(
            note(
                "profile-for-outgoing-mail",
                f"{words}: servers that know none of these suites or groups get it in clear",
            )
        )
    return draft.with_finding(
        warning(
            "profile-keeps-mail-back",
            f'{words}, which leaves with the level "{level}": where it insists on TLS, mail for '
            "servers that know none of these suites or groups stays in the queue, and comes back "
            "after days",
            Wording(
                "Watch the queue for such servers, or set ", Named("tls.profile", "postfix"), "."
            ),
        )
    )
