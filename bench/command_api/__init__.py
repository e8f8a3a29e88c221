"""P4: an authenticated POST that is validated, authorised, recorded durably and audited."""
