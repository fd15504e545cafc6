"""How long the certificates last that Postfix uses, and those that its ports show."""
