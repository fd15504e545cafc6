"""Clients with a certificate of their own: issued, listed so that they may relay, and revoked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pfwizard.answers.answers import Answers
from pfwizard.answers.checks import client_name
from pfwizard.answers.wording import Named, Wording
from pfwizard.enumeration import listed
from pfwizard.errors import InputProblem
from pfwizard.machine.tables import tables_in
from pfwizard.pki.authority import sign_client
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.errors import OutsideLimits, PkiError
from pfwizard.pki.fingerprints import fingerprint
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.ledger import Ledger
from pfwizard.pki.ledger_entries import Issued, Reason, Revoked, Role
from pfwizard.pki.passphrases import generated_passphrase
from pfwizard.pki.pkcs12 import Pkcs12Profile, pkcs12
from pfwizard.pki.subject import Subject
from pfwizard.plan.authorities.authority import able_to_sign, outside_limits
from pfwizard.plan.authorities.issuer import Authority, Issuer
from pfwizard.plan.certificate_files import key_summary, with_certificate
from pfwizard.plan.clients.client_access import (
    BEST_DIGEST,
    TABLES,
    digest_of,
    listed_clients,
    own_table,
    plan_access,
    with_table,
)
from pfwizard.plan.clients.client_table import ListedClient, with_client, without
from pfwizard.plan.draft import PRIVATE_FILE, AnySketch, Draft, Sketch
from pfwizard.plan.plan import Finding, note, refusal, warning
from pfwizard.quoting import quoted
from pfwizard.secret import Secret

DAYS = 397
"""Of validity, as for servers: what every client accepts."""

KEY_TYPE = KeyType.RSA_2048

UNUSUAL = re.compile(r"[^A-Za-z0-9._@+-]")

OF_OTHERS = {Role.CA: "the CA", Role.SERVER: "the server"}

SERIAL = re.compile(r"[0-9A-Fa-f]+(:[0-9A-Fa-f]+)*")


@dataclass(frozen=True)
class ClientFiles:
    """Where what belongs to one client is written, for its owner alone."""

    directory: PurePosixPath
    name: str

    @classmethod
    def of(cls, name: str, ca_key: PurePosixPath, chosen: PurePosixPath | None) -> "ClientFiles":
        """In a directory of the client's own beside the CA's key, unless another is chosen."""
        plain = UNUSUAL.sub("_", name)
        return cls(chosen or ca_key.parent / "clients" / plain, plain)

    @property
    def key(self) -> PurePosixPath:
        return self.directory / f"{self.name}.key"

    @property
    def certificate(self) -> PurePosixPath:
        return self.directory / f"{self.name}.crt"

    @property
    def pkcs12(self) -> PurePosixPath:
        return self.directory / f"{self.name}.p12"

    @property
    def passphrase(self) -> PurePosixPath:
        return self.directory / f"{self.name}.passphrase"

    @property
    def all(self) -> tuple[PurePosixPath, ...]:
        return (self.key, self.certificate, self.pkcs12, self.passphrase)


@dataclass(frozen=True)
class NewClient:
    """A client that is to have a certificate: its e-mail address or host name, and its files.

    Without a ``passphrase`` for its PKCS #12 file one is made and kept beside it.
    """

    name: str
    files: ClientFiles
    passphrase: Secret[str] | None = field(default=None, repr=False)
    profile: Pkcs12Profile = Pkcs12Profile.MODERN


@dataclass(frozen=True)
class _Listing:
    """What becomes of the tables: fingerprints with names to add, and entries to remove."""

    added: tuple[ListedClient, ...] = ()
    removed: tuple[ListedClient, ...] = ()

    def changed(self, added: ListedClient, removed: tuple[ListedClient, ...]) -> "_Listing":
        return _Listing((*self.added, added), (*self.removed, *removed))


@dataclass(frozen=True)
class _Standing:
    """A client's entries in the tables, and those of them whose certificate counts no longer."""

    listed: tuple[ListedClient, ...]
    stale: tuple[ListedClient, ...]

    @property
    def may_relay(self) -> bool:
        return len(self.stale) < len(self.listed)


def plan_clients(draft: Draft) -> Draft:
    """Plan the certificates of the clients that the answers name.

    One that was revoked stays revoked: the answers may be older than that decision.
    """
    issuer = draft.issuer
    if issuer is None:
        return draft
    wanted: list[NewClient] = []
    for client in new_clients(draft.answers):
        revoked = _last_revocation(draft, client.name)
        if revoked is None:
            wanted.append(client)
        else:
            draft = draft.with_finding(_stays_revoked(client, revoked))
    return add_clients(draft, issuer, wanted) if wanted else draft


