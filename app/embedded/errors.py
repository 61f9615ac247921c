"""What can go wrong with the embedded servers."""


class EmbeddedServerError(RuntimeError):
    """A server could not be prepared, started or trusted; the message says what to do."""
