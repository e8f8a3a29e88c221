"""How events travel from one service's table to the other services, each once and in order."""
