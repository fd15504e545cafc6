"""SMTP AUTH: who checks passwords, how Postfix reaches it, and what keeps it safe."""
