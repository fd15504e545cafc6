"""pfwizard gives a Postfix server TLS and SMTP AUTH."""

__version__ = "0.1.0"
