"""Clients that relay by certificate: issued, listed, revoked."""
