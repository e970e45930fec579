"""The picture of a town, for everybody who works for it."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from kcc.core.errors import NotFound
from kcc.core.permissions import Permission
from kcc.municipalities import queries
from kcc.web.guards import requires
from kcc.web.security import keep

bp = Blueprint("municipalities", __name__)


@bp.get("/towns/<int:municipality_id>/logo/<sha256>")
@requires(Permission.ACCOUNT_SELF)
def logo(municipality_id: int, sha256: str) -> ResponseReturnValue:
    """A picture of a town by its mark; what stands there never changes, so a browser keeps it."""
    picture = queries.logo(municipality_id, sha256)
    if picture is None:
        raise NotFound
    keep(by="private")
    return Response(picture, mimetype="image/png", headers={"Content-Disposition": "inline"})
