"""What the relay and the consumers promise."""
