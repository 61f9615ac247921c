"""Reads of retention: durations in force, what is due, the log."""
