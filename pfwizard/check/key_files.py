"""The files of certificates, keys and CAs: whether Postfix can use them."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from pfwizard.check.inspection import InForce, Inspection
from pfwizard.check.open_files import is_open_to_all
from pfwizard.check.place import Place
from pfwizard.check.presented import Presented, presented
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.check.tls import offers_tls
from pfwizard.check.tls_files import CA_FILE, CHAIN_FILES, CLIENT_FILES, SERVER_FILES
from pfwizard.enumeration import listed
from pfwizard.expiry.sni import SNI_MAPS
from pfwizard.machine.tables import tables_in
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.pki import pem
from pfwizard.pki.certificates import load_certificates
from pfwizard.pki.errors import EncryptedKey, NotACertificate, NotAKey, PkiError
from pfwizard.pki.keys import load_private_key
from pfwizard.plan.plan import Severity
from pfwizard.plan.server.layout import PARAMETERS_OF_A_PAIR
from pfwizard.plan.server.served import NO_CERTIFICATE, paths
from pfwizard.secret import Secret

KEY_MARK = "PRIVATE KEY"


def _named(inspection: Inspection) -> Iterator[InForce]:
    """What names files, for the programs that use them; defaults are not among it."""
    yield from _of_servers(inspection)
    yield from _of_clients(inspection)


def _of_servers(inspection: Inspection) -> Iterator[InForce]:
    serving = [each for each in inspection.servers if offers_tls(each.effective)]
    for name in SERVER_FILES:
        for value in inspection.in_force(name, serving):
            is_overridden = name in PARAMETERS_OF_A_PAIR and value.effective.value(CHAIN_FILES)
            if value.place.line is not None and not is_overridden:
                yield value


def _of_clients(inspection: Inspection) -> Iterator[InForce]:
    for name in CLIENT_FILES:
        concerned = [each for each in inspection.clients if _is_for(name, each.service.command)]
        for value in inspection.in_force(name, concerned):
            if value.place.line is not None:
                yield value


def _is_for(name: str, command: str) -> bool:
    return name.partition("_")[0] == command


# --- names ----------------------------------------------------------------------------------------


def _relative(inspection: Inspection) -> Iterator[Occurrence]:
    for value in _named(inspection):
        relative = [
            each
            for each in value.effective.elements(value.parameter)
            if not each.startswith("/") and each != NO_CERTIFICATE
        ]
        if relative:
            queue = value.effective.value("queue_directory")
            yield Occurrence(
                f"{value.parameter} names {listed(relative)}, which Postfix looks for below "
                f"{queue}",
                "Write the path from the root on, such as $config_directory/name.",
                value.place,
                str(value),
            )


def _missing(inspection: Inspection) -> Iterator[Occurrence]:
    words = "TLS does not work, even where STARTTLS is still offered"
    yield from _absent(inspection, _of_servers(inspection), words)


def _missing_for_clients(inspection: Inspection) -> Iterator[Occurrence]:
    words = "mail goes out without TLS, or not at all where TLS is required"
    yield from _absent(inspection, _of_clients(inspection), words)


def _instead(kind: FileKind) -> str:
    return "not there" if kind is FileKind.ABSENT else f"no file ({kind.value})"


def _absent(
    inspection: Inspection, named: Iterable[InForce], consequence: str
) -> Iterator[Occurrence]:
    for value in named:
        for path in paths(value.parameter, value.effective):
            state = inspection.file(path)
            if state is not None and state.kind is not FileKind.REGULAR:
                yield Occurrence(
                    f"{value.parameter} names {path}, which is {_instead(state.kind)}: "
                    f"{consequence}",
                    f"Correct the path, or take {value.parameter} out where it is not needed.",
                    value.place,
                    str(value),
                )


def _overridden(inspection: Inspection) -> Iterator[Occurrence]:
    for daemon in inspection.servers:
        pairs = [name for name in SERVER_FILES if name in PARAMETERS_OF_A_PAIR]
        named = [name for name in pairs if _is_set(inspection, daemon.service.option(name), name)]
        if daemon.effective.value(CHAIN_FILES) and named:
            yield Occurrence(
                f"{listed(named)} {'have' if len(named) > 1 else 'has'} no effect, because "
                f"{CHAIN_FILES} is set; postfix tls does not know of that",
                f"Take out what is not meant: {CHAIN_FILES}, or the others.",
                inspection.place_of(named[0], daemon.service),
                f"{CHAIN_FILES} = {daemon.effective.value(CHAIN_FILES)} for {daemon.name}",
            )


def _is_set(inspection: Inspection, option: str | None, name: str) -> bool:
    setting = inspection.settings.get(name)
    return bool(option if option is not None else setting and setting.value)


# --- contents -------------------------------------------------------------------------------------


def _without_certificate(inspection: Inspection) -> Iterator[Occurrence]:
    for each in presented(inspection):
        if each.content is None:
            continue
        try:
            load_certificates(each.content, "the server certificate")
        except NotACertificate as error:
            yield _about(each, each.file, error)
    yield from _unusable_authorities(inspection)


def _unusable_authorities(inspection: Inspection) -> Iterator[Occurrence]:
    for value in inspection.in_force(CA_FILE, inspection.servers):
        for path in paths(CA_FILE, value.effective):
            state = inspection.file(path)
            if state is None or state.content is None or not offers_tls(value.effective):
                continue
            if "CERTIFICATE" not in pem.labels(state.content):
                yield Occurrence(
                    f"{path} {pem.contents(state.content)}, where certificates of CAs are wanted: "
                    "TLS is switched off",
                    f"Correct {CA_FILE}, or take it out: only client certificates need it.",
                    value.place,
                    str(value),
                )


def _without_key(inspection: Inspection) -> Iterator[Occurrence]:
    yield from _bad_keys(inspection, NotAKey)


def _encrypted(inspection: Inspection) -> Iterator[Occurrence]:
    yield from _bad_keys(inspection, EncryptedKey)


def _bad_keys(inspection: Inspection, kind: type[PkiError]) -> Iterator[Occurrence]:
    for each in presented(inspection):
        if each.key_file is None or each.key_content is None:
            continue
        try:
            load_private_key(Secret(each.key_content), "the server's key")
        except kind as error:
            yield _about(each, each.key_file, error)
        except PkiError:
            continue


def _about(each: Presented, file: PurePosixPath, error: PkiError) -> Occurrence:
    return Occurrence(
        f"{error.at(file).message}: TLS does not work, even where STARTTLS is still offered",
        error.remedy,
        each.place,
    )


def _not_first(inspection: Inspection) -> Iterator[Occurrence]:
    for each in presented(inspection):
        if each.key_file is None:
            yield Occurrence(
                f"{CHAIN_FILES}: there is a certificate before the first key, in {each.file}: TLS "
                "is switched off",
                "Put each key before its certificate: key, certificate, intermediates.",
                each.place,
            )


def _mismatch(inspection: Inspection) -> Iterator[Occurrence]:
    for each in presented(inspection):
        if each.key is None or each.shown is None or each.key.matches(each.shown):
            continue
        is_further_down = any(each.key.matches(other) for other in each.certificates)
        yield Occurrence(
            f"the first certificate in {each.file} is not for the key in {each.key_file}: TLS does "
            "not work, even where STARTTLS is still offered",
            "Put the server's own certificate first."
            if is_further_down
            else "Name the key that the certificate was issued for.",
            each.place,
        )


# --- permissions ----------------------------------------------------------------------------------


def _open_to_others(inspection: Inspection) -> Iterator[Occurrence]:
    seen: set[PurePosixPath] = set()
    for value in _named(inspection):
        for path in paths(value.parameter, value.effective):
            state = inspection.file(path)
            if path in seen or state is None or not _holds_a_key(state):
                continue
            seen.add(path)
            if is_open_to_all(inspection, state):
                yield Occurrence(
                    f"every user of this machine can read the private key in {path} (mode "
                    f"{state.mode:04o}); Postfix does not complain",
                    f"chmod 600 {state.real}; if somebody may have copied it, replace key and "
                    "certificate.",
                    Place(path),
                )


def _open_tables(inspection: Inspection) -> Iterator[Occurrence]:
    for value in inspection.in_force(SNI_MAPS, inspection.servers):
        for table in tables_in(value.value):
            state = inspection.file(table.built)
            if state is not None and table.is_built and is_open_to_all(inspection, state):
                yield Occurrence(
                    f"every user of this machine can read {table.built} (mode {state.mode:04o}), "
                    "and postmap -F has put private keys into it",
                    f"chmod 600 {table.text} {state.real}; if somebody may have copied them, "
                    "replace keys and certificates.",
                    value.place,
                    str(value),
                )


def _holds_a_key(state: FileState) -> bool:
    return any(label.endswith(KEY_MARK) for label in pem.labels(state.content or b""))


RULES = (
    Rule(
        "relative-path",
        Severity.WARNING,
        "A path that does not begin at the root",
        "The daemons of Postfix are in the queue directory, and look for relative names there.",
        _relative,
    ),
    Rule(
        "tls-file-missing",
        Severity.REFUSAL,
        "A certificate, key or CA file that is not there, or is no file",
        "Postfix says so in its log only. EHLO still offers STARTTLS, and every client that asks "
        "for it gets 454 4.7.0 TLS not available due to local problem; on port 465 the "
        "connection is closed.",
        _missing,
    ),
    Rule(
        "client-tls-file-missing",
        Severity.WARNING,
        "A file that smtp(8) needs for TLS and that is not there",
        "Postfix says so in its log only, and delivers without TLS where it may.",
        _missing_for_clients,
    ),
    Rule(
        "certificate-overridden",
        Severity.WARNING,
        "Certificates that smtpd_tls_chain_files overrides",
        "With smtpd_tls_chain_files Postfix passes over the files by type, and so whatever "
        "program renews those has no effect.",
        _overridden,
    ),
    Rule(
        "certificate-unusable",
        Severity.REFUSAL,
        "A file without a usable certificate",
        "The file is empty, damaged, in DER form, or holds something else.",
        _without_certificate,
    ),
    Rule(
        "key-unusable",
        Severity.REFUSAL,
        "A file without a usable key",
        "The file is empty, damaged, in DER form, or holds something else.",
        _without_key,
    ),
    Rule(
        "key-encrypted",
        Severity.REFUSAL,
        "A key behind a passphrase that nobody types",
        "Postfix starts without a terminal and has nobody to ask.",
        _encrypted,
    ),
    Rule(
        "key-after-certificate",
        Severity.REFUSAL,
        "A chain file that does not begin with its key",
        "In smtpd_tls_chain_files every certificate belongs to the key before it; one before the "
        "first key belongs to none.",
        _not_first,
    ),
    Rule(
        "key-mismatch",
        Severity.REFUSAL,
        "A certificate for another key",
        "Key and certificate do not belong together, or the certificate of the CA comes first in "
        "the file. Postfix says so in its log only.",
        _mismatch,
    ),
    Rule(
        "key-open-to-others",
        Severity.WARNING,
        "A private key that others can read",
        "Whoever has the key can pass for this server. Postfix reads it as root and needs no "
        "permission for anybody else.",
        _open_to_others,
    ),
    Rule(
        "sni-table-open",
        Severity.WARNING,
        "A table of keys that others can read",
        "tls_server_sni_maps is a table of names, and postmap -F copies keys and certificates "
        "into it. The built file has the mode of its text.",
        _open_tables,
    ),
)
