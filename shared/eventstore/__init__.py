"""One service's events: written by group commit under one lock, read in their one order."""
