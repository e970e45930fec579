"""What gunicorn does beside its command line, wherever it is started: here, by a service, in an image."""

import gc
from importlib import import_module
from typing import Any

# Next to nothing that is read at the start is thrown away: looking for it took a sixth of the time.
gc.disable()


def when_ready(server: Any) -> None:
    """Before the first worker is forked: read what all of them need. Without --preload each reads for itself."""
    if server.cfg.preload_app:
        # Only here: the process of live updates would otherwise read all of it for nothing.
        import_module("kcc.web.warming").warm_up(server.app.wsgi())


def post_fork(_server: Any, _worker: Any) -> None:
    """Each worker throws away what it made, but does not look for it dozens of times a page: that took 4 % of a list."""
    gc.set_threshold(10_000, 20, 20)
    gc.enable()