def _last_revocation(draft: Draft, name: str) -> Revoked | None:
    """The revocation of the last certificate that this client was given."""
    *_, last = (None, *certificates_of(draft.ledger, name))
    return None if last is None else draft.ledger.revocation(last.serial)


def _stays_revoked(client: NewClient, revoked: Revoked) -> Finding:
    return warning(
        "client-stays-revoked",
        Wording(
            f"{client.name} was revoked on {revoked.at:%Y-%m-%d} and gets no certificate, though ",
            Named("clients.names"),
            " has the name",
        ),
        Wording(
            "Take it out of ",
            Named("clients.names"),
            f", or let the client in again: pfwizard client add {client.name}.",
        ),
    )


def new_clients(answers: Answers) -> tuple[NewClient, ...]:
    """The clients that the answers name, with their files beside the CA's key."""
    return tuple(
        NewClient(name, ClientFiles.of(name, answers.ca.key, None))
        for name in answers.clients.names
    )


def add_clients(draft: AnySketch, issuer: Issuer, clients: Sequence[NewClient]) -> AnySketch:
    """Plan certificates for the clients that have none, and let all of them relay.

    Raises what the CA's key raises when it is opened.
    """
    draft = plan_access(draft)
    standings = {client: _standing(draft, client) for client in clients}
    for client, standing in standings.items():
        if standing.may_relay:
            draft = draft.with_finding(_has_a_certificate(client))
    new = [client for client, standing in standings.items() if not standing.may_relay]
    if not new:
        return _with_listing(draft, _Listing())
    for client in new:
        draft = _tell_of_namesakes(draft, client.name, standings[client].listed)
    names = listed(client.name for client in new)
    draft, authority = able_to_sign(draft, issuer, f"a certificate for {names}")
    if authority is None:
        return draft
    listing = _Listing()
    for client in new:
        try:
            draft, added = _issue(draft, authority, client)
        except OutsideLimits as error:
            draft = draft.with_finding(outside_limits(draft, issuer, error))
        except (PkiError, InputProblem) as error:
            found = refusal("client-not-issued", error.message, error.remedy)
            draft = draft.with_finding(found)
        else:
            listing = listing.changed(added, standings[client].stale)
    return _with_listing(draft, listing)


def revoke_client(draft: AnySketch, which: str, reason: Reason) -> AnySketch:
    """Plan that a client may relay no longer: by its name, or by one certificate's serial number.

    A serial number is in hexadecimal, as openssl shows it.
    """
    serial = SERIAL.fullmatch(which)
    if serial:
        issued = draft.ledger.issued(int(which.replace(":", ""), 16))
        if issued and issued.role is not Role.CLIENT:
            return draft.with_finding(_not_of_a_client(issued))
        revoked: tuple[Issued, ...] = (issued,) if issued else ()
        name = "" if digest_of(draft) == BEST_DIGEST or not issued else issued.names[0]
    else:
        name = _as_added(which)
        revoked = certificates_of(draft.ledger, name)
    entries = tuple(each for each in listed_clients(draft) if is_of(each, name, revoked))
    if not revoked and not entries:
        return draft.with_finding(
            refusal(
                "client-unknown",
                f"no client certificate is known of {quoted(which)}",
                "pfwizard client list shows names and serial numbers.",
            )
        )
    if not serial:
        draft = _tell_of_namesakes(draft, name, entries)
    at = draft.circumstances.now.replace(microsecond=0)
    for each in revoked:
        if not draft.ledger.revocation(each.serial):
            draft = draft.with_entry(Revoked(at, each.serial, reason))
    return _with_listing(draft, _Listing(removed=entries))


def _as_added(which: str) -> str:
    """The name in the form that it has where a client is added; a table may have names of others'
    choosing, which stay as they are."""
    try:
        return client_name(which)
    except InputProblem:
        return which


def _not_of_a_client(issued: Issued) -> Finding:
    """A CA or a server that the ledger calls revoked would go on as before, and for good so: no
    entry is ever taken out."""
    return refusal(
        "not-of-a-client",
        f"the certificate with the serial number {issued.serial:X} is that of "
        f"{OF_OTHERS[issued.role]} {issued.subject}, and no client's",
        "Name a client: pfwizard client list shows names and serial numbers. Where a server's key "
        "is known to others, pfwizard renew --new-key replaces it.",
    )


