"""Outgoing mail: TLS towards other servers, and a relay host with a login."""
