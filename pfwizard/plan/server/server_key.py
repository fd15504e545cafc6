"""A key of the server: found, or made."""

from pfwizard.pki.keys import PrivateKey
from pfwizard.plan.certificate_files import content_of, key_at, warn_of_open_key
from pfwizard.plan.draft import Draft
from pfwizard.plan.server.server_pair import ServerPair


def found_or_made(draft: Draft, pair: ServerPair) -> tuple[Draft, PrivateKey, bytes]:
    """The key for which a certificate is wanted, and what its file holds or is to hold.

    Raises PkiError for a file that holds no key, or one that cannot be used.
    """
    if not draft.facts.file(pair.key).exists:
        key = draft.circumstances.generate_key(pair.key_type)
        return draft, key, key.pem().reveal()
    key = key_at(draft, pair.key, "the server key")
    return warn_of_open_key(draft, pair.key), key, content_of(draft, pair.key)
