"""Certificates for another while: the server's with the same key or a new one, or the CA's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.errors import PkiError
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.ledger_entries import Issued, Role
from pfwizard.pki.renewal import depends_on_the_serial_of_its_issuer, renewed, renewed_ca
from pfwizard.pki.tlsa import Usage, tlsa_records
from pfwizard.pki.validity import BACKDATED, LONGEST_DAYS
from pfwizard.plan.certificates import LONGEST_FOR_APPLE
from pfwizard.plan.draft import Circumstances, Sketch
from pfwizard.plan.known_authorities import (
    FoundCertificate,
    KnownAuthority,
    found_certificates,
    known_authorities,
    places,
    why_it_cannot_sign,
)
from pfwizard.plan.plan import Finding, Plan, note, refusal, warning
from pfwizard.plan.planner import finished, refuse_unreadable
from pfwizard.plan.replacement import Replacements, is_replaceable, with_replacements
from pfwizard.plan.served import ServedFiles, served_files
from pfwizard.plan.services import ports_of

KEY_TYPES = {key_type.label: key_type for key_type in KeyType}

PARTS_LEFT = 3
"""A certificate is due when no more is left than a third of what a new one would have."""


class Renewable(Enum):
    """What is renewed; the words name it."""

    SERVER = "the server's certificate"
    SERVER_WITH_NEW_KEY = "the server's key and certificate"
    AUTHORITY = "the CA"


@dataclass(frozen=True)
class RenewalRequest:
    """What is to be renewed, and where a CA may be besides the files that Postfix names.

    ``force``: whether it is due or not.
    """

    what: Renewable
    force: bool = False
    known_files: tuple[PurePosixPath, ...] = ()


def files_of_renewal(request: RenewalRequest, facts: Facts) -> tuple[PurePosixPath, ...]:
    """The files that such a plan looks at, besides Postfix's own."""
    served = _served(facts)
    return (*served.all, *_places(request, served))


def _served(facts: Facts) -> ServedFiles:
    return served_files(facts.configuration.master, facts.effective)


def _places(request: RenewalRequest, served: ServedFiles) -> tuple[PurePosixPath, ...]:
    named = (*served.authorities, *request.known_files)
    return tuple(dict.fromkeys((*places(named), *served.certificates)))


def make_renewal_plan(request: RenewalRequest, facts: Facts, circumstances: Circumstances) -> Plan:
    """The change that renews what is due; an empty plan, with a note, when nothing is.

    Raises Failed when the present configuration is one that Postfix itself would not read.
    """
    refuse_unreadable(facts)
    configuration = facts.configuration
    sketch = Sketch(facts, circumstances, configuration.main, configuration.master)
    renewal = _Renewal(request, _served(facts))
    try:
        if request.what is Renewable.AUTHORITY:
            sketch = renewal.of_the_authority(sketch)
        else:
            sketch = renewal.of_the_server(sketch)
    except PkiError as error:
        sketch = sketch.with_finding(refusal("cannot-be-renewed", error.message, error.remedy))
    return finished(sketch, renewal.looked_at(facts))


