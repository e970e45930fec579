"""create_app: the only place that knows every room."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import import_module, util
from pathlib import Path

from flask import Blueprint, Flask, g, request, url_for
from flask_babel import Babel
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from kcc.config import Settings, read_settings
from kcc.core import tenancy
from kcc.core.db import db
from kcc.core.logging import set_up_logging
from kcc.core.permissions import Permission
from kcc.operations import metrics
from kcc.web import banners
from kcc.web.errors import register_error_pages
from kcc.web.filters import register_filters
from kcc.web.guards import public, stamp_of
from kcc.web.language import speak
from kcc.web.navigation import items_for, links_for
from kcc.web.requests import KCC
from kcc.web.security import csp_nonce, register_security_headers

ROOT = Path(__file__).resolve().parent.parent
ROOMS = (
    "web",
    "municipalities",
    "people",
    "parties",
    "knowledge",
    "contacts",
    "routing",
    "backoffice",
    "channels",
    "desk",
    "insight",
    "operations",
    "succession",
    "setup",
    "imports",
)
LOCALES = ("nl", "en")
BANNER = "tuning.crisis_banner"
"""The part of a page that says what everybody must know now, fetched again when it changes."""


def create_app(settings: Settings | None = None, *, testing: bool = False) -> Flask:
    """The application, with every room's views, jobs and commands; raises BadConfiguration when settings are missing."""
    settings = settings or read_settings()
    app = KCC("kcc", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.update(
        SETTINGS=settings,
        TESTING=testing,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.app_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_size": settings.pool_size,
            "max_overflow": 0,
            "pool_timeout": 30,
            "pool_pre_ping": True,
            "connect_args": {
                "connect_timeout": 5,
                "options": "-c statement_timeout=15000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=30000",
                "application_name": "kcc",
            },
        },
        SESSION_COOKIE_NAME="kcc_form",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        MAX_CONTENT_LENGTH=settings.max_form_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_form_bytes,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "kcc" / "translations"),
        BABEL_DEFAULT_LOCALE="nl",
        BABEL_DEFAULT_TIMEZONE="Europe/Amsterdam",
    )
    if settings.trusted_proxies:
        # Without it every visitor has the proxy's address, and one guesser would close sign-in for all.
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    set_up_logging()
    tenancy.install()
    db.init_app(app)
    csrf = CSRFProtect(app)
    Babel(app, locale_selector=choose_locale)
    speak(app)
    LoginManager(app).request_loader(lambda _request: g.get("person"))
    register_error_pages(app)
    register_filters(app)
    register_security_headers(app)
    metrics.measure(app)
    register_context(app)
    register_rooms(app)
    register_plain_routes(app)
    for view in app.view_functions.values():
        if (stamp := stamp_of(view)) and stamp.own_token:
            csrf.exempt(view)
    return app


def choose_locale() -> str:
    """The language that the page was asked in; of the signed-in person; of the browser; Dutch when none says."""
    if chosen := g.get("chosen_locale"):
        return str(chosen)
    person = g.get("person")
    if person is not None:
        return str(person.locale)
    return request.accept_languages.best_match(LOCALES, "nl") or "nl"


def register_rooms(app: Flask) -> None:
    """Let every room that has views, jobs or commands bring them along."""
    for room in ROOMS:
        for door in ("views", "jobs", "commands"):
            name = f"kcc.{room}.{door}"
            if util.find_spec(name) is None:
                continue
            module = import_module(name)
            for blueprint in (v for v in vars(module).values() if isinstance(v, Blueprint)):
                if blueprint.name not in app.blueprints:
                    app.register_blueprint(blueprint)
    for name in ("kcc.cli", "kcc.demo.commands"):
        if util.find_spec(name) is not None:
            import_module(name).register_commands(app)


def register_context(app: Flask) -> None:
    """What every template may use."""

    @lru_cache(maxsize=512)
    def content_hash(path: str) -> str:
        file = ROOT / "static" / path
        return hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else "absent"

    def asset(path: str) -> str:
        return _address(request.script_root, path)

    @lru_cache(maxsize=512)
    def _address(_place: str, path: str) -> str:
        # A page names forty files: their addresses change only with the place where the application stands.
        return url_for("static", filename=path, v=content_hash(path))

    @app.context_processor
    def values() -> dict[str, object]:
        person = g.get("person")
        is_agent = person is not None and person.may(Permission.DESK_USE)
        return {
            "current_person": person,
            "navigation": items_for(person),
            "centre_name": person.centre_name if person else "KCC",
            "locale": choose_locale(),
            "theme": request.cookies.get("kcc_theme", "auto"),
            "sign_out_url": url_for("people.sign_out") if person and "people.sign_out" in app.view_functions else None,
            "account_links": links_for(person),
            "banners": banners.shown,
            "banner_url": url_for(BANNER) if person and BANNER in app.view_functions else None,
            "csp_nonce": csp_nonce,
            "asset": asset,
            "agent_bar_url": url_for("routing.state") if is_agent else None,
            "agent_beat_url": url_for("routing.beat") if is_agent else None,
            "live_url": app.config["SETTINGS"].live_url if person else None,
            "most_form_bytes": app.config["MAX_FORM_MEMORY_SIZE"],
        }


def register_plain_routes(app: Flask) -> None:
    """Routes that belong to no room: assets and the machine's own health."""
    public("assets hold nothing of anyone")(app.view_functions["static"])

    @app.get("/health/live")
    @public("says only that the process answers")
    def health_live() -> tuple[str, int]:
        return "ok\n", 200

    @app.get("/health/ready")
    @public("says only that the database answers")
    def health_ready() -> tuple[str, int]:
        db.session.execute(db.text("select 1"))
        return "ok\n", 200
