"""Why the demonstration cannot be loaded."""


class ReferenceMissing(Exception):
    """The reference data (communes) are not loaded."""


class NotADemonstration(Exception):
    """The database may hold real data: nothing is taken away from it."""
