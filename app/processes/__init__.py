"""``make run`` and ``make stop``: the servers, the data, then the four processes of the site."""
