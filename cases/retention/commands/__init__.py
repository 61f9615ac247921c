"""What changes durations, and what erases: one function for each thing, none of which commits."""
