"""The national product list as it is stored."""

from __future__ import annotations

import sqlalchemy as sa

from kcc.core.db import db
from kcc.municipalities.models import Product


def products() -> dict[str, dict[str, object]]:
    """All products as plain values, by uniform product name (UPN)."""
    rows = db.session.execute(sa.select(*Product.__table__.columns)).mappings()
    return {row["upn"]: dict(row) for row in rows}
