"""What the operator wants: the table of questions, the typed answers, reading them from TOML."""
