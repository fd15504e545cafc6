"""Names, keys, requests and certificates.

Nothing here reads a file, asks the clock or draws a serial number: bytes, ``now`` and ``serial``
come from the caller, and what is built goes back to the caller as bytes.

These modules do not import ``cryptography`` and may be imported by anything:
``names``, ``countries``, ``subject``, ``key_type``, ``serials``, ``validity``, ``matching``,
``pem``, ``fingerprints``, ``tlsa``, ``passphrases``, ``der``, ``ledger``, ``ledger_entries``,
``errors``.
These do, at a price of some 60 ms, and are for the moment a key is touched:
``keys``, ``key_encryption``, ``distinguished_name``, ``profiles``, ``requests``, ``certificates``,
``signing``, ``authority``, ``renewal``, ``name_constraints``, ``checks``, ``chains``, ``received``,
``pkcs12``.
"""
