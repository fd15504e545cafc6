"""What the world has to be told of a server: its TLSA records, its fingerprints, its CA."""
