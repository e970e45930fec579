"""Articles for tests, written by the actions that the product uses."""

from __future__ import annotations

import uuid

from kcc.core.db import db
from kcc.core.permissions import Actor
from kcc.core.platform import command_scope
from kcc.knowledge import actions
from kcc.knowledge.actions import ArticleText, OverlayText
from tests.support.world import World


def make_article(
    world: World,
    text: ArticleText,
    *,
    centre: str = "noord",
    town: str | None = None,
    published: bool = True,
    overlays: dict[str, OverlayText] | None = None,
) -> tuple[uuid.UUID, int]:
    """An article of a centre (or of a town), with what towns lay over it; gives its id and version."""
    platform_url = world.app.config["SETTINGS"].platform_url
    with command_scope(platform_url, centre, reason="test") as centre_id:
        actor = Actor.command()
        article = actions.write_article(
            actor=actor, centre_id=centre_id, municipality_id=world.towns[town] if town else None, text=text
        )
        if published:
            actions.publish(actor=actor, article_id=article.id, version=article.version)
        for name, overlay in (overlays or {}).items():
            actions.lay_over(
                actor=actor, article_id=article.id, municipality_id=world.towns[name], version=None, overlay=overlay
            )
        result = article.id, article.version
        db.session.commit()
    return result