@dataclass(frozen=True)
class _Renewal:
    request: RenewalRequest
    served: ServedFiles

    @property
    def places(self) -> tuple[PurePosixPath, ...]:
        return _places(self.request, self.served)

    def looked_at(self, facts: Facts) -> tuple[PurePosixPath, ...]:
        """Those of the files that are there: one that is not has decided nothing."""
        every = dict.fromkeys((*self.served.all, *self.places))
        return tuple(path for path in every if facts.file(path).exists)

    # --- the server ------------------------------------------------------------------------------

    def of_the_server(self, sketch: Sketch) -> Sketch:
        leaves = self._leaves(sketch)
        if not leaves:
            return sketch.with_finding(
                refusal(
                    "no-certificate",
                    "Postfix has no certificate that could be renewed: nothing in main.cf or "
                    "master.cf names one",
                    "pfwizard sets it up.",
                )
            )
        wanted = [each for each in leaves if self._is_due(sketch, each.certificate)]
        if not wanted:
            return _nothing_is_due(sketch, leaves)
        known = known_authorities(sketch.facts, self.places)
        replacements = Replacements()
        for leaf in wanted:
            issuer = next((each for each in known if _has_issued(each, leaf)), None)
            if issuer is None:
                sketch = sketch.with_finding(self._why_not_ours(sketch, leaf))
            else:
                sketch = self._renew(sketch, leaf, issuer, replacements)
        return with_replacements(sketch, self.looked_at(sketch.facts), replacements)

    def _leaves(self, sketch: Sketch) -> list[FoundCertificate]:
        """The first certificate of each file is the server's own (postconf(5))."""
        leaves: dict[PurePosixPath, FoundCertificate] = {}
        for found in found_certificates(sketch.facts, self.served.certificates):
            leaves.setdefault(found.path, found)
        return list(leaves.values())

    def _is_due(self, sketch: Sketch, certificate: Certificate) -> bool:
        """A new key is asked for by a person, who has a reason."""
        is_asked_for = self.request.force or self.request.what is Renewable.SERVER_WITH_NEW_KEY
        left = certificate.facts.not_after - sketch.circumstances.now
        return is_asked_for or left * PARTS_LEFT <= timedelta(days=_days_of_new(certificate))

    def _renew(
        self,
        sketch: Sketch,
        leaf: FoundCertificate,
        issuer: KnownAuthority,
        replacements: Replacements,
    ) -> Sketch:
        old, ca = leaf.certificate, issuer.authority.certificate
        if ca.facts.not_after <= sketch.circumstances.now:
            return sketch.with_finding(_ca_has_expired(issuer))
        key = self._new_key(sketch, old)
        if key is not None and not is_replaceable(sketch, self.served.keys, old):
            return sketch.with_finding(_key_not_found(leaf))
        new = renewed(
            old,
            ca_certificate=ca,
            ca_key=issuer.authority.key,
            days=_days_of_new(old),
            now=sketch.circumstances.now,
            serial=sketch.ledger.new_serial(sketch.circumstances.randomness),
            new_key=None if key is None else key.public_key,
        )
        is_no_gain = new.facts.not_after <= old.facts.not_after
        if is_no_gain and key is None and not self.request.force:
            return sketch.with_finding(_ca_ends_first(issuer))
        replacements.certificates[old] = new
        if key is not None:
            replacements.keys[old.public_key] = key
        sketch = _entered(sketch, new, Role.SERVER, ca)
        return self._told(sketch, leaf, new, issuer)

    def _new_key(self, sketch: Sketch, old: Certificate) -> PrivateKey | None:
        if self.request.what is not Renewable.SERVER_WITH_NEW_KEY:
            return None
        return sketch.circumstances.generate_key(KEY_TYPES.get(old.facts.key, _similar(old)))

    def _told(
        self, sketch: Sketch, leaf: FoundCertificate, new: Certificate, issuer: KnownAuthority
    ) -> Sketch:
        old = leaf.certificate
        if new.facts.spki_sha256 == old.facts.spki_sha256:
            found = note(
                "key-kept",
                f"{leaf.path}: the key stays, and with it its TLSA records and the fingerprint of "
                "the public key",
            )
        else:
            found = _records_to_publish(sketch, old, new)
        sketch = sketch.with_finding(found)
        if _days(old) > _days_of_new(old):
            sketch = sketch.with_finding(
                note(
                    "validity-shortened",
                    f"the old certificate was valid for {_days(old)} days, the new one is for "
                    f"{LONGEST_FOR_APPLE}: Apple's clients refuse server certificates that last "
                    "longer",
                    "Let pfwizard renew run regularly, such as every week.",
                )
            )
        if new.facts.not_after == issuer.authority.certificate.facts.not_after:
            sketch = sketch.with_finding(
                warning(
                    "ca-ends-first",
                    f"the certificate is shorter than the old one: the CA in "
                    f"{issuer.certificate_path} ends on {new.facts.not_after:%Y-%m-%d}",
                    "pfwizard renew --ca renews the CA, and then pfwizard renew --force.",
                )
            )
        return sketch

    def _why_not_ours(self, sketch: Sketch, leaf: FoundCertificate) -> Finding:
        certificate = leaf.certificate
        for found in found_certificates(sketch.facts, self.places):
            if found.certificate != certificate and certificate.is_issued_by(found.certificate):
                if not found.certificate.is_issued_by(found.certificate):
                    continue
                return why_it_cannot_sign(sketch.facts, self.places, found)
        return refusal(
            "issued-by-others",
            f"{leaf.path}: this certificate was issued by {certificate.facts.issuer}, which is not "
            "a CA of this machine",
            "Have it renewed there; pfwizard install-certificate FILE installs what comes.",
        )

    # --- the CA ----------------------------------------------------------------------------------

    def of_the_authority(self, sketch: Sketch) -> Sketch:
        known = [each for each in known_authorities(sketch.facts, self.places) if _is_root(each)]
        if not known:
            return sketch.with_finding(self._why_no_authority(sketch))
        wanted = [each for each in known if self._is_due(sketch, each.authority.certificate)]
        if not wanted:
            found = [FoundCertificate(e.certificate_path, e.authority.certificate) for e in known]
            return _nothing_is_due(sketch, found)
        replacements = Replacements()
        for each in wanted:
            sketch = self._renew_authority(sketch, each, replacements)
        return with_replacements(sketch, self.looked_at(sketch.facts), replacements)

    def _renew_authority(
        self, sketch: Sketch, known: KnownAuthority, replacements: Replacements
    ) -> Sketch:
        old = known.authority.certificate
        new = renewed_ca(
            old,
            known.authority.key,
            _days_of_new(old),
            now=sketch.circumstances.now,
            serial=sketch.ledger.new_serial(sketch.circumstances.randomness),
        )
        replacements.certificates[old] = new
        sketch = _entered(sketch, new, Role.CA, new)
        for leaf in self._leaves(sketch):
            is_lost = depends_on_the_serial_of_its_issuer(leaf.certificate)
            if is_lost and leaf.certificate.is_issued_by(old):
                sketch = sketch.with_finding(
                    warning(
                        "issuer-named-by-serial",
                        f"{leaf.path}: this certificate names the old certificate of the CA by its "
                        "serial number, and is worth nothing with the new one",
                        "Right after this: pfwizard renew --force. The same holds for what else "
                        "was issued in this way, as by easy-rsa.",
                    )
                )
        return sketch.with_finding(
            note(
                "ca-renewed",
                f"{known.certificate_path}: key and name of the CA stay, and what it has issued "
                "stays valid; the old certificate is good until "
                f"{old.facts.not_after:%Y-%m-%d}",
                "Give the new certificate to the clients that trust the CA, before that day.",
            )
        )

    def _why_no_authority(self, sketch: Sketch) -> Finding:
        for found in found_certificates(sketch.facts, self.places):
            if found.certificate.facts.is_ca and found.certificate.is_issued_by(found.certificate):
                return why_it_cannot_sign(sketch.facts, self.places, found)
        return refusal(
            "no-ca",
            "no CA was found that could be renewed",
            "Name the answers that made it: pfwizard renew --ca --answers FILE.",
        )


