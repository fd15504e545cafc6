"""What is said of renewals: what stays, what changes, and why something cannot be renewed."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath

from pfwizard.pki.certificates import Certificate
from pfwizard.pki.checks import validity_problems
from pfwizard.pki.validity import LONGEST_FOR_APPLE
from pfwizard.plan.authorities.known_authorities import FoundCertificate, KnownAuthority
from pfwizard.plan.draft import Sketch
from pfwizard.plan.plan import Finding, note, refusal, warning
from pfwizard.plan.renewal.renewed_validity import PARTS_LEFT, days_of, days_of_new

NO_CERTIFICATE = refusal(
    "no-certificate",
    "Postfix has no certificate that could be renewed: nothing in main.cf or master.cf names one",
    "pfwizard sets it up.",
)

NO_AUTHORITY = refusal(
    "no-ca",
    "no CA was found that could be renewed",
    "Name the answers that made it: pfwizard renew --ca --answers FILE.",
)


def nothing_is_due(
    sketch: Sketch,
    found: Sequence[FoundCertificate],
    *,
    of_others: Sequence[FoundCertificate] = (),
) -> Sketch:
    """``of_others`` are those among them that nothing here can renew."""
    for each in found:
        way_out = (
            f"Whoever issued it renews it: {each.certificate.facts.issuer}."
            if each in of_others
            else "To renew it all the same: --force."
        )
        sketch = sketch.with_finding(_why_it_is_not_due(each, sketch.circumstances.now, way_out))
    return sketch


def _why_it_is_not_due(found: FoundCertificate, now: datetime, way_out: str) -> Finding:
    certificate, what = found.certificate, f"{found.path}: this certificate"
    problem = next(validity_problems(certificate, now, what), None)
    if problem is not None:
        return warning(problem.defect.value, problem.message, problem.remedy)
    not_after = certificate.facts.not_after
    return note(
        "not-due",
        f"{found.path}: lasts until {not_after:%Y-%m-%d}, {(not_after - now).days} days from now; "
        f"it is due when {days_of_new(certificate) // PARTS_LEFT} are left",
        way_out,
    )


def issued_by_others(leaf: FoundCertificate) -> Finding:
    return refusal(
        "issued-by-others",
        f"{leaf.path}: this certificate was issued by {leaf.certificate.facts.issuer}, which is "
        "not a CA of this machine",
        "Have it renewed there; pfwizard install-certificate FILE installs what comes.",
    )


def ca_issued_by_others(known: KnownAuthority) -> Finding:
    return refusal(
        "issued-by-others",
        f"{known.certificate_path}: this CA was issued by "
        f"{known.authority.certificate.facts.issuer}, which alone can renew it",
        "Have it renewed there.",
    )


def key_kept(leaf: FoundCertificate) -> Finding:
    return note(
        "key-kept",
        f"{leaf.path}: the key stays, and with it its TLSA records and the fingerprint of the "
        "public key",
    )


def key_missing(leaf: FoundCertificate) -> Finding:
    return warning(
        "key-missing",
        f"{leaf.path}: the key of this certificate is in none of the files that Postfix names; "
        "renewed or not, nobody can be shown it without",
        "Put the key back where smtpd_tls_key_file or smtpd_tls_chain_files names it. If it is "
        "lost: move the certificate away, and have both made anew by pfwizard --answers FILE.",
    )


def issuer_named_by_serial(leaf: FoundCertificate) -> Finding:
    return warning(
        "issuer-named-by-serial",
        f"{leaf.path}: this certificate names the old certificate of the CA by its serial number; "
        "it is issued anew together with the CA",
        "What else was issued in this way, as easy-rsa does, is to be issued anew too.",
    )


def tell_how_long_it_lasts(
    sketch: Sketch, old: Certificate, new: Certificate, issuer: KnownAuthority
) -> Sketch:
    """How long the new certificate lasts, where that is not as long as the old one did."""
    if days_of(old) > days_of_new(old):
        sketch = sketch.with_finding(
            note(
                "validity-shortened",
                f"the old certificate was valid for {days_of(old)} days, the new one is for "
                f"{LONGEST_FOR_APPLE}: Apple's clients refuse server certificates that last longer",
                "Let pfwizard renew run regularly, such as every week.",
            )
        )
    if new.facts.not_after == issuer.authority.certificate.facts.not_after:
        sketch = sketch.with_finding(
            warning(
                "ca-ends-first",
                "the certificate lasts only as long as the CA in "
                f"{issuer.certificate_path}, until {new.facts.not_after:%Y-%m-%d}",
                "pfwizard renew --ca renews the CA, and then pfwizard renew --force.",
            )
        )
    return sketch


def key_not_found(leaf: FoundCertificate) -> Finding:
    return refusal(
        "key-not-found",
        f"the key of the certificate in {leaf.path} is in none of the files that Postfix names, so "
        "that it cannot be replaced",
        "Correct smtpd_tls_key_file or smtpd_tls_chain_files first.",
    )


def ca_due_too(found: FoundCertificate) -> Finding:
    certificate = found.certificate
    return warning(
        "ca-due-too",
        f"{found.path}: the CA {certificate.facts.subject} ends on "
        f"{certificate.facts.not_after:%Y-%m-%d}, and its key is not open here",
        "Where it is a CA of yours: pfwizard renew --ca --ca-key FILE, with the file of its key.",
    )


def ca_in_a_bundle(path: PurePosixPath) -> Finding:
    return warning(
        "ca-in-a-bundle",
        f"{path}: a file with so many CAs is made by the system, and when it is made anew the old "
        "certificate of the CA comes back",
        "Put the new one where the system takes it from as well, such as "
        "/usr/local/share/ca-certificates, and run update-ca-certificates.",
    )


def ca_has_expired(issuer: KnownAuthority) -> Finding:
    certificate = issuer.authority.certificate
    return refusal(
        "ca-expired",
        f"{issuer.certificate_path}: the CA has expired on {certificate.facts.not_after:%Y-%m-%d}",
        "pfwizard renew --ca renews it, and then pfwizard renew the server's certificate.",
    )


def ca_ends_first(issuer: KnownAuthority) -> Finding:
    certificate = issuer.authority.certificate
    return refusal(
        "ca-ends-first",
        f"{issuer.certificate_path}: the CA ends on {certificate.facts.not_after:%Y-%m-%d}, and a "
        "new certificate would not last longer than the present one",
        "pfwizard renew --ca renews the CA, and then pfwizard renew the server's certificate.",
    )
