"""What the compose file runs beside the services. Needs no more packages than they do."""
