"""Certificates for another while: the server's with the same key or a new one, or the CA's own."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.pki import pem
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.errors import PkiError, WrongPassphrase
from pfwizard.pki.ledger_entries import Role
from pfwizard.pki.renewal import depends_on_the_serial_of_its_issuer, renewed, renewed_ca
from pfwizard.plan.authorities.issuer import Authority
from pfwizard.plan.authorities.known_authorities import (
    MOST_OF_OUR_OWN,
    FoundCertificate,
    KnownAuthority,
    found_certificates,
    keys_of_authorities,
    known_authorities,
    places,
    places_of_key,
    why_it_cannot_sign,
)
from pfwizard.plan.authorities.open_medium import warn_of_open_medium
from pfwizard.plan.authorities.own_roots import lasting_roots, own_roots
from pfwizard.plan.certificate_files import with_entry
from pfwizard.plan.draft import Circumstances, Sketch
from pfwizard.plan.plan import Change, Finding, Plan, note, refusal
from pfwizard.plan.planner import finished, prepared, refuse_unreadable
from pfwizard.plan.renewal.next_key import (
    NextKey,
    next_key,
    next_key_path,
    replaced_key,
    with_next_key,
    without_next_key,
)
from pfwizard.plan.renewal.renewal_findings import (
    NO_AUTHORITY,
    NO_CERTIFICATE,
    ca_due_too,
    ca_ends_first,
    ca_has_expired,
    ca_in_a_bundle,
    ca_issued_by_others,
    issued_by_others,
    issuer_named_by_serial,
    key_kept,
    key_missing,
    key_not_found,
    nothing_is_due,
    tell_how_long_it_lasts,
)
from pfwizard.plan.renewal.renewed_validity import days_of_new, is_due
from pfwizard.plan.renewal.replacement import Replacements, file_with_key_of, with_replacements
from pfwizard.plan.server.served import ServedFiles, served_files


class Renewable(Enum):
    """What is renewed; the words name it."""

    SERVER = "the server's certificate"
    SERVER_WITH_NEW_KEY = "the server's key and certificate"
    NEXT_KEY = "a key that waits to follow the server's"
    AUTHORITY = "the CA"


@dataclass(frozen=True)
class RenewalRequest:
    """What is to be renewed, and where that or a CA may be besides the files that Postfix names.

    ``force``: whether it is due or not.
    """

    what: Renewable
    force: bool = False
    known_files: tuple[PurePosixPath, ...] = ()


def files_of_renewal(request: RenewalRequest, facts: Facts) -> tuple[PurePosixPath, ...]:
    """The files that such a plan looks at, besides Postfix's own."""
    served = _served(facts)
    return (*served.all, *_places(request, served), *map(next_key_path, served.keys))


def _served(facts: Facts) -> ServedFiles:
    return served_files(facts.configuration.master, facts.effective)


def _places(request: RenewalRequest, served: ServedFiles) -> tuple[PurePosixPath, ...]:
    named = (*places(served.authorities), *request.known_files, *served.certificates)
    return tuple(dict.fromkeys(named))


def make_renewal_plan(request: RenewalRequest, facts: Facts, circumstances: Circumstances) -> Plan:
    """The change that renews what is due; an empty plan, with a note, when nothing is.

    Raises Failed when the present configuration is one that Postfix itself would not read, and
    PassphraseNeeded or WrongPassphrase when something is due and the CA's key does not open.
    """
    refuse_unreadable(facts)
    configuration = facts.configuration
    sketch = Sketch(facts, circumstances, configuration.main, configuration.master)
    sketch = warn_of_open_medium(sketch)
    renewal = _Renewal(request, _served(facts))
    try:
        if request.what is Renewable.AUTHORITY:
            sketch = renewal.of_the_authority(sketch)
        elif request.what is Renewable.NEXT_KEY:
            sketch = renewal.of_the_next_key(sketch)
        else:
            sketch = renewal.of_the_server(sketch)
    except WrongPassphrase:
        raise  # to whoever can ask for it again
    except PkiError as error:
        sketch = sketch.with_finding(refusal("cannot-be-renewed", error.message, error.remedy))
    become = prepared if request.what is Renewable.NEXT_KEY else finished
    return become(sketch, renewal.looked_at(facts))


