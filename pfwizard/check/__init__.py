"""What is wrong, dangerous, obsolete or overridden in the Postfix configuration that is there."""
