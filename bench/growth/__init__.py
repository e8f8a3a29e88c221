"""Growth: what stays as fast when there are a hundred times more events, and what they take."""
