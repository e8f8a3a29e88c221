"""Who must be told what and by when, and the addresses to write to."""