def _tell_of_namesakes(draft: AnySketch, name: str, revoked: Sequence[ListedClient]) -> AnySketch:
    """Before the @, capitals count (RFC 5321 section 2.4), but a person may have meant them all."""
    for each in listed_clients(draft):
        if each not in revoked and each.name.lower() == name.lower():
            draft = draft.with_finding(
                warning(
                    "another-may-relay",
                    f"{each.name} is another client, and may still relay",
                    f"If it is the same person: pfwizard client revoke {each.name}.",
                )
            )
    return draft


def _with_listing(draft: AnySketch, listing: _Listing) -> AnySketch:
    own = own_table(draft)
    for table in dict.fromkeys((*tables_in(draft.effective.value(TABLES)), own)):
        text = without(draft.facts.file(table.text).content or b"", listing.removed)
        if table == own:
            for client in listing.added:
                text = with_client(text, client)
        if text or draft.facts.file(table.text).exists:
            draft = with_table(draft, table, text)
    return draft


def _standing(draft: Sketch, client: NewClient) -> _Standing:
    known = certificates_of(draft.ledger, client.name)
    in_force = {each.serial for each in draft.ledger.in_force(draft.circumstances.now)}
    entries = tuple(each for each in listed_clients(draft) if is_of(each, client.name, known))
    lapsed = [each for each in known if each.serial not in in_force]
    stale = (each for each in entries if any(each.is_one_of(fingerprints(old)) for old in lapsed))
    return _Standing(entries, tuple(stale))


def _has_a_certificate(client: NewClient) -> Finding:
    return note(
        "client-has-certificate",
        f"{client.name} has a certificate and may relay already",
        f"To replace it: pfwizard client revoke {client.name}, then add it again.",
    )


def certificates_of(ledger: Ledger, name: str) -> tuple[Issued, ...]:
    """The certificates that were ever issued to a client of this name."""
    return tuple(
        entry
        for entry in ledger.entries
        if isinstance(entry, Issued) and entry.role is Role.CLIENT and name in entry.names
    )


def fingerprints(issued: Issued) -> tuple[str, str]:
    """Those that Postfix may find a certificate by, where its digest is SHA-256."""
    return (issued.public_key, issued.fingerprint)


def is_of(listed: ListedClient, name: str, certificates: Sequence[Issued]) -> bool:
    """Whether an entry of the table is the client's, by a fingerprint or by the name beside it."""
    by_fingerprint = any(listed.is_one_of(fingerprints(each)) for each in certificates)
    return by_fingerprint or (listed.name == name and name != "")


def _issue(
    draft: AnySketch, authority: Authority, client: NewClient
) -> tuple[AnySketch, ListedClient]:
    circumstances = draft.circumstances
    name = client_name(client.name)
    key = circumstances.generate_key(KEY_TYPE)
    certificate = sign_client(
        key.public_key,
        Subject(common_name=name),
        (name,),
        ca_certificate=authority.certificate,
        ca_key=authority.key,
        days=DAYS,
        now=circumstances.now,
        serial=draft.ledger.new_serial(circumstances.randomness),
    )
    entry = Issued.of(certificate, Role.CLIENT, issuer=authority.certificate, at=circumstances.now)
    draft = draft.with_entry(entry).with_file(
        client.files.key, key.pem().reveal(), PRIVATE_FILE, secret=True, summary=key_summary(key)
    )
    draft = with_certificate(draft, client.files.certificate, certificate, PRIVATE_FILE)
    draft = _with_pkcs12(draft, authority, client, key, certificate)
    return draft, ListedClient(fingerprint(key.public_key.spki, digest_of(draft)), name)


def _with_pkcs12(
    draft: AnySketch,
    authority: Authority,
    client: NewClient,
    key: PrivateKey,
    certificate: Certificate,
) -> AnySketch:
    passphrase = client.passphrase or generated_passphrase(draft.circumstances.randomness)
    made = pkcs12(
        key,
        certificate,
        (authority.certificate,),
        friendly_name=client.name,
        passphrase=passphrase,
        profile=client.profile,
    )
    draft = draft.with_file(
        client.files.pkcs12,
        made.reveal(),
        PRIVATE_FILE,
        secret=True,
        summary=(f"PKCS #12 file ({client.profile}) for the client to install; not shown",),
    )
    if client.passphrase is not None:
        return draft
    return draft.with_file(
        client.files.passphrase,
        passphrase.reveal().encode() + b"\n",
        PRIVATE_FILE,
        secret=True,
        summary=(f"passphrase of {client.files.pkcs12.name}; not shown",),
    )
