"""Who may relay: users who log in may, strangers never."""

from collections.abc import Callable, Iterable, Iterator

from pfwizard.answers.wording import Named, Wording
from pfwizard.cf.lists import split_list
from pfwizard.cf.service import Service
from pfwizard.enumeration import listed
from pfwizard.machine.effective import Effective, Smtpd
from pfwizard.plan.draft import AnySketch, Draft, Sketch
from pfwizard.plan.plan import Finding, note, refusal, warning
from pfwizard.plan.relay.mynetworks import admits_everyone, not_judged
from pfwizard.plan.relay.open_relay import (
    DOMAINS,
    LISTS,
    RELAY_LISTS,
    Ruling,
    can_refuse,
    is_closed,
    is_closed_to_liars,
    is_closed_to_mynetworks,
    owns_every_domain,
    ruling,
    ruling_for_certificates,
)
from pfwizard.plan.relay.restriction_names import meant, unknown_names
from pfwizard.plan.relay.restrictions import merged, put_before_stops
from pfwizard.plan.services import LOGGED_IN, smtp_servers

RELAY = "smtpd_relay_restrictions"
RECIPIENT = "smtpd_recipient_restrictions"
REFUSE_STRANGERS = "reject_unauth_destination"
LISTED_CERTIFICATE = "permit_tls_clientcerts"

RESTRICTIONS = Named("sasl.recipient_restrictions")


def plan_relay_policy(draft: Draft) -> Draft:
    """Let logged-in users relay, and see to it that nobody else can."""
    if draft.answers.sasl.enabled:
        draft = _merge_recipient_restrictions(draft)
    draft = _refuse_strangers(draft)
    if draft.answers.sasl.enabled:
        for name in RELAY_LISTS:
            draft = _permit_logged_in(draft, name)
    return _judge_services(_warn_of_unknown_restrictions(draft))


def _warn_of_unknown_restrictions(draft: Draft) -> Draft:
    until_now = draft.effective_until_now
    servers = smtp_servers(draft.facts.configuration.master, until_now)
    for parameter in LISTS:
        draft = _warn_of_unknown(draft, until_now, parameter, parameter)
        for service in servers:
            if service.option(parameter) is not None:
                place = f"{parameter} of the service {service.name} in master.cf"
                draft = _warn_of_unknown(draft, until_now.of(service), parameter, place)
    return draft


def _warn_of_unknown(draft: Draft, effective: Effective, parameter: str, place: str) -> Draft:
    unknown = unknown_names(effective.elements(parameter), effective.classes)
    names = tuple(dict.fromkeys(unknown))
    if not names:
        return draft
    close = next(filter(None, map(meant, names)), "")
    return draft.with_finding(
        warning(
            "restriction-unknown-in-use",
            f"{place} holds {listed(names)}, which smtpd does not know: it defers the mail of "
            "everybody who is not let through before",
            f"Correct it by hand{f', perhaps to {close}' if close else ''}.",
        )
    )


def _merge_recipient_restrictions(draft: Draft) -> Draft:
    wanted = draft.answers.sasl.recipient_restrictions
    if not wanted:
        return draft
    draft = _refuse_to_refuse_everybody(draft, wanted)
    draft = _refuse_unknown_restrictions(draft, wanted)
    draft = _refuse_unknown_tables(draft, wanted)
    present = draft.main.get(RECIPIENT) or ""
    return draft.with_setting(RECIPIENT, merged(present, wanted, _reader(draft, RECIPIENT)))


def _refuse_to_refuse_everybody(draft: Draft, wanted: Iterable[str]) -> Draft:
    """What ends the lists of a submission service would end all mail on port 25."""
    for restriction in wanted:
        if restriction in ("reject", "defer"):
            draft = draft.with_finding(
                refusal(
                    "refuses-all-mail",
                    f'"{restriction}" in {RECIPIENT} would refuse all mail from the Internet',
                    Wording(
                        "Leave it out of ",
                        RESTRICTIONS,
                        f"; {REFUSE_STRANGERS} refuses what is not for your domains.",
                    ),
                )
            )
    return draft


def _refuse_unknown_restrictions(draft: Draft, wanted: Iterable[str]) -> Draft:
    words = [word for restriction in wanted for word in restriction.split(" ")]
    for name in unknown_names(words, draft.effective.classes):
        close = meant(name)
        draft = draft.with_finding(
            refusal(
                "restriction-unknown",
                f"smtpd knows no restriction {name}, and would defer all mail because of it",
                Wording(f"Write {close} in ", RESTRICTIONS, ".")
                if close
                else Wording("Remove it from ", RESTRICTIONS, ", or make it a restriction class."),
            )
        )
    return draft


def _refuse_unknown_tables(draft: Draft, wanted: Iterable[str]) -> Draft:
    """With a table that smtpd cannot open it defers all mail."""
    known = draft.facts.postfix.map_types
    for restriction in wanted:
        _, _, table = restriction.rpartition(" ")
        kind, colon, _ = table.partition(":")
        is_table = bool(colon) and restriction.startswith("check_") and "_access " in restriction
        if is_table and known is not None and kind not in known:
            draft = draft.with_finding(
                refusal(
                    "map-type-unknown",
                    f"{restriction}: this Postfix has no tables of the type {kind} "
                    f"(postconf -m: {' '.join(known)})",
                    Wording("Use another type in ", RESTRICTIONS, ", or install its package."),
                )
            )
    return draft


