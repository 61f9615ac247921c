"""Floor 1: who we are. Organisations, people, conventions, schemes."""
