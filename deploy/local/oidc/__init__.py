"""A small OpenID provider for development: one client for each fictional person."""
