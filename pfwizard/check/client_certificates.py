"""Certificates of clients: whether they are required, and what they allow."""

from collections.abc import Iterator

from pfwizard.check.inspection import Inspection
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.check.tls import LEVEL, is_wrapped
from pfwizard.machine.effective import Effective
from pfwizard.plan.plan import Severity
from pfwizard.plan.relay.open_relay import LISTS
from pfwizard.plan.server.foreign_chain import BUNDLES
from pfwizard.plan.tls.tls import LEVELS, level_of


def _not_required(inspection: Inspection) -> Iterator[Occurrence]:
    lax = [
        each
        for each in inspection.servers
        if each.effective.is_on("smtpd_tls_req_ccert")
        and not is_wrapped(each.effective)
        and level_of(each.effective) < LEVELS.index("encrypt")
    ]
    for value in inspection.in_force("smtpd_tls_req_ccert", lax):
        yield Occurrence(
            "certificates of clients cannot be required where TLS is not: smtpd only asks for one",
            f"Set {LEVEL} = encrypt for the service that is to require them.",
            value.place,
            str(value),
        )


def _any_certificate(inspection: Inspection) -> Iterator[Occurrence]:
    for name in LISTS:
        for value in inspection.in_force(name, inspection.servers):
            holds = "permit_tls_all_clientcerts" in value.effective.elements(name)
            if holds and _trusts_public_authorities(value.effective):
                yield Occurrence(
                    f"{name} lets everybody relay who has a certificate of a CA that this system "
                    "trusts, and such a certificate is to be had for nothing",
                    "Use permit_tls_clientcerts and relay_clientcerts, or set "
                    "tls_append_default_CA = no and smtpd_tls_CAfile to your own CA.",
                    value.place,
                    str(value),
                )


def _trusts_public_authorities(effective: Effective) -> bool:
    is_bundle = effective.value("smtpd_tls_CAfile") in map(str, BUNDLES)
    return (
        is_bundle
        or effective.is_on("tls_append_default_CA")
        or bool(effective.value("smtpd_tls_CApath"))
    )


def _fingerprints(inspection: Inspection) -> Iterator[Occurrence]:
    parameter = "smtpd_tls_fingerprint_digest"
    using = [each for each in inspection.servers if _goes_by_fingerprints(each.effective)]
    for value in inspection.in_force(parameter, using):
        if value.value.lower() == "md5":
            yield Occurrence(
                "clients are known by the MD5 fingerprint of their certificate, and two "
                "certificates with the same one can be made",
                f"Set {parameter} = sha256, and write the fingerprints anew.",
                value.place,
                str(value),
            )


def _goes_by_fingerprints(effective: Effective) -> bool:
    words = {word for name in LISTS for word in effective.elements(name)}
    return bool(effective.value("relay_clientcerts")) or "check_ccert_access" in words


RULES = (
    Rule(
        "client-certificates-not-required",
        Severity.WARNING,
        "A client certificate that is not required after all",
        "smtpd warns of it in its log and goes on as with smtpd_tls_ask_ccert.",
        _not_required,
    ),
    Rule(
        "any-client-certificate-relays",
        Severity.REFUSAL,
        "Everybody with any certificate may relay",
        "permit_tls_all_clientcerts goes by the CA alone. With the CAs of the system, or "
        "tls_append_default_CA, that is everybody in the world.",
        _any_certificate,
    ),
    Rule(
        "fingerprints-md5",
        Severity.WARNING,
        "Clients known by an MD5 fingerprint",
        "MD5 is the default while compatibility_level is below 3.6.",
        _fingerprints,
    ),
)
