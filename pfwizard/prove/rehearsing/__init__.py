"""The dress rehearsal: the planned files on a private Postfix that nobody else can reach."""
