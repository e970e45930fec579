"""What citizens thought of closed questions, per municipality."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from kcc.channels.models_forms import Rating
from kcc.core.db import db
from kcc.insight.rules_figures import Selection
from kcc.insight.rules_ratings import Ratings
from kcc.municipalities.models import Topic


def ratings(selection: Selection, heirs: Mapping[int, int]) -> dict[int, Ratings]:
    """Marks of 1 to 5 given within the period, by municipality; towns without any are left out.

    ``heirs`` names for each town that merged the one under which it is counted.
    """
    statement = sa.select(Rating.municipality_id, Rating.score, sa.func.count()).where(
        Rating.rated_at >= selection.start, Rating.rated_at < selection.end
    )
    if selection.channel:
        statement = statement.where(Rating.channel == selection.channel)
    if selection.group:
        statement = statement.where(Rating.topic_id.in_(sa.select(Topic.id).where(Topic.group_name == selection.group)))
    found: dict[int, dict[int, int]] = {}
    for of_town, score, count in db.session.execute(statement.group_by(Rating.municipality_id, Rating.score)):
        counts_there = found.setdefault(heirs.get(of_town, of_town), {})
        counts_there[score] = counts_there.get(score, 0) + count
    return {town: Ratings(tuple(counts.get(score, 0) for score in range(1, 6))) for town, counts in found.items()}
