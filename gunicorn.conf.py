"""What gunicorn does beside its command line, wherever it is started: here, by a service, in an image."""

from typing import Any

from kcc.web.warming import warm_up


def when_ready(server: Any) -> None:
    """Before the first worker is forked: read what all of them need. Without --preload each reads for itself."""
    if server.cfg.preload_app:
        warm_up(server.app.wsgi())
