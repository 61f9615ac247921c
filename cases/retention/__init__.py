"""Retention: how long each kind of record is kept, what is erased, and the proof that it was."""
