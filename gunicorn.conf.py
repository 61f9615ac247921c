"""How gunicorn serves Relais: read by itself when it starts in this folder.

The application is made once and its memory shared by the workers: what was made before they start
is put out of the collector's sight, so that looking for garbage copies none of it. Workers are not
renewed after so many requests: they stop growing by themselves (decision 22).
"""

import gc
from typing import Any

preload_app = True
threads = 4


def when_ready(_server: Any) -> None:
    """Just before the first worker starts."""
    gc.collect()
    gc.freeze()
