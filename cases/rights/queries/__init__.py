"""Reads of the requests of the person, and of what a copy holds."""
