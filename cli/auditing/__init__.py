"""What an auditor's tool knows: how to ask for the log, check it, and tell a case's story."""
