"""Why the site cannot be run."""


class CannotRun(RuntimeError):
    """The site cannot start as things are; the message says what to do."""
