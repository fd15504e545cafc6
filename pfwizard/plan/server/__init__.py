"""The server's certificate: signed, requested, somebody else's, and installed."""
