"""Floor 2: what we do for companies in difficulty."""
