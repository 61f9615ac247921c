"""What the entrepreneur asks about their own data: copy, correction, objection, erasure, limits."""
