"""Personal fields are sealed here, each subject's under a key of its own, and opened again."""
