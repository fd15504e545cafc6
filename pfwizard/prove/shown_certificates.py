"""The certificates that a server should show to whoever asks for it by its own name."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from pfwizard.cf.lists import split_list
from pfwizard.expiry.sni import SNI_MAPS, SNI_SINCE, is_named
from pfwizard.machine.effective import Effective
from pfwizard.machine.facts import Facts
from pfwizard.machine.tables import tables_in
from pfwizard.pki.certificates import load_certificates
from pfwizard.pki.errors import PkiError
from pfwizard.plan.server.chain_parts import chain_parts
from pfwizard.plan.server.served import certificate_paths, paths
from pfwizard.plan.tls.tls import PAIR


def files_shown(effective: Effective) -> Iterator[PurePosixPath]:
    """The files to look at: certificates, and the texts that say for which names there are more."""
    yield from certificate_paths(effective, tuple(PAIR))
    yield from (table.text for table in tables_in(effective.value(SNI_MAPS)))


def certificates_shown(facts: Facts, effective: Effective) -> frozenset[str] | None:
    """The SHA-256 fingerprint of each leaf.

    None where one cannot be read, or another may be shown to whoever asks for the server by name.
    """
    contents = _contents(facts, effective)
    if contents is None or _may_depend_on_the_name(facts, effective):
        return None
    try:
        leaves = [load_certificates(content)[0] for content in contents]
    except PkiError:
        return None
    return frozenset(leaf.facts.fingerprint_sha256 for leaf in leaves) or None


def _contents(facts: Facts, effective: Effective) -> list[bytes] | None:
    """The certificates for each type of key, that of the server first."""
    files = list(certificate_paths(effective, tuple(PAIR)))
    contents = [(file, content) for file in files if (content := facts.file(file).content)]
    if len(contents) < len(files):
        return None
    if not any(paths("smtpd_tls_chain_files", effective)):
        return [content for _, content in contents]
    return [part.certificates for part in chain_parts(contents) if part.certificates]


def _may_depend_on_the_name(facts: Facts, effective: Effective) -> bool:
    """Whether whoever asks for this server may be shown a certificate of tls_server_sni_maps."""
    value = effective.value(SNI_MAPS)
    if facts.postfix.version < SNI_SINCE or not value:
        return False
    tables = list(tables_in(value))
    texts = [facts.file(table.text).content for table in tables]
    name = effective.value("myhostname")
    is_known = len(tables) == len(split_list(value)) and None not in texts
    return not is_known or any(is_named(name, text) for text in texts if text)
