"""Proof by conversation: probes of SMTP servers, and what their failures mean."""
