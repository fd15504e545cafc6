"""The wizard line by line: for screen readers, serial lines, and terminals without a cursor."""
