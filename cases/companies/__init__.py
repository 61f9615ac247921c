"""Companies and persons: identity, search, look-up in the public registry."""
