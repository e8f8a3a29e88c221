"""The case: who owns it, and what happened in it."""