def _has_issued(known: KnownAuthority, leaf: FoundCertificate) -> bool:
    return leaf.certificate.is_issued_by(known.authority.certificate)


def _is_root(known: KnownAuthority) -> bool:
    """Others are renewed by whoever issued them."""
    certificate = known.authority.certificate
    return certificate.is_issued_by(certificate)


def _days(certificate: Certificate) -> int:
    """For how many days it was issued; whether it was backdated does not matter."""
    length = certificate.facts.not_after - certificate.facts.not_before - BACKDATED
    return max(1, round(length / timedelta(days=1)))


def _days_of_new(old: Certificate) -> int:
    """As long as the old one was, but for a server no longer than clients accept."""
    days = min(_days(old), LONGEST_DAYS)
    return days if old.facts.is_ca else min(days, LONGEST_FOR_APPLE)


def _similar(certificate: Certificate) -> KeyType:
    """For a key of a length that we do not make: the next one that all clients know."""
    return KeyType.EC_P384 if certificate.facts.key.startswith("EC") else KeyType.RSA_3072


def _entered(sketch: Sketch, new: Certificate, role: Role, issuer: Certificate) -> Sketch:
    entry = Issued.of(new, role, issuer=issuer, at=sketch.circumstances.now)
    return sketch.with_entry(entry)


# --- in words -------------------------------------------------------------------------------------


def _nothing_is_due(sketch: Sketch, found: Sequence[FoundCertificate]) -> Sketch:
    for each in found:
        not_after = each.certificate.facts.not_after
        left = (not_after - sketch.circumstances.now).days
        sketch = sketch.with_finding(
            note(
                "not-due",
                f"{each.path}: lasts until {not_after:%Y-%m-%d}, {left} days from now; it is due "
                f"when {_days_of_new(each.certificate) // PARTS_LEFT} are left",
                "To renew it all the same: --force.",
            )
        )
    return sketch


def _records_to_publish(sketch: Sketch, old: Certificate, new: Certificate) -> Finding:
    """RFC 7671 section 8.1: the records of the new key are there before the key is."""
    ports = [port.port for port in ports_of(sketch.master, sketch.effective) if port.offers_tls]
    records = [
        record
        for certificate in (old, new)
        for record in tlsa_records(
            certificate.facts.dns_names, ports, Usage.SERVER, certificate.public_key.spki
        )
    ]
    return warning(
        "key-replaced",
        "the server gets a new key; where TLSA records of it are published, mail that is checked "
        "against them waits until the new key has its own",
        "Publish those of the old and the new key together: " + "; ".join(records),
    )


def _key_not_found(leaf: FoundCertificate) -> Finding:
    return refusal(
        "key-not-found",
        f"the key of the certificate in {leaf.path} is in none of the files that Postfix names, so "
        "that it cannot be replaced",
        "Correct smtpd_tls_key_file or smtpd_tls_chain_files first.",
    )


def _ca_has_expired(issuer: KnownAuthority) -> Finding:
    certificate = issuer.authority.certificate
    return refusal(
        "ca-expired",
        f"{issuer.certificate_path}: the CA has expired on {certificate.facts.not_after:%Y-%m-%d}",
        "pfwizard renew --ca renews it, and then pfwizard renew the server's certificate.",
    )


def _ca_ends_first(issuer: KnownAuthority) -> Finding:
    certificate = issuer.authority.certificate
    return refusal(
        "ca-ends-first",
        f"{issuer.certificate_path}: the CA ends on {certificate.facts.not_after:%Y-%m-%d}, and a "
        "new certificate would not last longer than the present one",
        "pfwizard renew --ca renews the CA, and then pfwizard renew the server's certificate.",
    )
