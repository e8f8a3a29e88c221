"""The directory: which organisations can refer and be referred to."""