def _permit_logged_in(draft: Draft, name: str) -> Draft:
    """A list that refuses strangers must let those who logged in pass before it does."""
    if ruling(_smtpd(draft), name, logged_in=True) is not Ruling.REFUSED:
        return draft
    present = draft.effective.written(name) or ""
    value = put_before_stops(present, LOGGED_IN, _reader(draft, name))
    return draft.with_setting(name, value).with_finding(
        note(
            "logged-in-users-permitted",
            f"{name} would refuse mail of users who log in; {LOGGED_IN} is added to it",
        )
    )


def permit_certificates(draft: AnySketch, service: Service) -> AnySketch:
    """See to it that no list of the service refuses a client with a listed certificate."""
    for name in LISTS:
        smtpd = _smtpd(draft, service)
        if ruling_for_certificates(smtpd, name) is Ruling.REFUSED:
            present = smtpd.effective.written(name) or ""
            value = put_before_stops(present, LISTED_CERTIFICATE, _reader(draft, name))
            if service.option(name) is None:
                draft = draft.with_setting(name, value)
            else:
                draft = draft.with_option(service, name, value)
                service = draft.master.find(service.endpoint) or service
    return draft


def _reader(draft: Sketch, name: str) -> Callable[[str], str]:
    """What the words of a list stand for, through references and restriction classes."""
    effective = draft.effective

    def read(word: str, inside: frozenset[str] = frozenset()) -> str:
        if word in effective.classes and word not in inside:
            held = effective.elements(word)
        elif "$" in word:
            held = split_list(effective.expanded(word, name))
        else:
            return word
        return " ".join(read(each, inside | {word}) for each in held)

    return read


def _refuse_strangers(draft: Draft) -> Draft:
    """smtpd refuses to work, or relays for everyone, when nothing refuses a stranger."""
    if can_refuse(draft.effective) or _is_permissive(_smtpd(draft)):
        return draft
    present = draft.main.get(RELAY) or f"permit_mynetworks {LOGGED_IN}"
    separator = ", " if "," in present else " "
    return draft.with_setting(RELAY, f"{present}{separator}{REFUSE_STRANGERS}").with_finding(
        note(
            "relay-restrictions-added",
            "nothing in the recipient restrictions refuses mail from strangers to strangers; "
            f"{REFUSE_STRANGERS} is added to {RELAY}, without which smtpd would stop on every "
            "connection",
        )
    )


def _smtpd(draft: Sketch, service: Service | None = None) -> Smtpd:
    """The one that main.cf describes, or that of a service."""
    effective = draft.effective if service is None else draft.effective.of(service)
    return Smtpd(effective, draft.facts.files)


def _is_permissive(smtpd: Smtpd) -> bool:
    return any(ruling(smtpd, name) is Ruling.PERMITTED for name in RELAY_LISTS)


def _judge_services(draft: Draft) -> Draft:
    """Judge main.cf, and each service that differs from it; one cause is reported once."""
    found = judgement("main.cf", _smtpd(draft))
    known = {finding.identifier for finding in found}
    for service in smtp_servers(draft.master, draft.effective):
        place = f"the service {service.name} in master.cf"
        of_service = judgement(place, _smtpd(draft, service))
        found += [finding for finding in of_service if finding.identifier not in known]
    for finding in found:
        draft = draft.with_finding(finding)
    return draft


def judgement(place: str, smtpd: Smtpd) -> list[Finding]:
    """What there is to say of who may relay through an smtpd; ``place`` names it in words."""
    opened = None if is_closed(smtpd) else _opened(place, smtpd)
    if opened is not None:
        return [opened]
    if not can_refuse(smtpd.effective):
        return [
            warning(
                "service-cannot-start",
                f"{place}: no restriction list refuses strangers, and smtpd will not work without "
                "one",
                f"Add {REFUSE_STRANGERS} to its {RELAY}.",
            )
        ]
    return list(_doubts(place, smtpd))


def _opened(place: str, smtpd: Smtpd) -> Finding | None:
    """What makes a service that is not closed an open relay."""
    if admits_everyone(smtpd):
        return refusal(
            "open-relay-mynetworks",
            f"{place}: mynetworks lets the whole Internet in, which makes this an open relay",
            "Set mynetworks to your own networks, such as 127.0.0.0/8 [::1]/128.",
        )
    if owns_every_domain(smtpd.effective):
        return refusal(
            "open-relay-domains",
            f"{place}: {REFUSE_STRANGERS} refuses nobody, because a static: table makes every "
            "domain one of this server's",
            f"Write your own domains instead of static: in {listed(DOMAINS)}.",
        )
    if _is_permissive(smtpd):
        return refusal(
            "open-relay",
            f'{place}: a restriction list says "permit" before anything refuses strangers, '
            "which makes this an open relay",
            f"Put {REFUSE_STRANGERS} before the permit, in {RELAY}.",
        )
    return None


def _doubts(place: str, smtpd: Smtpd) -> Iterator[Finding]:
    if not is_closed_to_liars(smtpd):
        yield warning(
            "relay-rests-on-a-claim",
            f"{place}: before anything refuses strangers, a table is asked for the sender or the "
            "name that a client claims; whoever claims what it permits may relay",
            f"Put {REFUSE_STRANGERS} before that table, or into {RELAY}.",
        )
    unknown = not_judged(smtpd)
    if unknown and not is_closed_to_mynetworks(smtpd):
        yield warning(
            "mynetworks-not-judged",
            f"{place}: mynetworks holds {listed(unknown)}, which pfwizard did not judge; whoever "
            "is found there may relay",
            "See to it that only your own networks are found there.",
        )
