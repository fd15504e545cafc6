"""The servers that know the passwords, each of them real, behind a real Postfix."""
