"""Lossless documents for the files of Postfix and of Cyrus SASL.

Each document is an immutable value: it is parsed from bytes, renders the same bytes again, and an
edit returns a new document in which every line that the edit does not concern is untouched.

Text is ``str``, decoded as UTF-8 with ``surrogateescape``, so that any byte survives. Only ASCII
white space counts as white space, as it does for Postfix.
"""
