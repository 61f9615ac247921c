"""What changes people: entering, inviting, moving, leaving, being away."""
