"""TLS: levels, versions and certificates of every service."""
