"""What lets a client relay by its certificate: the table of fingerprints, and who asks for one.

Postfix reads no revocation lists, and ``permit_tls_all_clientcerts`` would let in whoever any
trusted CA has certified; so only listed fingerprints count (TLS_README, "Server access control").
"""

from pfwizard.cf.endpoint import SUBMISSION, SUBMISSIONS
from pfwizard.cf.service import Service
from pfwizard.enumeration import listed
from pfwizard.errors import Failed
from pfwizard.machine.effective import Effective
from pfwizard.machine.facts import table_of_clients
from pfwizard.machine.tables import READ_AS_TEXT, SUFFIXES, Table, tables_in
from pfwizard.pki.fingerprints import DIGESTS
from pfwizard.plan.clients.client_table import ListedClient, clients_in
from pfwizard.plan.draft import PUBLIC_FILE, AnySketch, Sketch
from pfwizard.plan.plan import note, refusal, warning
from pfwizard.plan.relay.relay_policy import permit_certificates
from pfwizard.plan.services import on_port, smtp_servers
from pfwizard.plan.tls.tls import level_of

TABLES, DIGEST, ASK = "relay_clientcerts", "smtpd_tls_fingerprint_digest", "smtpd_tls_ask_ccert"

BEST_DIGEST = "sha256"
WEAK_DIGESTS = ("md5", "sha1")


def plan_access(draft: AnySketch) -> AnySketch:
    """Plan the settings by which listed certificates are asked for, looked up, and permitted."""
    draft = draft.with_setting(TABLES, _with_own_table(draft))
    draft = _with_digest(draft)
    for service in _asking(draft):
        draft = permit_certificates(draft, service)
    return _ask(_warn_of_overrides(draft))


def own_table(draft: Sketch) -> Table:
    """The table that takes new clients: the first that can be written, or one of pfwizard's own."""
    for table in tables_in(draft.effective.value(TABLES)):
        if not table.is_built or not draft.facts.works_on_a_tree:
            return table
    return Table(type_of_new_table(draft), table_of_clients(draft.facts.postfix))


def type_of_new_table(draft: Sketch) -> str:
    """The type of a table that is made: nothing of a tree is run, so that a text is read there."""
    if draft.facts.works_on_a_tree:
        return READ_AS_TEXT
    known = draft.facts.postfix.map_types or ()
    usual = draft.effective.value("default_database_type")
    return next((each for each in (usual, *SUFFIXES) if each in SUFFIXES and each in known), "hash")


def _with_own_table(draft: Sketch) -> str:
    present = draft.main.get(TABLES) or ""
    table = own_table(draft)
    if table in tables_in(draft.effective.value(TABLES)):
        return present
    return f"{present} {table}".strip()


def listed_clients(draft: Sketch) -> tuple[ListedClient, ...]:
    """The clients in all tables of texts that are in use, as they are."""
    tables = tables_in(draft.effective_until_now.value(TABLES))
    return tuple(
        client
        for table in tables
        for client in clients_in(draft.facts.file(table.text).content or b"")
    )


def with_table(draft: AnySketch, table: Table, text: bytes) -> AnySketch:
    """Plan the table's text, and what postmap makes of it."""
    if text == draft.facts.file(table.text).content and draft.facts.file(table.built).exists:
        return draft
    if table.is_built and draft.facts.works_on_a_tree:
        return draft.with_finding(
            refusal(
                "table-not-built",
                f"{table} has to be built anew by postmap, and nothing of a tree is run",
                "Run pfwizard where this Postfix runs.",
            )
        )
    draft = draft.with_file(table.text, text, PUBLIC_FILE)
    if not table.is_built:
        return draft
    try:
        built = draft.circumstances.build_table(table.type, text)
    except Failed as error:
        return draft.with_finding(refusal("table-not-built", error.message, error.remedy))
    count = len(clients_in(text))
    words = f"built by postmap from {table.text.name}; clients: {count}"
    return draft.with_file(table.built, built, PUBLIC_FILE, summary=(words,))


def digest_of(draft: Sketch) -> str:
    """The digest of the fingerprints in the tables."""
    return draft.effective.value(DIGEST).lower()


def _with_digest(draft: AnySketch) -> AnySketch:
    """SHA-256, unless fingerprints of another digest are in use, which would be found no more."""
    present = digest_of(draft)
    chosen = present if _uses_fingerprints(draft) and present in DIGESTS else BEST_DIGEST
    draft = draft.with_setting(DIGEST, chosen)
    if chosen not in WEAK_DIGESTS:
        return draft
    return draft.with_finding(
        warning(
            "fingerprints-weak",
            f"the fingerprints of clients in use are of {chosen}, which can be forged",
            f"Replace them by those of {BEST_DIGEST}, then set {DIGEST} = {BEST_DIGEST}.",
        )
    )


def _uses_fingerprints(draft: Sketch) -> bool:
    effective = draft.effective_until_now
    of_texts = set(map(str, tables_in(effective.value(TABLES))))
    others = [each for each in effective.elements(TABLES) if each not in of_texts]
    written = draft.main.render() + draft.master.render()
    return bool(others or listed_clients(draft)) or b"check_ccert_access" in written


def _asking(draft: Sketch) -> tuple[Service, ...]:
    """The services that ask for certificates: those for mail programs, or all where none is.

    Some mail servers hang up when they are asked for one (postconf(5), smtpd_tls_ask_ccert).
    """
    found = [
        service
        for endpoint in (SUBMISSIONS, SUBMISSION)
        for service in on_port(draft.master, endpoint)
        if service.command == "smtpd"
    ]
    return tuple(found) or smtp_servers(draft.master, draft.effective)


def _ask(draft: AnySketch) -> AnySketch:
    asking = _asking(draft)
    for service in asking:
        effective = draft.effective.of(service)
        if not level_of(effective) and not effective.is_on("smtpd_tls_wrappermode"):
            return draft.with_finding(
                refusal(
                    "clients-without-tls",
                    f"the service {service.name} has no TLS, and so no client can show a "
                    "certificate",
                    "Run pfwizard first, which gives it TLS.",
                )
            )
    silent = [service for service in asking if not _asks(draft.effective.of(service))]
    for service in silent:
        draft = _made_to_ask(draft, service)
    if not silent:
        return draft
    names = listed([service.name for service in silent])
    return draft.with_finding(
        note(
            "certificates-asked-for", f"clients are asked for a certificate by {names} in master.cf"
        )
    )


def _warn_of_overrides(draft: AnySketch) -> AnySketch:
    for service in _asking(draft):
        theirs = draft.effective.of(service)
        names = [
            name for name in (TABLES, DIGEST) if theirs.value(name) != draft.effective.value(name)
        ]
        if names:
            draft = draft.with_finding(
                warning(
                    "clients-not-looked-up",
                    f"the service {service.name} in master.cf has its own {listed(names)}, and "
                    "does not look clients up in the table of main.cf",
                    "Remove these -o options from master.cf.",
                )
            )
    return draft


def _asks(effective: Effective) -> bool:
    return effective.is_on(ASK) or effective.is_on("smtpd_tls_req_ccert")


def _made_to_ask(draft: AnySketch, service: Service) -> AnySketch:
    """In main.cf for all of them, where there is no service for mail programs."""
    is_for_mail_programs = service.endpoint.port in (SUBMISSION.port, SUBMISSIONS.port)
    if is_for_mail_programs or service.option(ASK) is not None:
        return draft.with_option(service, ASK, "yes")
    return draft.with_setting(ASK, "yes")
