"""Headers on every answer: what a browser may load, and that nothing is kept but what never changes."""

from __future__ import annotations

import secrets
from typing import Literal

from flask import Flask, Response, g, request

FOR_EVER = "max-age=31536000, immutable"


def csp_nonce() -> str:
    """The one-time word that lets this page's own scripts run."""
    return str(request.environ.setdefault("kcc.nonce", secrets.token_urlsafe(16)))


def allow_frames(sites: list[str]) -> None:
    """Let these sites (https origins) show this answer in a frame; without this, nobody may."""
    g.frame_ancestors = sites


def frame_ancestors() -> str:
    """Who may show this answer in a frame, as the policy says it."""
    return " ".join(g.get("frame_ancestors") or ["'none'"])


def show_own_frames() -> None:
    """Let this answer hold frames with pages of ours; without this, no page holds any."""
    g.shows_own_frames = True


def _frame_sources() -> str:
    return " frame-src 'self';" if g.get("shows_own_frames") else ""


def keep(by: Literal["public", "private"]) -> None:
    """Let the browser (private), or caches in between as well (public), keep this answer: what stands at this address never
    changes. Any other answer is kept by nobody."""
    g.kept_by = by


def register_security_headers(app: Flask) -> None:
    """Add the headers after each request."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        settings = app.config["SETTINGS"]
        # Behind a proxy the stream is a path of our own address ("/live"), which 'self' covers.
        live = f" {settings.live_url}" if "://" in (settings.live_url or "") else ""
        response.headers.setdefault(
            "Content-Security-Policy",
            f"default-src 'none'; script-src 'nonce-{csp_nonce()}' 'strict-dynamic'; style-src 'self'; img-src 'self' data:;"
            f" font-src 'self';{_frame_sources()} connect-src 'self'{live}; form-action 'self'; base-uri 'none'; frame-ancestors {frame_ancestors()}",
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if settings.is_https:
            response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        if request.endpoint == "static":
            response.headers["Cache-Control"] = f"public, {FOR_EVER}"
        elif "kept_by" in g:
            response.headers["Cache-Control"] = f"{g.kept_by}, {FOR_EVER}"
        else:
            response.headers["Cache-Control"] = "no-store"
        return response
