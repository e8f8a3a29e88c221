"""Reports that come in, and the register of persons."""