@dataclass(frozen=True)
class _Renewal:
    request: RenewalRequest
    served: ServedFiles

    @property
    def places(self) -> tuple[PurePosixPath, ...]:
        return _places(self.request, self.served)

    def looked_at(self, facts: Facts) -> tuple[PurePosixPath, ...]:
        """Those of the files that are there: one that is not has decided nothing."""
        waiting = map(next_key_path, self.served.keys)
        every = dict.fromkeys((*self.served.all, *self.places, *waiting))
        return tuple(path for path in every if facts.file(path).exists)

    # --- the server ------------------------------------------------------------------------------

    def of_the_server(self, sketch: Sketch) -> Sketch:
        leaves = self._leaves(sketch)
        if not leaves:
            return sketch.with_finding(NO_CERTIFICATE)
        wanted = [each for each in leaves if self._is_due(sketch, each.certificate)]
        if not wanted:
            others = [each for each in leaves if self._is_of_others(sketch, each)]
            return nothing_is_due(sketch, leaves, of_others=others)
        known = known_authorities(sketch.facts, self.places, sketch.circumstances)
        replacements = Replacements()
        for leaf in wanted:
            issuer = next((each for each in known if _has_issued(each, leaf)), None)
            if issuer is None:
                sketch = sketch.with_finding(self._why_not_ours(sketch, leaf))
            else:
                sketch = self._renew(sketch, leaf, issuer, replacements)
        return with_replacements(sketch, self.looked_at(sketch.facts), replacements)

    def _leaves(self, sketch: Sketch) -> list[FoundCertificate]:
        """The first certificate of each file is the server's own (postconf(5)).

        Where smtpd_tls_chain_files lists several, a CA's own may be in a file behind it.
        """
        first: dict[PurePosixPath, FoundCertificate] = {}
        for found in found_certificates(sketch.facts, self.served.certificates):
            first.setdefault(found.path, found)
        leaves = [each for each in first.values() if not each.certificate.facts.is_ca]
        return leaves or list(first.values())

    def _is_due(self, sketch: Sketch, certificate: Certificate) -> bool:
        """A new key is asked for by a person, who has a reason."""
        is_asked_for = self.request.force or self.request.what is Renewable.SERVER_WITH_NEW_KEY
        return is_asked_for or is_due(certificate, sketch.circumstances.now)

    def _renew(
        self,
        sketch: Sketch,
        leaf: FoundCertificate,
        issuer: KnownAuthority,
        replacements: Replacements,
    ) -> Sketch:
        old, ca = leaf.certificate, issuer.authority.certificate
        if ca.facts.not_after <= sketch.circumstances.now:
            return sketch.with_finding(ca_has_expired(issuer))
        key: NextKey | None = None
        if self.request.what is Renewable.SERVER_WITH_NEW_KEY:
            holder = file_with_key_of(sketch, self.served.keys, old)
            if holder is None:
                return sketch.with_finding(key_not_found(leaf))
            made = replacements.keys.get(old.public_key)
            key = next_key(sketch, holder, old) if made is None else NextKey(made, holder, False)
        new = renewed(
            old,
            ca_certificate=ca,
            ca_key=issuer.authority.key,
            days=days_of_new(old),
            now=sketch.circumstances.now,
            serial=sketch.ledger.new_serial(sketch.circumstances.randomness),
            new_key=None if key is None else key.key.public_key,
        )
        is_no_gain = new.facts.not_after <= old.facts.not_after
        if is_no_gain and self.request.what is Renewable.SERVER and not self.request.force:
            return sketch.with_finding(ca_ends_first(issuer))
        replacements.certificates[old] = new
        sketch = with_entry(sketch, new, Role.SERVER, issuer=ca)
        if key is None:
            is_there = file_with_key_of(sketch, self.served.keys, old) is not None
            sketch = sketch.with_finding(key_kept(leaf) if is_there else key_missing(leaf))
        elif old.public_key not in replacements.keys:
            replacements.keys[old.public_key] = key.key
            sketch = without_next_key(sketch, key).with_finding(replaced_key(sketch, old, key))
        return tell_how_long_it_lasts(sketch, old, new, issuer)

    def of_the_next_key(self, sketch: Sketch) -> Sketch:
        leaves = self._leaves(sketch)
        if not leaves:
            return sketch.with_finding(NO_CERTIFICATE)
        by_key = {leaf.certificate.public_key: leaf for leaf in leaves}
        for leaf in by_key.values():
            holder = file_with_key_of(sketch, self.served.keys, leaf.certificate)
            if holder is None:
                return sketch.with_finding(key_not_found(leaf))
            sketch = with_next_key(sketch, holder, leaf.certificate)
        return sketch

    def _why_not_ours(self, sketch: Sketch, leaf: FoundCertificate) -> Finding:
        issuer = self._issuer_without_key(sketch, leaf.certificate)
        if issuer is not None:
            return self._why_it_cannot_sign(sketch, issuer)
        return issued_by_others(leaf)

    def _issuer_without_key(
        self, sketch: Sketch, certificate: Certificate
    ) -> FoundCertificate | None:
        """The CA that has issued it, where that may be ours although its key is not open."""
        for found in found_certificates(sketch.facts, self.places):
            if found.certificate != certificate and certificate.is_issued_by(found.certificate):
                is_root = found.certificate.is_issued_by(found.certificate)
                if is_root or self._may_be_locked(sketch, found):
                    return found
        return None

    def _is_of_others(self, sketch: Sketch, leaf: FoundCertificate) -> bool:
        """A key that was brought is looked at only where something is due."""
        if sketch.circumstances.ca_key is not None:
            return False
        known = known_authorities(sketch.facts, self.places, sketch.circumstances)
        is_ours = any(_has_issued(each, leaf) for each in known)
        return not is_ours and self._issuer_without_key(sketch, leaf.certificate) is None

    # --- the CA ----------------------------------------------------------------------------------

    def of_the_authority(self, sketch: Sketch) -> Sketch:
        authorities = known_authorities(sketch.facts, self.places, sketch.circumstances)
        known = [each for each in authorities if _is_root(each)]
        wanted = [each for each in known if self._is_due(sketch, each.authority.certificate)]
        others = self._without_key(sketch, known)
        due = [each for each in others if self._is_due(sketch, each.certificate)]
        if not wanted and due and (not known or self._locked(sketch)):
            return sketch.with_finding(self._why_it_cannot_sign(sketch, due[0]))
        for other in due:
            if is_due(other.certificate, sketch.circumstances.now):
                sketch = sketch.with_finding(ca_due_too(other))
        if not wanted:
            found = [FoundCertificate(e.certificate_path, e.authority.certificate) for e in known]
            found += [other for other in others if other not in due]
            if found:
                return nothing_is_due(sketch, found)
            # Every root that is known would be among these.
            return sketch.with_finding(
                ca_issued_by_others(authorities[0]) if authorities else NO_AUTHORITY
            )
        replacements = Replacements()
        for each in wanted:
            sketch = self._renew_authority(sketch, each, replacements)
        sketch = with_replacements(sketch, self.looked_at(sketch.facts), replacements)
        for path in _bundles_among(sketch.changes):
            sketch = sketch.with_finding(ca_in_a_bundle(path))
        return sketch

    def _without_key(
        self, sketch: Sketch, known: Sequence[KnownAuthority]
    ) -> list[FoundCertificate]:
        """Our own roots whose keys are not open to us, those first beside which a locked one is.

        A key that was brought is for its own CA alone.
        """
        if known and sketch.circumstances.ca_key is not None:
            return []
        facts, keys = sketch.facts, [each.authority.key for each in known]
        roots = own_roots(facts, self.places, self.request.known_files)
        if not known and not roots:
            roots = lasting_roots(facts, self.places)
        locked = self._locked(sketch)
        return sorted(
            (each for each in roots if not any(key.matches(each.certificate) for key in keys)),
            key=lambda each: locked.isdisjoint((each.path, *places_of_key(each.path))),
        )

    def _may_be_locked(self, sketch: Sketch, issuer: FoundCertificate) -> bool:
        """Whether a key that does not open was brought, or is where that of this CA would be."""
        brought = sketch.circumstances.ca_key
        likely = places_of_key(issuer.path) if brought is None else (brought.path,)
        return not self._locked(sketch).isdisjoint(likely)

    def _locked(self, sketch: Sketch) -> set[PurePosixPath]:
        keys = keys_of_authorities(sketch.facts, self.places, sketch.circumstances)
        return {found.path for found in keys if found.key is None}

    def _renew_authority(
        self, sketch: Sketch, known: KnownAuthority, replacements: Replacements
    ) -> Sketch:
        old = known.authority.certificate
        new = renewed_ca(
            old,
            known.authority.key,
            days_of_new(old),
            now=sketch.circumstances.now,
            serial=sketch.ledger.new_serial(sketch.circumstances.randomness),
        )
        replacements.certificates[old] = new
        sketch = with_entry(sketch, new, Role.CA, issuer=new)
        again = replace(known, authority=Authority(new, known.authority.key))
        for leaf in self._leaves(sketch):
            is_lost = depends_on_the_serial_of_its_issuer(leaf.certificate)
            if is_lost and leaf.certificate.is_issued_by(old):
                sketch = sketch.with_finding(issuer_named_by_serial(leaf))
                sketch = self._renew(sketch, leaf, again, replacements)
        return sketch.with_finding(
            note(
                "ca-renewed",
                f"{known.certificate_path}: key and name of the CA stay, and what it has issued "
                "stays valid; the old certificate is good until "
                f"{old.facts.not_after:%Y-%m-%d}",
                "Give the new certificate to the clients that trust the CA, before that day.",
            )
        )

    def _why_it_cannot_sign(self, sketch: Sketch, issuer: FoundCertificate) -> Finding:
        return why_it_cannot_sign(sketch.facts, self.places, sketch.circumstances, issuer)


def _has_issued(known: KnownAuthority, leaf: FoundCertificate) -> bool:
    return leaf.certificate.is_issued_by(known.authority.certificate)


def _bundles_among(changes: Iterable[Change]) -> Iterator[PurePosixPath]:
    for change in changes:
        if pem.labels(change.before or b"").count("CERTIFICATE") > MOST_OF_OUR_OWN:
            yield change.path


def _is_root(known: KnownAuthority) -> bool:
    """Others are renewed by whoever issued them."""
    certificate = known.authority.certificate
    return certificate.is_issued_by(certificate)
