"""P1: one event for each command, written durably where the stream is as the client expects."""
