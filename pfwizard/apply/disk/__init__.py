"""Files and directories as the kernel has them: the steps that a transaction is made of."""
