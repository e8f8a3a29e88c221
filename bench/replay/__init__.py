"""P2: a whole history read back, and a read model made anew from it."""
