"""The case: participants, consent, assessment, timeline, actions."""
