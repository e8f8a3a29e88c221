"""P5: another service's events, each once in a table of ours."""
