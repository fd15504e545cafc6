"""A small Postfix configuration, and the answers of a demonstration."""
