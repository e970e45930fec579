"""Parts of pages: what htmx asks for is the same part that the whole page includes."""

from __future__ import annotations

from typing import Any

from flask import render_template, request


def render(page: str, fragment: str | None = None, status: int = 200, **values: Any) -> tuple[str, int]:
    """The fragment when htmx asks for it, else the page; the page includes the fragment."""
    wants_part = fragment is not None and request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render_template(fragment if wants_part and fragment else page, **values), status
