"""Reads of the desk: notices, the team, the territory, the journal."""
