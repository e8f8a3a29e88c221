"""Who may see what. Every read path asks here before anything is opened."""
