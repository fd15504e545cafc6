"""The processes around a transaction: the engine, its watchdog, and how faces see them."""
