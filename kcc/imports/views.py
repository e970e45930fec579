"""Everything of imports that answers the web, gathered."""

from __future__ import annotations

from kcc.imports import views_register, views_runs
from kcc.imports.views_blueprint import bp

__all__ = ["bp", "views_register", "views_runs"]
